"""A stand-in for AWS at the wire: real SDK clients reach it by AWS_ENDPOINT_URL, and it keeps state and can fail.

It speaks as much of DynamoDB, KMS, S3, STS, CloudFront and CloudFormation's answers as the functions use. What it does
not know it refuses loudly, so that a test never passes because a request was not understood.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.aws import wire_sts
from tests.aws.wire_dynamodb import DynamoDb
from tests.aws.wire_error import AwsError
from tests.aws.wire_kms import Kms
from tests.aws.wire_s3 import S3
from tests.aws.wire_sts import Sts

SLOW_SECONDS = 0.8
_CODES = {
    "throttled": (400, "ThrottlingException"),
    "unavailable": (503, "ServiceUnavailable"),
    "fault": (500, "InternalServerError"),
    "denied": (403, "AccessDeniedException"),
    "unknown principal": (400, "MalformedPolicyDocumentException"),
}


class Trouble(StrEnum):
    """How an operation can fail."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"
    DENIED = "denied"
    UNKNOWN_PRINCIPAL = "unknown principal"
    SLOW = "slow"  # answers after the client has given up
    DROPPED = "dropped"  # closes the connection without a word
    CUT_SHORT = "cut short"  # closes it within the body
    MALFORMED = "malformed"  # answers 200 with what is no JSON


@dataclass
class Call:
    """One request that arrived."""

    operation: str
    body: Mapping[str, Any]
    user_agent: str


@dataclass
class Aws:
    """All that the stand-in knows, and what it was asked."""

    dynamodb: DynamoDb = field(default_factory=DynamoDb)
    kms: Kms = field(default_factory=Kms)
    s3: S3 = field(default_factory=S3)
    sts: Sts = field(default_factory=Sts)
    invalidations: list[bytes] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    _troubles: dict[str, list[Trouble]] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def fail(self, operation: str, trouble: Trouble, times: int = 1) -> None:
        """Let the next calls of an operation, such as `kms:Sign`, fail."""
        self._troubles[operation] = [trouble] * times

    def take_trouble(self, operation: str) -> Trouble | None:
        """Return how this call is to fail, or None where it is not."""
        waiting = self._troubles.get(operation)
        return waiting.pop() if waiting else None

    def operations(self) -> list[str]:
        """The operations that were asked for, in order."""
        return [call.operation for call in self.calls]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    aws: Aws

    def do_POST(self) -> None:
        body = self._body()
        target = self.headers.get("X-Amz-Target", "")
        if target:
            self._serve_json(target, body)
        elif self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            self._serve_query(body)
        else:
            self._serve_xml("POST", body)

    def do_GET(self) -> None:
        self._serve_xml("GET", self._body())

    def do_PUT(self) -> None:
        body = self._body()
        if self.path == "/cloudformation":
            self.aws.answers.append(json.loads(body) | {"content-type": self.headers.get("Content-Type")})
            self._answer(200, b"", "text/plain")
        else:
            self._serve_xml("PUT", body)

    def do_DELETE(self) -> None:
        self._serve_xml("DELETE", self._body())

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _serve_json(self, target: str, body: bytes) -> None:
        prefix, _, name = target.partition(".")
        is_kms = prefix == "TrentService"
        service: DynamoDb | Kms = self.aws.kms if is_kms else self.aws.dynamodb
        operation = f"{'kms' if is_kms else 'dynamodb'}:{name}"
        members = json.loads(body)
        if self._in_trouble(operation, members, _json_error):
            return
        try:
            answer: Mapping[str, Any] = service.answer(name, members)
        except AwsError as error:
            self._answer(error.status, _json_error(error.code), "application/x-amz-json-1.1")
        else:
            self._answer(200, json.dumps(answer).encode(), "application/x-amz-json-1.1")

    def _serve_query(self, body: bytes) -> None:
        members = dict(parse_qsl(body.decode(), strict_parsing=True))
        if self._in_trouble(f"sts:{members['Action']}", members, _query_error):
            return
        try:
            self._answer(200, self.aws.sts.answer(members, dict(self.headers)), "text/xml")
        except AwsError as error:
            self._answer(error.status, wire_sts.error(error.code), "text/xml")

    def _serve_xml(self, method: str, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        if method == "POST" and path.startswith("/2020-05-31/distribution/"):
            operation = "cloudfront:CreateInvalidation"
        else:
            operation = f"s3:{ {'GET': 'GetObject', 'PUT': 'PutObject', 'DELETE': 'DeleteObject'}[method] }"
        if self._in_trouble(operation, {"path": path}, _xml_error):
            return
        if operation.startswith("cloudfront:"):
            self.aws.invalidations.append(body)
            self._answer(201, _INVALIDATION, "application/xml")
            return
        try:
            self._answer(*self.aws.s3.answer(method, path, body, dict(self.headers)))
        except AwsError as error:
            self._answer(error.status, _xml_error(error.code), "application/xml")

    def _in_trouble(self, operation: str, members: Mapping[str, Any], error: Any) -> bool:
        """Note the call, and fail it where a test wants so."""
        self.aws.calls.append(Call(operation, members, self.headers.get("User-Agent", "")))
        trouble = self.aws.take_trouble(operation)
        if trouble is None:
            return False
        if trouble in _CODES:
            status, code = _CODES[trouble]
            self._answer(
                status, error(code), "application/x-amz-json-1.1" if error is _json_error else "application/xml"
            )
        elif trouble is Trouble.MALFORMED:
            self._answer(200, b"<html>not what you asked for", "text/html")
        else:
            if trouble is Trouble.SLOW:
                time.sleep(SLOW_SECONDS)
            elif trouble is Trouble.CUT_SHORT:
                self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half":')
            self.close_connection = True
        return True

    def _answer(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the calls are kept."""


_INVALIDATION = b"""<?xml version="1.0"?><Invalidation><Id>I1</Id><Status>Completed</Status>
<CreateTime>2026-01-01T00:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths>
<CallerReference>x</CallerReference></InvalidationBatch></Invalidation>"""


def _json_error(code: str) -> bytes:
    # AWS's messages hold ARNs; the functions must not pass them on.
    return json.dumps({"__type": code, "message": f"{code} for arn:aws:iam::000000000000:role/secret-name"}).encode()


def _xml_error(code: str) -> bytes:
    return (
        f"<Error><Code>{code.removesuffix('Exception')}</Code><Message>arn:aws:secret-name</Message></Error>".encode()
    )


def _query_error(code: str) -> bytes:
    return wire_sts.error(code.removesuffix("Exception"))


@contextmanager
def running() -> Iterator[tuple[str, Aws]]:
    """Serve on a free port of the loopback; yields the endpoint and what is behind it."""
    aws = Aws()
    handler = type("Handler", (_Handler,), {"aws": aws})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
