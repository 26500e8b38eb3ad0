"""How many environments of a function run side by side: as many as a small machine can start.

AWS starts one for each invocation that finds none free, and so does ministack; there each is a process, and a hundred
that start together on two processors take longer than those who asked will wait.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from local.seam.ministack_parts import part, replace

WIDTH = max(4, os.cpu_count() or 1)

Execute = Callable[[dict[str, Any], dict[str, Any], str], dict[str, Any]]


def install() -> None:
    """Let invocations wait for one of a function's environments, where `WIDTH` of them are busy."""
    replace("_execute_function_warm", _in_turn(part("_execute_function_warm"), part("_invoke_depth").get))


def _in_turn(execute: Execute, depth: Callable[[], int]) -> Execute:
    guard = threading.Lock()
    free: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(WIDTH))

    def executed(function: dict[str, Any], event: dict[str, Any], request_id: str) -> dict[str, Any]:
        if depth() > 1:  # by another function, which may hold what this one would wait for
            return execute(function, event, request_id)
        configuration = function.get("config") or function
        with guard:
            turn = free[configuration["FunctionArn"]]
        with turn:
            return execute(function, event, request_id)

    return executed
