"""What it takes until a function can be called, until its first token is there, and the memory that it needs."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.token.function import Function, running
from bench.token.turns import in_turns

# As many tokens as a function needs until it holds what it will ever hold.
MORE_TOKENS = 20
BARE = "bare interpreter"


@dataclass(frozen=True, slots=True)
class Start:
    """Processor time of one start, from the process's first moment, and the peak of its memory."""

    ready_cpu_ms: float
    first_token_cpu_ms: float
    peak_mib: float
    modules: int


def started(function: Function, requests: Path, folder: Path) -> Start:
    """Start a function, have it make its first token and some more, and end it; raises FunctionError."""
    with running(function, requests, folder) as found:
        first = found.serve(1)
        later = found.serve(MORE_TOKENS)
        return Start(
            found.ready_cpu_seconds * 1000, first.process_cpu_seconds * 1000, later.peak_kib / 1024, found.modules
        )


def bare_start(python: Path) -> Start:
    """Start an interpreter in the same way, with nothing to do."""
    process = subprocess.Popen([python, "-I", "-S", "-B", "-c", "pass"], env={})
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    cpu_ms = (used.ru_utime + used.ru_stime) * 1000
    return Start(cpu_ms, cpu_ms, 0, 0)


def starts(functions: Mapping[str, Function], requests: Path, folder: Path, turns: int) -> dict[str, list[Start]]:
    """Start each function so often, and a bare interpreter beside them; raises FunctionError."""
    python = next(iter(functions.values())).python
    kinds: dict[str, Callable[[], Start]] = {BARE: lambda: bare_start(python)}
    for name, function in functions.items():
        kinds[name] = lambda function=function: started(function, requests, folder)  # type: ignore[misc]
    return in_turns(kinds, turns)
