"""The errors that the library raises and the commands print: each with a stable code and a remedy."""

from __future__ import annotations


class JobpassError(Exception):
    """Jobpass cannot do what it was asked.

    `code` is stable: programs may compare it. `message` says what is wrong and `remedy` what to do about it; neither
    holds a secret. `exit_status` is what a command ends with.
    """

    exit_status = 3

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class RefusedError(JobpassError):
    """Somebody who was asked said no, and will say no again: the issuer, STS, the API; `code` is theirs."""

    exit_status = 1


class UnavailableError(JobpassError):
    """Somebody who was asked could not be reached or did not answer as they should; to ask later may help."""
