"""Runs a command for as long as whoever asked for it lives: `python guardian.py <descriptor> command …`.

The descriptor is the reading end of a pipe whose other end the asking process holds. When that process ends, even by
SIGKILL, the pipe closes and the command is ended with everything it started. Standard library only, run as a file.
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

GRACE_SECONDS = 4.0
DESCRIPTOR_LIMIT = 1024


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status; end it when the pipe closes or on SIGTERM."""
    descriptor = int(arguments[0])
    # Descriptors that the asking process passed on purpose (a listening socket) go on to the command.
    os.set_inheritable(descriptor, False)
    child = subprocess.Popen(arguments[1:], close_fds=False)
    # And are the command's alone, so that a socket stops listening when the command ends.
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, DESCRIPTOR_LIMIT)

    ending = threading.Event()

    def end_group() -> None:
        # The group is ours alone (we lead it): whatever did not end on SIGTERM, and this process, ends here.
        os.killpg(os.getpgrp(), signal.SIGKILL)

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()
        child.terminate()
        threading.Timer(GRACE_SECONDS, end_group).start()

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The asking process decides what Ctrl-C means.
    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    if ending.is_set():
        end_group()
    # Not sys.exit(): it would wait for the timer.
    os._exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main(sys.argv[1:])
