"""Faults on order: the next calls of an operation are throttled, fail, hang, or lose their answer.

`POST /_jobpass/faults` with `{"operation": "kms:Sign", "fault": "lost", "skip": 0, "times": 1}` orders them, in the
place of what was ordered for the operation before; `skip` lets as many calls pass first, and `times` 0 takes the order
back. `GET` shows what is still to come. Only calls of services that speak JSON can be made to fail: KMS and DynamoDB.

`{"operation": "kms:Sign", "faults": ["throttled", "lost"], "share": 0.05, "seed": 1}` has one call in twenty fail, in
one of these ways, drawn anew for each, until another order comes, such as a share of 0; `GET` then counts them.

- `throttled`, `failed`: refused, as the service spells that; nothing is done.
- `hanging`: no answer before the client has given up; nothing is done.
- `lost`: carried out, and no answer before the client has given up.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from local.seam.ministack_parts import part, replace

PATH = "/_jobpass/faults"
# More than Jobpass's functions wait for an answer, which is two seconds, and the client of this emulator too.
_SILENCE_SECONDS = 2.5
_SERVICES = {"TrentService": "kms", "DynamoDB_20120810": "dynamodb"}
_REFUSALS = {
    "throttled": (400, {"kms": "ThrottlingException", "dynamodb": "ProvisionedThroughputExceededException"}),
    "failed": (500, {"kms": "KMSInternalException", "dynamodb": "InternalServerError"}),
}
_FAULTS = (*_REFUSALS, "hanging", "lost")
_MEMBERS = ("operation", "fault", "skip", "times")
_SHARE_MEMBERS = ("operation", "faults", "share", "seed")
_MOST = 1_000_000

Response = tuple[int, dict[str, str], bytes]


class OrderError(Exception):
    """An order that nobody can carry out."""


@dataclass
class Order:
    """What befalls the next calls of one operation."""

    fault: str
    skip: int
    times: int

    def take(self) -> str | None:
        """The fault of this call, None where it passes."""
        if self.skip:
            self.skip -= 1
            return None
        if not self.times:
            return None
        self.times -= 1
        return self.fault

    @property
    def told(self) -> dict[str, Any] | None:
        """What is still to come, None where nothing is."""
        return {"fault": self.fault, "skip": self.skip, "times": self.times} if self.times else None


@dataclass
class ShareOrder:
    """What befalls a share of the calls of one operation, 0 to 1, and how often each of its faults has by now."""

    faults: tuple[str, ...]
    share: float
    seed: int
    befallen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """The same seed draws the same faults."""
        self._random = random.Random(self.seed)  # noqa: S311 - nobody gains by guessing which call fails

    def take(self) -> str | None:
        """The fault of this call, None where it passes."""
        if self._random.random() >= self.share:
            return None
        fault = self._random.choice(self.faults)
        self.befallen[fault] += 1
        return fault

    @property
    def told(self) -> dict[str, Any] | None:
        """The order and what came of it, None where it was taken back."""
        told = {"faults": list(self.faults), "share": self.share, "seed": self.seed, "befallen": dict(self.befallen)}
        return told if self.share else None


class Faults:
    """All orders, by operation."""

    def __init__(self) -> None:
        self._orders: dict[str, Order | ShareOrder] = {}

    def take(self, headers: dict[str, str]) -> tuple[str, str] | None:
        """The service and the fault of a call, by its headers; None where it passes."""
        target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
        prefix, _, name = target.partition(".")
        service = _SERVICES.get(prefix, "")
        order = self._orders.get(f"{service}:{name}")
        fault = order.take() if order else None
        return (service, fault) if fault else None

    def respond(self, method: str, body: bytes) -> Response:
        """Show the orders, or take one."""
        if method == "POST":
            try:
                self._order(body)
            except OrderError as error:
                return _json(400, {"error": str(error)})
        elif method != "GET":
            return _json(405, {"error": "GET shows the faults, POST orders some"})
        told = {name: order.told for name, order in self._orders.items()}
        return _json(200, {"faults": {name: order for name, order in told.items() if order}})

    def _order(self, body: bytes) -> None:
        try:
            order = json.loads(body)
        except ValueError:
            order = None
        if not isinstance(order, dict):
            raise OrderError(f"send an object with {', '.join(_MEMBERS)}")
        operation = order.get("operation")
        if not isinstance(operation, str) or operation.partition(":")[0] not in _SERVICES.values():
            raise OrderError(f"`operation` must be of {' or '.join(_SERVICES.values())}, such as kms:Sign")
        self._orders[operation] = _share_ordered(order) if "share" in order else _ordered(order)


def _ordered(order: dict[str, Any]) -> Order:
    if not {"operation", "fault"} <= set(order) <= {*_MEMBERS}:
        raise OrderError(f"send an object with {', '.join(_MEMBERS)}")
    fault, skip, times = order["fault"], order.get("skip", 0), order.get("times", 1)
    if fault not in _FAULTS:
        raise OrderError(f"`fault` must be one of {', '.join(_FAULTS)}")
    if any(type(count) is not int or not 0 <= count <= _MOST for count in (skip, times)):
        raise OrderError(f"`skip` and `times` must be whole numbers, 0 to {_MOST}")
    return Order(fault, skip, times)


def _share_ordered(order: dict[str, Any]) -> ShareOrder:
    if not {"operation", "faults", "share"} <= set(order) <= {*_SHARE_MEMBERS}:
        raise OrderError(f"send an object with {', '.join(_SHARE_MEMBERS)}")
    faults, share, seed = order["faults"], order["share"], order.get("seed", 0)
    if not isinstance(faults, list) or not faults or any(fault not in _FAULTS for fault in faults):
        raise OrderError(f"`faults` must be a list of some of {', '.join(_FAULTS)}")
    if type(share) not in (int, float) or not 0 <= share <= 1 or type(seed) is not int:
        raise OrderError("`share` must be a number, 0 to 1, and `seed` a whole number")
    return ShareOrder(tuple(faults), share, seed)


def install() -> None:
    """Take orders, and let them befall the calls that ministack is about to carry out."""
    faults = Faults()
    shortcuts = part("_handle_post_body_shortcuts")
    dispatch: Callable[..., Awaitable[Response]] = part("_dispatch_service_request")

    async def answer(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Response | None:
        if path == PATH:
            return faults.respond(method, body)
        passed_on: Response | None = await shortcuts(method, path, headers, body, query, request_id)
        return passed_on

    async def befall(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Response:
        taken = faults.take(headers)
        if taken is None:
            return await dispatch(method, path, headers, body, query, request_id)
        service, fault = taken
        if fault in _REFUSALS:
            status, codes = _REFUSALS[fault]
            return _refusal(status, codes[service])
        answered = _refusal(500, _REFUSALS["failed"][1][service])
        if fault == "lost":
            answered = await dispatch(method, path, headers, body, query, request_id)
        await asyncio.sleep(_SILENCE_SECONDS)
        return answered

    replace("_handle_post_body_shortcuts", answer)
    replace("_dispatch_service_request", befall)


def _refusal(status: int, code: str) -> Response:
    body = json.dumps({"__type": code, "message": "as ordered"}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, body


def _json(status: int, document: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()
