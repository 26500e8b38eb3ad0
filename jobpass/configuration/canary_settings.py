"""The settings of the canary: how often a stranger of the issuer's own asks it for a token."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from jobpass.configuration.settings import Settings

OFF = "off"
# What divides an hour, so that every hour has as many rounds as the one before.
EveryMinutes = Literal["off", 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]


def _as_written(value: object) -> object:
    """`off` is a truth value to readers of YAML 1.1, and text to others; and to Python, `on` would be 1."""
    return {True: "on", False: OFF}[value] if isinstance(value, bool) else value


class CanarySettings(Settings):
    """The function that asks for a token on schedule, as a stranger would, and sees what must be refused refused."""

    every_minutes: Annotated[EveryMinutes, BeforeValidator(_as_written)] = 5
    """How many minutes lie between its rounds. A round is one token and six requests; at 5 minutes that costs about one
    dollar a month. With `off` there is no such function, nor what it needs."""
