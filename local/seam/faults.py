"""Faults on order: the next calls of an operation are throttled, fail, hang, or lose their answer.

`POST /_jobpass/faults` with `{"operation": "kms:Sign", "fault": "lost", "skip": 0, "times": 1}` orders them, in the
place of what was ordered for the operation before; `skip` lets as many calls pass first, and `times` 0 takes the order
back. `GET` shows what is still to come. Only calls of services that speak JSON can be made to fail: KMS and DynamoDB.

- `throttled`, `failed`: refused, as the service spells that; nothing is done.
- `hanging`: no answer before the client has given up; nothing is done.
- `lost`: carried out, and no answer before the client has given up.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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


class Faults:
    """All orders, by operation."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

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
        told = {name: vars(order) for name, order in self._orders.items() if order.times}
        return _json(200, {"faults": told})

    def _order(self, body: bytes) -> None:
        try:
            order = json.loads(body)
        except ValueError:
            order = None
        if not isinstance(order, dict) or not {"operation", "fault"} <= set(order) <= {*_MEMBERS}:
            raise OrderError(f"send an object with {', '.join(_MEMBERS)}")
        operation, fault = order["operation"], order["fault"]
        skip, times = order.get("skip", 0), order.get("times", 1)
        if not isinstance(operation, str) or operation.partition(":")[0] not in _SERVICES.values():
            raise OrderError(f"`operation` must be of {' or '.join(_SERVICES.values())}, such as kms:Sign")
        if fault not in _FAULTS:
            raise OrderError(f"`fault` must be one of {', '.join(_FAULTS)}")
        if any(type(count) is not int or not 0 <= count <= _MOST for count in (skip, times)):
            raise OrderError(f"`skip` and `times` must be whole numbers, 0 to {_MOST}")
        self._orders[operation] = Order(fault, skip, times)


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
