"""What the API says no with: the code that it uses, and what is wrong with each field."""

from collections.abc import Sequence
from typing import NamedTuple

from jobpass.errors import JobpassError, RefusedError


class Problem(NamedTuple):
    """One thing to mend: the member of the registration that it is about (`fields.ref`), and what is wrong with it."""

    field: str
    problem: str


class RequestRefusedError(RefusedError):
    """The API refuses what a platform asks; `code` is its `error`.

    `problems` name the fields, where it is about fields. `request_id` is what the issuer's log has it under, None where
    the API gave none.
    """

    def __init__(
        self, code: str, message: str, remedy: str, *, problems: Sequence[Problem] = (), request_id: str | None = None
    ) -> None:
        super().__init__(code, message, remedy)
        self.problems = tuple(problems)
        self.request_id = request_id


class SettingsError(JobpassError):
    """What the client was given to work with is missing, there by half, or not what it should be."""


def library_missing(name: str) -> JobpassError:
    """Return the error for a library of the extra that is not installed."""
    text = f"the library `{name}` is not installed, and platforms need it"
    return JobpassError("extra_missing", text, "run: pip install 'jobpass[operator]'")
