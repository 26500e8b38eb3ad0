"""What both doors of the stand-in share: noting a call, and failing it on the wire in the way that a test wants."""

import os
import socket
import struct
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.aws.trouble import STATUSES, Trouble, error_of
from tests.aws.wire import Aws, Call
from tests.aws.wire_error import AwsError

# Longer than any client waits whose silence a test wants.
_SILENCE_SECONDS = 20
# Of a service that speaks JSON, and of one that speaks XML.
_BODIES = {
    Trouble.MALFORMED: (b"<html>not what you asked for",) * 2,
    Trouble.EMPTY: (b"{}", b""),
    Trouble.ANOTHER: (b"[]", b"<AnotherResponse/>"),
}
# The status, the body and, of some, headers of their own.
Work = Callable[[], tuple[int, bytes] | tuple[int, bytes, Mapping[str, str]]]
_RESET = struct.pack("ii", 1, 0)


class Troubled(BaseHTTPRequestHandler):
    """Answers each call by what its service makes of it, unless it is to fail."""

    protocol_version = "HTTP/1.1"
    # Whether an error is an AWS service's, or one of plain HTTPS.
    speaks_aws = True

    @property
    def aws(self) -> Aws:
        """The stand-in that is served now."""
        aws: Aws = self.server.aws  # type: ignore[attr-defined]
        return aws

    def body(self) -> bytes:
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def spelled(self, operation: str, error: AwsError) -> bytes:
        """An error's body."""
        raise NotImplementedError

    def serve(self, operation: str, request: Any, work: Work) -> None:
        """Note the call, fail it where a test wants so, and answer what the work returns otherwise."""
        self._call = Call(operation, request, self.headers.get("User-Agent", ""))
        self.aws.arrived(self._call)
        trouble = self.aws.take_trouble(operation)
        try:
            if isinstance(trouble, AwsError):
                raise trouble
            if trouble is None:
                self.answer(*work())
            else:
                self._inflict(operation, trouble, work)
        except AwsError as error:
            self.answer(error.status, self.spelled(operation, error))

    def _inflict(self, operation: str, trouble: Trouble, work: Work) -> None:
        if not self.speaks_aws and trouble in STATUSES:
            self.answer(STATUSES[trouble], b"<html>")
            return
        error = error_of(operation, trouble)
        if error is not None:
            raise error
        if trouble in _BODIES:
            xml = operation.partition(":")[0] in {"s3", "sts", "cloudfront"}
            self.answer(200, _BODIES[trouble][xml])
            return
        self.close_connection = True
        if trouble is Trouble.LOST:
            work()
        if trouble in {Trouble.SLOW, Trouble.LOST}:
            self._wait_for_the_client_to_leave()
        elif trouble is Trouble.CUT_SHORT:
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half":')
        else:
            self._reset()

    def _wait_for_the_client_to_leave(self) -> None:
        self.connection.settimeout(_SILENCE_SECONDS)
        try:
            self.connection.recv(1)
        except OSError:
            return

    def _reset(self) -> None:
        """Close the connection so that its peer hears of a reset, and not of an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        os.close(self.connection.detach())

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send an answer; a client that has left misses nothing."""
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1" if body[:1] == b"{" else "application/xml")
            self.send_header("x-amzn-RequestId", self._call.request_id)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
        """Say nothing: the calls are kept."""
