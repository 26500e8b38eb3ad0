"""AWS at the wire: the functions' real clients talk to it over HTTP, and each call fails where a test says so."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.aws.services import Bucket, DynamoDb, Kms, RefusalError, TagIndex

_TARGETS = {
    "TrentService": "kms",
    "DynamoDB_20120810": "dynamodb",
    "ResourceGroupsTaggingAPI_20170126": "tag",
}
_S3_METHODS = {"GET": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
_INVALIDATION = re.compile(r"/\d{4}-\d\d-\d\d/distribution/\w+/invalidation")
# What changes something; an idle run makes none of these calls.
WRITES = frozenset(
    {
        "kms:CreateKey",
        "kms:TagResource",
        "kms:DisableKey",
        "kms:ScheduleKeyDeletion",
        "dynamodb:PutItem",
        "s3:PutObject",
        "s3:DeleteObject",
        "cloudfront:CreateInvalidation",
    }
)


@dataclass(frozen=True)
class Failure:
    """How a call fails: with an AWS error, or by an answer that comes too late, with or without its effect."""

    code: str = ""
    status: int = 400
    delay_seconds: float = 0
    takes_effect: bool = False


@dataclass
class Call:
    """One call as it came over the wire."""

    operation: str
    request: Any
    user_agent: str


@dataclass
class Cloud:
    """The services, what was called, and what is to fail (for how many calls; None for all)."""

    kms: Kms = field(default_factory=Kms)
    table: DynamoDb = field(default_factory=DynamoDb)
    bucket: Bucket = field(default_factory=Bucket)
    calls: list[Call] = field(default_factory=list)
    failures: dict[str, tuple[Failure, int | None]] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    responses: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tags = TagIndex(self.kms)

    def copy(self) -> "Cloud":
        """A cloud in the same state, in which nothing has been called yet."""
        copied = Cloud()
        copied.kms.take_over(self.kms)
        copied.table.items = dict(self.table.items)
        copied.bucket.objects, copied.bucket.edge = dict(self.bucket.objects), dict(self.bucket.edge)
        return copied

    def fail(self, operation: str, failure: Failure, times: int | None = None) -> None:
        """Let an operation fail from now on, or the next so many times."""
        self.failures[operation] = (failure, times)

    def mend(self) -> None:
        """Let everything work again."""
        self.failures.clear()

    def operations(self) -> list[str]:
        """The names of all calls, in order."""
        return [call.operation for call in self.calls]

    def writes(self) -> list[str]:
        """The names of the calls that change something, in order."""
        return [name for name in self.operations() if name in WRITES]

    def counted(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(self.operations())

    def failure(self, operation: str) -> Failure | None:
        """The failure that the next call of this operation meets."""
        failure, times = self.failures.get(operation, (None, None))
        if failure is not None and times is not None:
            if times == 0:
                return None
            self.failures[operation] = (failure, times - 1)
        return failure


class Handler(BaseHTTPRequestHandler):
    """Takes a request apart, lets it fail or has its service answer, and spells the answer as that service does."""

    protocol_version = "HTTP/1.1"
    # One packet an answer: a body that waits for the headers' acknowledgement costs 40 ms a call.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "CloudServer"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        cloud = self.server.cloud
        path = unquote(urlsplit(self.path).path)
        operation, request = self._operation(path, body)
        cloud.calls.append(Call(operation, request, self.headers.get("User-Agent", "")))
        interfere = cloud.before.pop(operation, None)
        if interfere is not None:
            interfere()
        failure = cloud.failure(operation)
        try:
            if failure is not None and not failure.takes_effect:
                self._fail(failure)
            status, answer = self._answer(cloud, operation, path, request, body)
            if failure is not None:
                self._fail(failure)
        except RefusalError as error:
            status, answer = error.status, self._spelled(operation, error)
        self._send(status, answer)

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def handle_expect_100(self) -> bool:
        """Let S3's client go on at once: it waits a second for this word."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _operation(self, path: str, body: bytes) -> tuple[str, Any]:
        target = self.headers.get("X-Amz-Target")
        if target:
            service, _, name = target.partition(".")
            return f"{_TARGETS[service]}:{name}", json.loads(body)
        if _INVALIDATION.fullmatch(path):
            return "cloudfront:CreateInvalidation", re.findall(r"<Path>([^<]*)</Path>", body.decode())
        return _S3_METHODS[self.command], path.split("/", 2)[2]

    @staticmethod
    def _fail(failure: Failure) -> None:
        if failure.delay_seconds:
            time.sleep(failure.delay_seconds)
        raise RefusalError(failure.code, failure.status)

    def _answer(self, cloud: Cloud, operation: str, path: str, request: Any, body: bytes) -> tuple[int, bytes]:
        service, _, name = operation.partition(":")
        if service == "cloudfront":
            identifier = cloud.bucket.invalidate(request)
            return 201, f"<Invalidation><Id>{identifier}</Id><Status>InProgress</Status></Invalidation>".encode()
        if service == "s3":
            return self._object(cloud.bucket, name, request, body)
        services: dict[str, Kms | DynamoDb | TagIndex] = {"kms": cloud.kms, "dynamodb": cloud.table, "tag": cloud.tags}
        return 200, json.dumps(services[service].answer(name, request)).encode()

    def _object(self, bucket: Bucket, name: str, key: str, body: bytes) -> tuple[int, bytes]:
        if name == "GetObject":
            return 200, bucket.get(key)
        if name == "PutObject":
            bucket.put(key, self._unchunked(body), dict(self.headers.items()))
            return 200, b""
        bucket.objects.pop(key, None)
        return 204, b""

    def _unchunked(self, body: bytes) -> bytes:
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return body
        size, _, rest = body.partition(b"\r\n")
        return rest[: int(size, 16)]

    @staticmethod
    def _spelled(operation: str, error: RefusalError) -> bytes:
        code, message = error.code, error.message
        if operation.startswith("s3:"):
            return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        if operation.startswith("cloudfront:"):
            inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            return f"<ErrorResponse>{inner}<RequestId>r</RequestId></ErrorResponse>".encode()
        return json.dumps({"__type": code, "message": message}).encode()

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the client has given up waiting
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
        pass


class CloudServer(ThreadingHTTPServer):
    """The server; each test gives it a cloud of its own."""

    daemon_threads = True
    cloud: Cloud

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[CloudServer]:
    """The server, while it runs."""
    with CloudServer(("127.0.0.1", 0), Handler) as server:
        server.cloud = Cloud()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
