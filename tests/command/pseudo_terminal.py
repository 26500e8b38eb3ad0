"""A program at a terminal of its own, with somebody who waits for its prompts and types."""

import os
import pty
import select
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

PATIENCE_SECONDS = 30.0
AGAIN_SECONDS = 0.2


class Typist:
    """Reads what a program shows and types answers; `shown` is all that there was to see."""

    def __init__(self, terminal: int, pid: int) -> None:
        self._terminal = terminal
        self._pid = pid
        self._status: int | None = None
        self._read = 0
        self.shown = ""

    def answer(self, prompt: str, line: str) -> str:
        """Wait for a prompt, type a line, and return what there was to see before the prompt."""
        seen = self.see(prompt)
        self.type(f"{line}\n")
        return seen

    def see(self, text: str) -> str:
        """Wait until a text is to be seen that was not before."""
        while text not in self.shown[self._read :]:
            if not self._more():
                raise AssertionError(f"{text!r} never came after: {self.shown[self._read :]!r}")
        end = self.shown.index(text, self._read) + len(text)
        seen, self._read = self.shown[self._read : end], end
        return seen

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def end(self, keys: str = "") -> int:
        """Press keys, wait until the program has ended, and return its exit status.

        They are pressed again and again: a program that is about to wait for them may miss an interrupt.
        """
        self.type(keys)
        waited = 0.0
        while waited < PATIENCE_SECONDS:
            if not self._ready(AGAIN_SECONDS):
                waited += AGAIN_SECONDS
                self.type(keys)
            elif not self._more():
                self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
                return self._status
        raise AssertionError(f"it never ended after: {self.shown[self._read :]!r}")

    def leave(self) -> None:
        """End the program if it has not ended."""
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _more(self) -> bool:
        if not self._ready(PATIENCE_SECONDS):
            raise AssertionError(f"nothing more to see after: {self.shown[self._read :]!r}")
        try:
            data = os.read(self._terminal, 65_536)
        except OSError:  # Linux says so when the program's side is closed
            return False
        self.shown += data.decode().replace("\r\n", "\n")
        return bool(data)

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self._terminal], [], [], seconds)[0])


@contextmanager
def at_a_terminal(command: Sequence[str], environment: Mapping[str, str], folder: str) -> Iterator[Typist]:
    """Start a program whose standard streams are a terminal, which is its own: Ctrl-C interrupts it."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            os.execve(command[0], list(command), dict(environment))  # noqa: S606 - a program of the test's own
        finally:
            os._exit(127)
    typist = Typist(terminal, pid)
    try:
        yield typist
    finally:
        typist.leave()
