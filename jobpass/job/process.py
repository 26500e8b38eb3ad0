"""A command that runs in this process's place: it gets the signals that this one is sent, and its end is this one's."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence

# What people, supervisors and `alarm` end or poke a process with.
PASSED_ON = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
)
# What Python ignores for its own sake, and a command would not.
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def die_of_interrupts() -> None:
    """Let SIGINT end this process as it ends others, whose shells look for that, instead of as an exception.

    Where it is ignored, as in a shell's background, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def occupy_standard_streams() -> None:
    """See that nothing that is opened later becomes a standard stream, where one was closed before the start.

    The command finds it closed all the same.
    """
    opened = os.open(os.devnull, os.O_RDWR)
    while opened <= 2:
        opened = os.open(os.devnull, os.O_RDWR)
    os.close(opened)


class Child:
    """A running command. Signals wait from just before its start until `wait` passes them on: none is lost.

    It is in this process's group and has its standard streams, as if it had been started directly.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it, found on `PATH` as the shell finds it.

        What is ignored here, SIGHUP under `nohup` for one, is ignored there, and not passed on.

        Raises:
            OSError: it is not there (FileNotFoundError), or cannot be run.
        """
        self._passed_on = frozenset(each for each in PASSED_ON if signal.getsignal(each) is not signal.SIG_IGN)
        # A handler, since what is ignored by default is not waited for everywhere, and what is ignored on purpose
        # takes its children's statuses with it.
        signal.signal(signal.SIGCHLD, _nothing)
        # SIGTTOU: a line on standard error must not stop this process while the command has the terminal.
        waiting = {*self._passed_on, signal.SIGCHLD, signal.SIGTTOU}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
        try:
            self._pid = os.posix_spawnp(
                command[0], list(command), environment, setsigmask=before, setsigdef=_IGNORED_BY_PYTHON
            )
        except BaseException:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            raise
        _keep_nothing_of_its()

    def end(self) -> None:
        """Ask it to end, since this process cannot go on."""
        os.kill(self._pid, signal.SIGTERM)

    def wait(self) -> int:
        """Pass signals on until the command ends, and return its exit status, or minus the signal that ended it."""
        wanted = {*self._passed_on, signal.SIGCHLD}
        while True:
            number, from_terminal = _next_signal(wanted)
            if number == signal.SIGCHLD:
                status = self._ended()
                if status is not None:
                    return status
            elif not from_terminal:
                os.kill(self._pid, number)

    def _ended(self) -> int | None:
        """Reap whatever has ended: as the first process of a container this one has the orphans of all others."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return None
            if pid == self._pid:
                return os.waitstatus_to_exitcode(status)
            if pid == 0:
                return None


def end_as(status: int) -> int:
    """End as a command did that was waited for: by the same signal, or with the status that is returned.

    The first process of a container is not ended by a signal: there it is the status that a shell would have.
    """
    if status >= 0:
        return status
    number = -status
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    return 128 + number


def _keep_nothing_of_its() -> None:
    """Let go of the command's input and output, so that others see when it closes them, and of core dumps.

    A signal that makes it dump its core makes this process do so too, and credentials are in its memory.
    """
    import resource  # noqa: PLC0415 - not on every system that imports this

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(null, stream)
    os.close(null)


def _next_signal(wanted: set[signal.Signals]) -> tuple[int, bool]:
    """Return the next of these signals, and whether a terminal sent it, which sends it to the command as well."""
    if sys.platform == "linux":
        told = signal.sigwaitinfo(wanted)
        # Positive is the kernel's (sigaction(2)); for Ctrl-C and Ctrl-\ that means the terminal's.
        return told.si_signo, told.si_code > 0 and _to_whole_group(told.si_signo)
    number = signal.sigwait(wanted)
    return number, _to_whole_group(number) and number != signal.SIGHUP and _in_foreground()


def _to_whole_group(number: int) -> bool:
    """Whether a terminal sends this signal to everybody in a group; a hang-up goes to the session's leader first."""
    if number == signal.SIGHUP:
        return os.getsid(0) != os.getpid()
    return number in (signal.SIGINT, signal.SIGQUIT)


def _in_foreground() -> bool:
    """Whether this process's group has a terminal, which may have sent what came."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _nothing(_number: int, _frame: object) -> None:
    """Handle a signal that is waited for."""
