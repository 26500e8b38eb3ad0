"""Waiting for what another process does, with a limit."""

import time
from pathlib import Path

from local.process import start_time


def gone(pid: int, within_seconds: float = 10) -> bool:
    """Whether a process ends within the limit: what is killed with its group ends a moment after its leader."""
    deadline = time.monotonic() + within_seconds
    while start_time(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def text_of(log: Path, within_seconds: float = 10) -> str:
    """What a process wrote, once it has written a whole line."""
    deadline = time.monotonic() + within_seconds
    while not (log.exists() and log.read_text().endswith("\n")):
        assert time.monotonic() < deadline, "the process said nothing"
        time.sleep(0.02)
    return log.read_text()
