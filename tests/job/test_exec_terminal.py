"""`jobpass exec` on a terminal: Ctrl-C, Ctrl-Z and a hang-up come to the command as they do without it."""

import os
import pty
import re
import select
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.job.drawing import Stand
from tests.job.running import EXEC, LIMIT_SECONDS, environment, nothing_left, until
from tests.job.test_exec_signals import LISTENER


class Screen:
    """A terminal and the program that leads its session."""

    def __init__(self, pid: int, master: int) -> None:
        self.pid = pid
        self.master = master
        self.shown = ""
        self.before = ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def insist(self, keys: str, pattern: str) -> None:
        """Type until it is heard: a shell that takes its terminal back may miss what is typed meanwhile."""
        for _ in range(int(LIMIT_SECONDS)):
            self.type(keys)
            with suppress(TimeoutError):
                self.wait_for(pattern, 1.0)
                return
        raise AssertionError(f"{pattern!r} was never shown: {self.shown!r}")

    def wait_for(self, pattern: str, limit_seconds: float = LIMIT_SECONDS) -> None:
        """Wait until the screen shows something; it and what stands before is then `before`."""
        give_up = time.monotonic() + limit_seconds
        while not (found := re.search(pattern, self.shown)):
            ready, _, _ = select.select([self.master], [], [], max(0.0, give_up - time.monotonic()))
            if not ready:
                raise TimeoutError(f"{pattern!r} was never shown: {self.shown!r}")
            try:
                self.shown += os.read(self.master, 65536).decode().replace("\r", "")
            except OSError:  # the last program on it has ended
                raise AssertionError(f"{pattern!r} was not shown before the end: {self.shown!r}") from None
        self.before += self.shown[: found.end()]
        self.shown = self.shown[found.end() :]

    def ended(self) -> int:
        """How the program ended."""
        while True:
            with suppress(OSError):
                while select.select([self.master], [], [], 0.01)[0] and os.read(self.master, 65536):
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)


@contextmanager
def screen(command: Sequence[str], environ: dict[str, str], home: Path) -> Iterator[Screen]:
    """A terminal with a program."""
    pid, master = pty.fork()
    if pid == 0:
        try:
            os.chdir(home)
            os.execve(command[0], list(command), environ)  # noqa: S606 - in the place of this process
        finally:
            os._exit(99)
    shown = Screen(pid, master)
    try:
        yield shown
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(OSError):
            os.close(master)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def test_keys_reach_the_command_once(stand: Stand, tmp_path: Path) -> None:
    command = [*EXEC, "--", sys.executable, "-c", LISTENER]
    with screen(command, environment(stand, tmp_path), tmp_path) as terminal:
        terminal.wait_for("ready\n")
        for key, name in (("\x03", "SIGINT"), ("\x1c", "SIGQUIT"), ("\x03", "SIGINT")):
            terminal.type(key)
            terminal.wait_for(f"{name}\n")
        # What somebody sends to jobpass alone is passed on all the same, and after whatever would have come twice.
        for number in (signal.SIGUSR2, signal.SIGINT, signal.SIGUSR1):
            os.kill(terminal.pid, number)
            terminal.wait_for(f"{number.name}\n")
        terminal.type("8\n")
        assert terminal.ended() == 8
    assert re.findall(r"SIG\w+", terminal.before) == ["SIGINT", "SIGQUIT", "SIGINT", "SIGUSR2", "SIGINT", "SIGUSR1"]


def test_the_command_is_on_the_terminal(stand: Stand, tmp_path: Path) -> None:
    script = 'test -t 0 && test -t 1 && test -t 2 && stty -echo && read line </dev/tty && echo "read $line"'
    with screen([*EXEC, "--", "sh", "-c", f"echo ready; {script}"], environment(stand, tmp_path), tmp_path) as terminal:
        terminal.wait_for("ready\n")
        terminal.type("words\n")
        terminal.wait_for("read words\n")
        assert terminal.ended() == 0


def test_a_shell_stops_and_continues_it(stand: Stand, tmp_path: Path) -> None:
    environ = {**environment(stand, tmp_path), "PS1": "$ ", "HISTFILE": "", "TERM": "dumb"}
    with screen(["/bin/bash", "--norc", "--noprofile", "-i"], environ, tmp_path) as terminal:
        terminal.wait_for(r"\$ ")
        terminal.type(shlex.join([*EXEC, "--", "sh", "-c", "echo began; cat"]) + "\n")
        terminal.wait_for("\nbegan\n")
        terminal.type("one\n")
        terminal.wait_for("one\none\n")
        terminal.type("\x1a")
        terminal.wait_for(r"Stopped.*\n\$ ")
        terminal.insist("echo between $((20 + 3))\n", r"\nbetween 23\n\$ ")
        terminal.type("fg\n")
        terminal.wait_for("jobpass exec")
        terminal.type("two\n")
        terminal.wait_for("two\ntwo\n")
        terminal.type("\x03")
        terminal.wait_for(r"\$ ")
        terminal.type("echo status $?\n")
        terminal.wait_for(f"status {128 + signal.SIGINT}\n")
        terminal.type("exit 0\n")
        terminal.ended()


def test_a_hang_up_reaches_the_command(stand: Stand, tmp_path: Path) -> None:
    # jobpass leads the session, as under `ssh -t`: the kernel tells it alone.
    script = f"""
import signal, sys, time
def hung_up(*_):
    open({str(tmp_path / "told")!r}, "a").write("x")
    sys.exit()
signal.signal(signal.SIGHUP, hung_up)
print("ready", flush=True)
while True:
    time.sleep(1)
"""
    with screen([*EXEC, "--", sys.executable, "-c", script], environment(stand, tmp_path), tmp_path) as terminal:
        terminal.wait_for("ready\n")
        os.close(terminal.master)
        os.waitpid(terminal.pid, 0)
        until(lambda: nothing_left(terminal.pid))
    assert (tmp_path / "told").read_text() == "x"
