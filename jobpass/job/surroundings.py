"""What ends a process that keeps something up to date: a signal, or that whoever started it is gone."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
# How often to look whether the process that started this one is gone, where the system does not tell.
_LOOK_SECONDS = 2.0


class EndedError(BaseException):
    """It is time to end: by a signal, or because the parent process is gone, where `signal_number` is None.

    Nothing that handles mere failures handles this.
    """

    def __init__(self, signal_number: int | None) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


class Surroundings:
    """Waits, and says when to end; within a `with` block of the main thread.

    What is ignored there, SIGHUP under `nohup` for one, stays ignored.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._orphaned = _orphaned(self._parent)
        self._received: int | None = None
        self._interruptible = False

    def __enter__(self) -> Surroundings:
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
        self._woken_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        wanted = [each for each in ENDING if signal.getsignal(each) is not signal.SIG_IGN]
        self._before = {each: signal.signal(each, self._note) for each in wanted}
        self._ends_with = _ends_with(self._parent)
        return self

    def __exit__(self, *_raised: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(self._woken_before)
        for each_end in (self._reader, self._writer, *self._ends_with):
            os.close(each_end)

    def clock(self) -> float:
        """Return seconds that only ever grow, those in which the machine slept among them where it can count them."""
        boot = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boot is None else time.clock_gettime(boot)

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises:
            EndedError: it is time to end.
        """
        until = self.clock() + seconds
        while True:
            self._look()
            left = until - self.clock()
            if left <= 0:
                return
            ready = select.select([self._reader, *self._ends_with], [], [], min(left, _LOOK_SECONDS))[0]
            if set(self._ends_with).intersection(ready):
                raise EndedError(None)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal break off what the block does, wherever it is: it must be something that may be broken off.

        Raises:
            EndedError: it is time to end.
        """
        self._look()
        self._interruptible = True
        try:
            self._look()
            yield
        finally:
            self._interruptible = False

    def _look(self) -> None:
        if self._received is not None:
            raise EndedError(self._received)
        if os.getppid() != self._parent or self._orphaned:
            raise EndedError(None)

    def _note(self, number: int, _frame: object) -> None:
        if self._received is None:
            self._received = number
        if self._interruptible:
            self._interruptible = False
            raise EndedError(self._received)


def _orphaned(parent: int) -> bool:
    """Whether whoever started this process was gone before it could look: a script whose last line it is.

    Who inherits orphans, init or a reaper, is in none of their process groups. A leader of a group was put there by
    somebody else, and may have been started from anywhere.
    """
    group = os.getpgrp()
    try:
        return group != os.getpid() and os.getpgid(parent) != group
    except OSError:
        return True


def _ends_with(pid: int) -> list[int]:
    """Return what can be read from once a process has ended (pidfd_open(2)); nothing where there is no such thing."""
    try:
        return [os.pidfd_open(pid)]
    except (AttributeError, OSError):
        return []
