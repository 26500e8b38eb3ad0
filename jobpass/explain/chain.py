"""The checks of STS one after the other, as they are made."""

from typing import TypeVar

from jobpass.explain.refusal import Refusal
from jobpass.explain.verdict import Check, Outcome

_Found = TypeVar("_Found")


class RefusedError(Exception):
    """A check failed without which the later ones cannot be made."""


class Chain:
    """The checks made so far."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def check(self, name: str, refusal: Refusal | None, passed: str) -> None:
        """Note how a check went; `passed` is what to say where nothing stood in the way."""
        if refusal is None:
            self.checks.append(Check(name, Outcome.PASSED, passed))
        else:
            self.checks.append(Check(name, Outcome.FAILED, refusal.cause, refusal))

    def skip(self, name: str, reason: str) -> None:
        """Note that a check could not be made."""
        self.checks.append(Check(name, Outcome.SKIPPED, reason))

    def require(self, name: str, found: _Found | Refusal, passed: str) -> _Found:
        """Note how a check went and return what it found; raises `RefusedError` where it found nothing."""
        if isinstance(found, Refusal):
            self.check(name, found, passed)
            raise RefusedError(name)
        self.check(name, None, passed)
        return found
