"""HTTP/1.1 with TLS, as little of it as an SDK needs: kept-alive connections, one request after the other."""

import asyncio
import json
import ssl
import zlib
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count

from bench.stub.aws import Aws, UnexpectedCallError

_REASONS = {200: "OK", 400: "Bad Request"}


class Connection(asyncio.Protocol):
    """One connection; answers come after the delay of their service, in milliseconds."""

    _numbers = count(1)

    def __init__(self, aws: Aws, delays_ms: dict[str, float]) -> None:
        self._aws = aws
        self._delays_ms = delays_ms
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where answers go."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            line, *fields = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields)}
            start, length = end + 4, int(headers.get("content-length", 0))
            if len(self._received) < start + length:
                return
            body, self._received = self._received[start : start + length], self._received[start + length :]
            method, path, _ = line.split(" ")
            if method == "POST":
                self._serve(headers.get("x-amz-target", ""), body)
            else:
                self._command(path)

    def _serve(self, target: str, body: bytes) -> None:
        try:
            status, said = 200, self._aws.answer(target, body)
        except UnexpectedCallError:
            status, said = 400, b'{"__type":"UnknownOperationException"}'
        delay_ms = self._delays_ms.get(target.partition("_")[0].partition(".")[0], 0)
        if delay_ms:
            asyncio.get_running_loop().call_later(delay_ms / 1000, self._answer, status, said)
        else:
            self._answer(status, said)

    def _command(self, path: str) -> None:
        """Tell the calls since the last time, or take delays: `/delays/<KMS's>/<DynamoDB's>`."""
        if path.startswith("/delays/"):
            kms, dynamodb = path.split("/")[2:4]
            self._delays_ms |= {"TrentService": float(kms), "DynamoDB": float(dynamodb)}
        said = json.dumps(self._aws.calls).encode()
        self._aws.calls.clear()
        self._answer(200, said)

    def _answer(self, status: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
            "Server: Server\r\n"
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n"
            "Content-Type: application/x-amz-json-1.0\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"x-amzn-RequestId: {next(self._numbers):08d}-0000-4000-8000-000000000000\r\n"
            f"x-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
        )
        self._transport.write(head.encode("ascii") + body)


async def serve(aws: Aws, certificate: str | None) -> None:
    """Serve on a free port of the loopback until the standard input ends, having printed the port.

    `certificate` is a file with private key and chain in PEM; without one there is no TLS.
    """
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    delays_ms: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(aws, delays_ms), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, input_ended)


def input_ended() -> None:
    """Wait until whoever started this process closes its standard input, or is gone."""
    with open(0, "rb", closefd=False) as standard_input:
        while standard_input.read(4096):
            pass
