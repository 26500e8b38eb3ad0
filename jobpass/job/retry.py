"""When a request is sent again: bounded, with jitter, and never before its time."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from jobpass.job.https import Answer

# What a gateway, or a service that asks for patience, answers (RFC 9110, sections 15.6.3 to 15.6.5).
PASSING = frozenset({502, 503, 504})
ATTEMPTS = 5
OVERALL_SECONDS = 60.0
FIRST_SECONDS, LONGEST_SECONDS = 0.5, 8.0


def delay_seconds(attempt: int, retry_after: float | None, random: Callable[[], float]) -> float:
    """Return how long to wait after the attempt of this number, from 1, has failed.

    Twice as long each time, from half a second to eight, of which `random` (0 up to 1) takes its share: thousands of
    jobs that failed together do not come back together. `retry_after`, in seconds, is waited for whole, and the share
    on top of it.
    """
    share = random() * min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (attempt - 1))
    return max(0.0, retry_after or 0.0) + share


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Return what a `Retry-After` header asks for (RFC 9110, section 10.2.3), None where there is none or no sense.

    Its forms are whole seconds and an HTTP date; `now` is in seconds since 1970.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few answers have a date

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def passing(answer: Answer) -> bool:
    """Whether the same request may be answered better in a moment."""
    return answer.status in PASSING


class Patience:
    """How often and how long somebody is asked; `clock` counts seconds, `now` those since 1970."""

    __slots__ = ("attempts", "clock", "now", "overall_seconds", "random", "sleep")

    def __init__(
        self,
        attempts: int = ATTEMPTS,
        overall_seconds: float = OVERALL_SECONDS,
        *,
        clock: Callable[[], float] | None = None,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
        random: Callable[[], float] | None = None,
    ) -> None:
        import time  # noqa: PLC0415 - costs nothing, and stands beside the next

        self.attempts = attempts
        self.overall_seconds = overall_seconds
        self.clock = clock or time.monotonic
        self.now = now or time.time
        self.sleep = sleep or time.sleep
        self.random = random or _random

    def ask(self, once: Callable[[float], Answer], again: Callable[[Answer], bool] = passing) -> Answer:
        """Return the answer of `once`, which is given the seconds left; of the last attempt where all failed.

        An answer that `again` says so of, and a connection that failed, are tried again, as long as the wait for it
        ends within the time of all attempts.

        Raises:
            NoAnswerError: there is none.
        """
        from jobpass.job.https import NoAnswerError  # noqa: PLC0415 - not for those who want the law alone

        began = self.clock()
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = once(self.overall_seconds - (self.clock() - began))
            except NoAnswerError as error:
                if not error.again or not self._waited(attempt, began, None):
                    raise
                continue
            if not again(answer) or not self._waited(attempt, began, answer.headers.get("retry-after")):
                return answer

    def _waited(self, attempt: int, began: float, retry_after: str | None) -> bool:
        """Wait for the next attempt, and say whether there is to be one."""
        if attempt >= self.attempts:
            return False
        wait = delay_seconds(attempt, retry_after_seconds(retry_after, self.now()), self.random)
        if self.clock() - began + wait >= self.overall_seconds:
            return False
        self.sleep(wait)
        return True


def _random() -> float:
    import os  # noqa: PLC0415 - `random` would seed a generator that nobody else needs

    return int.from_bytes(os.urandom(6), "big") / (1 << 48)
