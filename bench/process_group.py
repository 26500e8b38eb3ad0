"""A command in a process group of its own: how long it ran, how busy it was, and its memory at the peak."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05
_PROC = Path("/proc")


class CommandError(Exception):
    """The command failed, or cannot be watched; the message says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took on the clock and of all processors together, and the memory that its processes held at once."""

    seconds: float
    cpu_seconds: float
    peak_memory_mib: float


@dataclass(frozen=True, slots=True)
class _Sample:
    cpu_seconds: float
    memory_bytes: int


def measure(command: Sequence[str], *, directory: Path, environment: Mapping[str, str], log: Path) -> Run:
    """Run a command to its end and say what it took, with all the processes that it started.

    Raises:
        CommandError: it did not end with status 0, or there is no /proc to watch it by.
    """
    if not (_PROC / "self" / "stat").exists():
        raise CommandError("this machine has no /proc, which tells how busy a process is: measure on Linux")
    cpu_seconds: dict[int, float] = {}
    peak = 0
    with log.open("wb") as output:
        started = time.monotonic()
        running = subprocess.Popen(
            command, cwd=directory, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        while running.poll() is None:
            samples = _sampled(running.pid)
            cpu_seconds |= {process: sample.cpu_seconds for process, sample in samples.items()}
            peak = max(peak, sum(sample.memory_bytes for sample in samples.values()))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.monotonic() - started
    if running.returncode != 0:
        raise CommandError(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return Run(seconds, sum(cpu_seconds.values()), peak / 2**20)


def _sampled(group: int) -> dict[int, _Sample]:
    """Look at the processes of a group, by number (proc(5): fields 5, 14, 15 and 24 of stat)."""
    found: dict[int, _Sample] = {}
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold anything. What follows begins with field 3.
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue  # ended meanwhile
        if int(fields[2]) == group:
            ticks = int(fields[11]) + int(fields[12])
            found[int(stat.parent.name)] = _Sample(
                ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            )
    return found
