"""What can go wrong, as types: each has a stable code, and its HTTP status is decided once, in the handlers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what somebody sent or wrote: where it is, and what is wrong with its remedy."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


MAX_PROBLEMS = 20
MAX_LISTED_LENGTH = 200
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def shown(name: str) -> str:
    """Return a name that somebody made up as an error may show it: one that is no plain name might be a secret."""
    return name if _PLAIN_NAME.fullmatch(name) else "(a name that is not shown)"


def listed(values: Sequence[str]) -> str:
    """Return values as an error lists them: the first few, and how many more, so that no answer dwarfs its request."""
    told: list[str] = []
    for value in values:
        if told and len(", ".join([*told, value])) > MAX_LISTED_LENGTH:
            break
        told.append(value)
    text = ", ".join(told) or "none"
    return text if len(told) == len(values) else f"{text} and {len(values) - len(told)} more"


class IssuerError(Exception):
    """Base of everything that Jobpass refuses or fails at, with a code of RFC 6749, RFC 6750 or RFC 8693."""

    code = "server_error"

    def __init__(self, description: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(description)
        self.description = description
        self.problems = tuple(problems)


class InvalidRequestError(IssuerError):
    """The request is malformed, or asks for what its maker may not have."""

    code = "invalid_request"

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "InvalidRequestError":
        """Return the error that reports the first twenty problems at once: no answer shall dwarf its request."""
        told = list(problems[:MAX_PROBLEMS])
        if len(problems) > MAX_PROBLEMS:
            told.append(Problem("", f"and {len(problems) - MAX_PROBLEMS} more"))
        return cls("; ".join(str(problem) for problem in told), told)


class InvalidTargetError(IssuerError):
    """The audience or the role asked for is not one that the registration holds (RFC 8693, section 2.2.2)."""

    code = "invalid_target"


class InvalidTokenError(IssuerError):
    """The request token is missing, malformed, unknown, ended or expired (RFC 6750, section 3.1)."""

    code = "invalid_token"


class InvalidClientError(IssuerError):
    """The client assertion is missing, malformed, used before, or proves no platform (RFC 6749, section 5.2)."""

    code = "invalid_client"


class AccessDeniedError(IssuerError):
    """The caller is known to AWS but is no platform of this issuer."""

    code = "access_denied"


class NotFoundError(IssuerError):
    """There is no such job for this caller."""

    code = "not_found"


class TemporarilyUnavailableError(IssuerError):
    """A dependency failed in a way that trying again can mend."""

    code = "temporarily_unavailable"

    def __init__(self, description: str, retry_after_seconds: int = 1) -> None:
        super().__init__(description)
        self.retry_after_seconds = retry_after_seconds
