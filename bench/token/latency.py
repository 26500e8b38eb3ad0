"""How long jobs wait when many ask at once: each has a function of its own, as on Lambda, and AWS takes its time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.spread import quantile
from bench.stub.running import Stub
from bench.token.function import Function, running

# What KMS and DynamoDB take to answer in their Region, as an assumption: the same for every kind that is compared.
KMS_MS, DYNAMODB_MS = 15.0, 5.0
AT_ONCE = (1, 2, 4, 8, 16, 32)
_WARMING = 5


def latencies(
    functions: Mapping[str, Function], stub: Stub, requests: Path, folder: Path, each: int, at_once: Sequence[int]
) -> dict[str, list[dict[str, Any]]]:
    """Return, of each kind and for so many at once, the milliseconds on the clock; `each` serves so many requests.

    Raises FunctionError. On a machine with few processors those who come at once also wait for each other.
    """
    stub.delay(kms_ms=KMS_MS, dynamodb_ms=DYNAMODB_MS)
    try:
        return {
            name: [_taken(function, requests, folder, each, count) for count in at_once]
            for name, function in functions.items()
        }
    finally:
        stub.delay(kms_ms=0, dynamodb_ms=0)


def _taken(function: Function, requests: Path, folder: Path, each: int, count: int) -> dict[str, Any]:
    with ExitStack() as stack:
        started = [stack.enter_context(running(function, requests, folder)) for _ in range(count)]
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda one: one.serve(_WARMING), started))
            served = list(pool.map(lambda one: one.serve(each), started))
    clocks = [seconds * 1000 for one in served for seconds in one.clock_seconds]
    return {"at_once": count, "median_ms": round(quantile(clocks, 0.5), 1), "p95_ms": round(quantile(clocks, 0.95), 1)}
