"""A clock that tests can move, for the functions on the embedded AWS and for nothing else.

Python imports this module at its start wherever its folder is on the path. In a function's process `time.time` then
adds the offset that the clock file says, read anew each time; `datetime`, by which requests to AWS are signed, keeps
the machine's time. The functions know nothing of it.
"""

import os
import time
from pathlib import Path

_FILE = os.environ.get("JOBPASS_LOCAL_CLOCK_FILE", "")


def _move(clock: Path) -> None:
    real = time.time

    def moved() -> float:
        try:
            return real() + int(clock.read_text())
        except (OSError, ValueError):
            return real()

    time.time = moved


# The emulator itself and its helpers have no function's name.
if _FILE and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _move(Path(_FILE))
