"""What is wrong with a wish: what the configuration's own checks say of the file that would be written."""

from collections.abc import Iterator
from typing import NamedTuple

from jobpass.configuration import ConfigurationError, parse
from jobpass.configuration.when_checks import REASON
from jobpass.starter.document import text
from jobpass.starter.wish import Wish

# The settings of a wish, each with the option that says it; a mistake belongs to the one with the longest place.
OPTIONS = {
    "name": "--name",
    "preset": "--preset",
    "form": "--form",
    "platform": "--platform",
    "principals": "--principal",
    "public_keys": "--public-key",
    "role": "--role",
    "when": "--when",
    "managed_policies": "--managed-policy",
    "audiences": "--audience",
    "issuer_url": "--issuer-url",
    "certificate_arn": "--certificate-arn",
    "allow_any": "--allow-any",
}


class Mistake(NamedTuple):
    """What is wrong with a setting; `rest` is where within it, `message` what and the remedy."""

    setting: str
    rest: str
    message: str

    @property
    def option(self) -> str:
        """The option to correct: `--when ref`."""
        return f"{OPTIONS.get(self.setting, '')} {self.rest if self.setting == 'when' else ''}".strip()


def mistakes(wish: Wish) -> list[Mistake]:
    """Return every mistake; a wish without one makes a file that synthesizes."""
    try:
        parse(text(wish, "checked"))
    except ConfigurationError as error:
        return [_mistake(wish, problem.path, problem.message) for problem in error.problems]
    return []


def _mistake(wish: Wish, path: str, message: str) -> Mistake:
    said = message.replace(REASON, REASON.replace("allow_any", OPTIONS["allow_any"]))
    fitting = [
        (place, setting)
        for place, setting in _places(wish)
        if path == place or path.startswith((f"{place}.", f"{place}["))
    ]
    place, setting = max(fitting, key=lambda each: len(each[0]), default=("", ""))
    return Mistake(setting, path[len(place) :].lstrip("."), said)


def _places(wish: Wish) -> Iterator[tuple[str, str]]:
    profile, platform, role = (f"profiles.{wish.profile}", f"platforms.{wish.platform}", f"roles.{wish.trusted}")
    yield from (("name", "name"), ("issuer.url", "issuer_url"), ("issuer.certificate_arn", "certificate_arn"))
    yield from ((profile, "preset"), (f"{profile}.form", "form"))
    yield platform, "platform"
    yield from ((f"{platform}.{name}", name) for name in ("principals", "public_keys", "audiences"))
    yield f"{platform}.roles", "role"
    yield role, "role"
    yield from ((f"{role}.{name}", name) for name in ("when", "managed_policies", "allow_any"))
