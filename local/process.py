"""Processes that this project starts: each in a group of its own, known again by pid and start time, ended by pid."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.folder import write_private

GUARDIAN = Path(__file__).with_name("guardian.py")
# Enough for an orderly end; the emulator would wait longer for clients that keep connections open.
GRACE_SECONDS = 1.0
# What a child may know of the environment that started us: nothing that names an account, a proxy or a package index.
INHERITED_VARIABLES = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TZ")


def clean_environment(**variables: str) -> dict[str, str]:
    """The few inherited variables that a child needs, and those given."""
    kept = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return kept | variables


def start_time(pid: int) -> str | None:
    """When a process started, as text that never changes while it lives, or None when there is no such process.

    A process that has ended and only waits to be collected counts as gone. Source: proc(5), fields 3 and 22 of
    /proc/<pid>/stat; ps(1) where there is no /proc.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            # The command name, in parentheses, may itself hold spaces and parentheses.
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else fields[19]
    ps = subprocess.run(
        [shutil.which("ps") or "/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, started = ps.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


@dataclass
class Process:
    """One running process, the leader of its own group."""

    name: str
    pid: int
    started: str
    pid_file: Path
    _child: subprocess.Popen[bytes] | None = None
    # While this end of the pipe is open, the guardian lets the command live.
    _lifeline: int | None = field(default=None, repr=False)

    def is_running(self) -> bool:
        """Whether this very process, not another that got its number, is still there."""
        if self._child is not None and self._child.poll() is not None:
            return False
        return start_time(self.pid) == self.started

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """End the process and everything in its group; return when they are gone."""
        if self.is_running():
            self._signal(signal.SIGTERM)
            wait_until_gone(self, grace_seconds)
            # The leader may have left others behind (functions in the middle of a call), or not have listened.
            # While a group has members its number is not given to another process.
            self._signal_group(signal.SIGKILL)
            wait_until_gone(self, 2.0)
        elif self._child is not None and start_time(self.pid) is None:
            # It ended by itself: what it left has its group's number, unless a process has been given it since.
            self._signal_group(signal.SIGKILL)
        if self._child is not None:
            # Collect it: one that only waits to be collected counts as gone above.
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(2.0)
            self._child = None
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        self.pid_file.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _signal_group(self, number: signal.Signals) -> None:
        # macOS answers EPERM for a group of which only a zombie is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def wait_until_gone(process: Process, limit_seconds: float) -> bool:
    """Wait for a process to end; False when it has not within the limit."""
    deadline = time.monotonic() + limit_seconds
    while process.is_running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def start(
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    working_directory: Path,
    log: Path,
    pid_file: Path,
    attached: bool = True,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a command in a group of its own, its output in a log file.

    Attached: it ends when this process ends, however that happens. Not attached: it stays until `recover` and `stop`.
    """
    with log.open("wb") as output:
        if attached:
            child, lifeline = spawn_guarded(
                command,
                environment=environment,
                working_directory=working_directory,
                output=output,
                descriptors=descriptors,
            )
        else:
            lifeline = None
            child = _spawn(command, environment, working_directory, output, descriptors)
    process = Process(name, child.pid, start_time(child.pid) or "ended at once", pid_file, child, lifeline)
    write_private(pid_file, json.dumps({"name": name, "pid": process.pid, "started": process.started}))
    return process


def spawn_guarded(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    working_directory: Path,
    output: int | IO[bytes],
    descriptors: Sequence[int] = (),
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a command that ends when this process ends, or when the returned descriptor is closed."""
    watched, lifeline = os.pipe()
    guarded = [sys.executable, "-I", str(GUARDIAN), str(watched), *command]
    try:
        child = _spawn(guarded, environment, working_directory, output, [*descriptors, watched])
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(watched)
    return child, lifeline


def _spawn(
    command: Sequence[str],
    environment: Mapping[str, str],
    working_directory: Path,
    output: int | IO[bytes],
    descriptors: Sequence[int],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=dict(environment),
        cwd=working_directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=descriptors,
    )


def recover(pid_file: Path) -> Process | None:
    """The process that a pid file names, or None when there is no such file or that process has ended.

    Never returns a process that merely got the same number: its start time must be the recorded one.
    """
    try:
        record = json.loads(pid_file.read_text())
        process = Process(str(record["name"]), int(record["pid"]), str(record["started"]), pid_file)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return process if process.pid > 1 and process.is_running() else None


def forget(pid_file: Path) -> None:
    """Remove a pid file, and what somebody has put in its place."""
    if pid_file.is_dir() and not pid_file.is_symlink():
        shutil.rmtree(pid_file)
    else:
        pid_file.unlink(missing_ok=True)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, indented, for an error message."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "    (no log)"
    return "\n".join(f"    {line[:300]}" for line in lines[-count:]) or "    (the log is empty)"
