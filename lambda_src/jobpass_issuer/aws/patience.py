"""How long a request's caller is kept waiting by tries at AWS that failed.

A try takes at most `CONNECT_SECONDS + READ_SECONDS`, the wait before a second one at most `BACKOFF_SECONDS` (botocore's
standard mode: a random part of 2^n seconds, n from 0). A call is tried again only where the wait and the try still
end within the patience of whoever asks; the first try of a call is always made.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.2
TRY_SECONDS = CONNECT_SECONDS + READ_SECONDS
TRIES = 3


class Limits(NamedTuple):
    """How long one try of a call may take to connect and to be answered, and how often it is made."""

    connect_seconds: float
    read_seconds: float
    tries: int


LIMITS = Limits(CONNECT_SECONDS, READ_SECONDS, TRIES)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def backoff_seconds(tries: int) -> float:
    """Return the longest wait after so many tries that failed."""
    return float(2 ** (tries - 1))


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let every call within be tried again as long as it ends before so many seconds from now."""
    before = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(before)


def left_seconds() -> float | None:
    """Return how long the caller is still patient, or None where nobody has said so."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def tried_again(attempts: int, left_seconds: float) -> bool:
    """Whether the wait and the next try fit into what is left, after so many attempts that failed."""
    return backoff_seconds(attempts) + TRY_SECONDS <= left_seconds


def impatient(client: Any) -> Any:
    """Return a client that tries a call again only as long as there is patience for it."""
    client.meta.events.register_first("needs-retry.*", _give_up)
    return client


def _give_up(attempts: int, **_: Any) -> bool | None:
    """Tell botocore to let it be, or None to have it decide as usual."""
    left = left_seconds()
    if left is None or tried_again(attempts, left):
        return None
    return False
