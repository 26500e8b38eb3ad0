"""The faults of a load, ordered of the embedded AWS: a share of the calls on which a token rests."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.deployment import EmbeddedAws

OPERATIONS = ("kms:Sign", "dynamodb:BatchGetItem")
FAULTS = ("throttled", "failed", "hanging", "lost")

# By operation and fault, how many calls it befell.
Befallen = Mapping[str, Mapping[str, int]]


class FaultsError(Exception):
    """The embedded AWS did not take the order."""


@contextmanager
def befalling(embedded: EmbeddedAws, share: float, seed: int) -> Iterator[dict[str, dict[str, int]]]:
    """Let a share of the calls of each operation fail within; afterwards none, and what befell is in what is yielded.

    Raises:
        FaultsError: the order is not taken.
    """
    befallen: dict[str, dict[str, int]] = {}
    try:
        for number, operation in enumerate(OPERATIONS):
            _order(embedded, operation, share, seed + number)
        yield befallen
        told = _call(embedded, "GET", None)
        befallen |= {operation: told.get(operation, {}).get("befallen", {}) for operation in OPERATIONS}
    finally:
        for operation in OPERATIONS:
            _order(embedded, operation, 0, seed)


def _order(embedded: EmbeddedAws, operation: str, share: float, seed: int) -> None:
    order = {"operation": operation, "faults": FAULTS, "share": share, "seed": seed}
    _call(embedded, "POST", json.dumps(order).encode())


def _call(embedded: EmbeddedAws, method: str, body: bytes | None) -> dict[str, Any]:
    answer = embedded.web.request(method, f"{embedded.endpoint_url}/_jobpass/faults", body=body)
    if answer.status != 200:
        raise FaultsError(f"faults cannot be ordered: {answer.body[:500].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(answer.body)["faults"]
    return found
