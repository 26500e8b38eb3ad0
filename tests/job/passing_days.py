"""Time that a watch of a token's file lives through at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from jobpass.job.surroundings import EndedError


class Days:
    """Time that passes as fast as somebody waits, until it is time to end; `at` is what happens on the way."""

    def __init__(self, end: float, at: Callable[[float], None]) -> None:
        self._now = 1000.0
        self._end = self._now + end
        self._at = at

    def clock(self) -> float:
        """Seconds."""
        return self._now

    def wait(self, seconds: float) -> None:
        """Let seconds pass."""
        assert seconds > 0
        self._now = min(self._now + seconds, self._end)
        self._at(self._now - 1000.0)
        if self._now == self._end:
            raise EndedError(15)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Nothing interrupts."""
        yield


class Over(Days):
    """It was time to end before there was anything to do."""

    def __init__(self) -> None:
        super().__init__(0.0, lambda _: None)

    def interruptible(self) -> NoReturn:
        """End."""
        raise EndedError(None)
