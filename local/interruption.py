"""The end of a command by Ctrl-C or another signal: one is enough, those that follow are passed over."""

import signal
import time
from types import FrameType

# Longer than stopping takes: only who has waited in vain gets through again.
PATIENCE_SECONDS = 15.0


def end_once() -> None:
    """From now on such a signal is an exception, so that what was started is stopped on the way out.

    KeyboardInterrupt for SIGINT, SystemExit for SIGTERM and SIGHUP. Those that follow within PATIENCE_SECONDS are
    passed over: an impatient second Ctrl-C would cut the stopping short and leave processes behind.
    """
    ending_since: list[float] = []

    def end(number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if ending_since and now - ending_since[-1] < PATIENCE_SECONDS:
            return
        ending_since.append(now)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    # A function and not SIG_IGN, which the commands that are started would inherit.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
