"""What one more request takes of the processor, of functions that have been running for a while."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.token.function import Function, Running, Served, running
from bench.token.turns import in_turns

# Until caches, connections and the interpreter's own specializations are what they will be.
WARMING = 60


@dataclass(frozen=True, slots=True)
class Work:
    """Of a function's turns, milliseconds of processor time a request; its last answer, and its log a request."""

    cpu_ms: list[float]
    body: str
    log_bytes: float


def worked(functions: Mapping[str, tuple[Function, Path]], folder: Path, turns: int, requests: int) -> dict[str, Work]:
    """Have functions, each with its file of requests, serve so many requests in each turn; raises FunctionError."""
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(running(function, file, folder)) for name, (function, file) in functions.items()
        }
        for each in found.values():
            each.serve(WARMING)
        sizes = {name: each.log.stat().st_size for name, each in found.items()}
        kinds = {name: _serving(each, requests) for name, each in found.items()}
        served = in_turns(kinds, turns)
        total = (turns + 1) * requests
        return {
            name: Work(
                [each.cpu_ms_each for each in taken],
                taken[-1].body,
                (found[name].log.stat().st_size - sizes[name]) / total,
            )
            for name, taken in served.items()
        }


def _serving(function: Running, requests: int) -> Callable[[], Served]:
    return lambda: function.serve(requests)
