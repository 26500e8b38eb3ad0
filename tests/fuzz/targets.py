"""What strangers may send to each parser that they reach: any bytes, and what must come of them.

Each target has the functions' own edge answer. A 5xx, a traceback or a secret in what is logged is a finding.
"""

import io
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any

from jobpass_issuer.domain.admission import admit, platform_of
from jobpass_issuer.domain.credentials import token_request
from jobpass_issuer.domain.issuance import Lifetimes, authenticate, decide
from jobpass_issuer.domain.request_token import from_authorization
from jobpass_issuer.handlers import github_token, request, windmill_token
from jobpass_issuer.handlers.client_assertion import prove
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.response import Response, success
from jobpass_issuer.handlers.telemetry import logger
from tests.domain.examples import (
    ACCOUNT,
    CI_SERVER,
    DEPLOYMENT,
    ISSUER_URL,
    JOB_ID,
    NOW,
    REGISTRATION,
    RING,
    SECRET,
    TOKEN,
    entitlement,
    script,
)
from tests.handlers.platform_keys import WITH_KEYS, assertion

Event = dict[str, Any]
__all__ = ["SECRET", "TARGETS", "FindingError", "check", "logger", "prepare"]
_GRANTED = {200, 201}
_REFUSED = {400, 401, 403, 404}


class FindingError(AssertionError):
    """An input that was not met as it must be."""


def _text(data: bytes) -> str:
    """Bytes as the gateway passes them on: UTF-8 where they are, each byte a character where not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _event(headers: Mapping[str, str] | None = None, **parts: Any) -> Event:
    return {"headers": dict(headers or {}), "requestContext": {"requestId": "r"}, "rawQueryString": "", **parts}


def _authorization(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    bare, text = data[:1] < b"\x80", _text(data[1:])
    # Half of them begin as the real one does, whose secret may then stand in no log.
    value = f"Bearer {TOKEN}{text}" if len(data) % 2 else text

    def work(event: request.Event) -> object:
        token = from_authorization(request.header(event, "authorization"), bare=bare)
        return authenticate(token, REGISTRATION if token.job_id == JOB_ID else None, RING, NOW)

    return _event({"authorization": value}), work


def _query(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    def work(event: request.Event) -> object:
        wish = github_token._wish(request.query(event, github_token.PARAMETERS))
        return _decided(wish)

    return _event(rawQueryString=_text(data)), work


def _decided(wish: Any, **changes: Any) -> object:
    lifetimes = Lifetimes(300, 3600)
    held = entitlement(**changes)
    return decide(held, RING, wish, issuer_url=ISSUER_URL, lifetimes=lifetimes, jti="j", now=NOW)


def _windmill_path(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    path = _text(data)
    path = f"/api/w/acme/oidc/token/{path}" if len(data) % 2 else path
    held = entitlement(fields={**REGISTRATION.fields, "workspace": "acme"})
    return _event(rawPath=path), lambda event: windmill_token._audience(event["rawPath"], held)


def _registration(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    def work(event: request.Event) -> object:
        return admit(
            request.json_body(event), CI_SERVER, DEPLOYMENT, ACCOUNT, job_id=JOB_ID, secret_sha256="0" * 64, now=NOW
        )

    return _event({"content-type": "application/json"}, body=_text(data)), work


def _registered_values(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    """JSON that is some always: values of every kind at every place that a registration has."""
    members = script() if len(data) % 2 else {}
    for index, part in enumerate(data.split(b"\0")[:12]):
        name = (*script(), "pinned", "environment", "expires_in_seconds", "aws_claims", _text(part[:8]))[index % 9]
        text = _text(part)
        values: tuple[Any, ...] = (text, [text], {text: text}, len(part), None, True, [[text]], {text: len(part)}, -0.5)
        members[name] = values[sum(part) % len(values)]

    def work(event: request.Event) -> object:
        parsed, platform = request.json_body(event), DEPLOYMENT.platforms["windmill"]
        return admit(parsed, platform, DEPLOYMENT, ACCOUNT, job_id=JOB_ID, secret_sha256="0" * 64, now=NOW)

    return _event({"content-type": "application/json"}, body=json.dumps(members)), work


_ASSERTION = assertion()


def _client_assertion(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    text = _text(data)
    if len(data) % 2 and data:
        at = data[0] * len(_ASSERTION) // 256
        text = _ASSERTION[:at] + _text(data[1:]) + _ASSERTION[at + len(data) // 2 :]

    def work(event: request.Event) -> object:
        return prove(event, WITH_KEYS.platforms, ISSUER_URL, NOW)

    return _event({"authorization": f"Bearer {text}"}), work


def _role_arn(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    text = _text(data)
    return _event(), lambda _: _decided(token_request(entitlement(), text))


def _caller(data: bytes) -> tuple[Event, Callable[[request.Event], object]]:
    text = _text(data)
    arn = f"arn:aws:sts::000000000000:assumed-role/{text}" if len(data) % 2 else text
    return _event(), lambda _: platform_of(arn, DEPLOYMENT, ACCOUNT)


TARGETS: dict[str, Callable[[bytes], tuple[Event, Callable[[request.Event], object]]]] = {
    "authorization": _authorization,
    "query": _query,
    "windmill-path": _windmill_path,
    "registration": _registration,
    "registered-values": _registered_values,
    "client-assertion": _client_assertion,
    "role-arn": _role_arn,
    "caller": _caller,
}


class _StandardOutput(io.TextIOBase):
    def write(self, text: str) -> int:
        return sys.stdout.write(text)


def prepare() -> None:
    """Have the functions' logger write to whatever standard output is."""
    for handler in logger.handlers:
        handler.stream = _StandardOutput()  # type: ignore[attr-defined]


def check(name: str, data: bytes) -> int:
    """Feed a target, and return the status.

    Raises:
        FindingError: it was not met as it must be.
    """
    event, parse = TARGETS[name](data)

    def work(received: request.Event) -> Response:
        parse(received)
        return success({})

    written = io.StringIO()
    with redirect_stdout(written):
        answer = answered(work, event, refusal="FuzzRefused")
    status = int(answer["statusCode"])
    told = written.getvalue()
    if status not in _GRANTED | _REFUSED:
        raise FindingError(f"{name}: answered {status}: {told}")
    if "Traceback" in told or SECRET in told or SECRET in answer["body"]:
        raise FindingError(f"{name}: {status} with what may not be told: {told}")
    answer["body"].encode("ascii")
    return status
