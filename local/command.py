"""One long command at a time: every line to a log and to whoever shows the progress, ended with us whatever happens."""

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local import process

LAST_LINES = 25


class LoggedCommand:
    """A command in a group of its own."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], working_directory: Path, log: Path
    ) -> None:
        """`log` is overwritten."""
        self._command = command
        self._environment = environment
        self._directory = working_directory
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()

    def run(self, on_line: Callable[[str], None], limit_seconds: float) -> tuple[int, list[str]]:
        """Run it; its status and last lines. When the limit passes it is ended, and the status is not 0."""
        end: deque[str] = deque(maxlen=LAST_LINES)
        self._child, lifeline = process.spawn_guarded(
            self._command, environment=self._environment, working_directory=self._directory, output=subprocess.PIPE
        )
        limit = threading.Timer(limit_seconds, self.cancel)
        limit.start()
        try:
            if self._cancelled.is_set():
                self.cancel()
            self._follow(self._child, end, on_line)
            return self._child.wait(), list(end)
        finally:
            # Ctrl-C, or an exception of on_line: the command must not go on alone.
            limit.cancel()
            self.cancel()
            self._child.wait()
            os.close(lifeline)

    def cancel(self) -> None:
        """End the command and everything that it started, now or as soon as it starts."""
        self._cancelled.set()
        child = self._child
        if child is not None and child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def _follow(self, child: subprocess.Popen[bytes], end: deque[str], on_line: Callable[[str], None]) -> None:
        if child.stdout is None:
            raise AssertionError("spawned with a pipe")
        with self._log.open("w") as file, child.stdout:
            for raw in child.stdout:
                line = raw.decode(errors="replace").rstrip()
                file.write(line + "\n")
                if line:
                    end.append(line[:400])
                on_line(line)
