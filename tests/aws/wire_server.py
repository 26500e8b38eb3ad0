"""The door of the stand-in for AWS's services: JSON, query and REST protocols over HTTP."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import unescape

from tests.aws import wire_sts
from tests.aws.troubled import Troubled
from tests.aws.wire import Aws
from tests.aws.wire_error import MESSAGE, AwsError

_TARGETS = {
    "TrentService": "kms",
    "DynamoDB_20120810": "dynamodb",
    "ResourceGroupsTaggingAPI_20170126": "tag",
    "Logs_20140328": "logs",
    "CloudTrail_20131101": "cloudtrail",
}
_S3 = {"GET": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
_INVALIDATION = re.compile(r"/\d{4}-\d\d-\d\d/distribution/\w+/invalidation")
Answer = tuple[int, bytes]


class Handler(Troubled):
    """Takes a request apart, lets it fail or has its service answer, and spells the answer as that service does."""

    # One packet an answer: a body that waits for the headers' acknowledgement costs 40 ms a call.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # noqa: N802 - the name that the base class asks for
        body = self.body()
        target = self.headers.get("X-Amz-Target", "")
        path = unquote(urlsplit(self.path).path)
        if target:
            prefix, _, name = target.rpartition(".")
            self._serve_json(_TARGETS[prefix.rpartition(".")[2]], name, json.loads(body))
        elif urlsplit(self.path).query == "delete":
            keys = [unescape(key) for key in re.findall(r"<Key>([^<]*)</Key>", _unchunked(self.headers, body).decode())]
            self.serve("s3:DeleteObjects", keys, lambda: (200, self.aws.s3.delete(keys)))
        elif _INVALIDATION.fullmatch(path):
            paths = re.findall(r"<Path>([^<]*)</Path>", body.decode())
            self.serve("cloudfront:CreateInvalidation", paths, lambda: (201, _invalidation(self.aws, paths)))
        else:
            members = dict(parse_qsl(body.decode(), strict_parsing=True))
            headers = dict(self.headers)
            self.serve(f"sts:{members['Action']}", members, lambda: (200, self.aws.sts.answer(members, headers)))

    def do_GET(self) -> None:  # noqa: N802 - the name that the base class asks for
        if "list-type=2" in urlsplit(self.path).query:
            self.serve("s3:ListObjectsV2", self.path, lambda: (200, self.aws.s3.listed()))
        else:
            self._serve_object()

    def do_PUT(self) -> None:  # noqa: N802 - the name that the base class asks for
        self._serve_object()

    def do_DELETE(self) -> None:  # noqa: N802 - the name that the base class asks for
        self._serve_object()

    def handle_expect_100(self) -> bool:
        """Let S3's client go on at once: it waits a second for this word."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _serve_json(self, service: str, name: str, members: Mapping[str, Any]) -> None:
        aws = self.aws
        services: dict[str, Any] = {
            "kms": aws.kms,
            "dynamodb": aws.dynamodb,
            "tag": aws.tags,
            "logs": aws.logs,
            "cloudtrail": aws.trail,
        }
        answer = services[service].answer
        self.serve(f"{service}:{name}", members, lambda: (200, json.dumps(answer(name, members)).encode()))

    def _serve_object(self) -> None:
        body = _unchunked(self.headers, self.body())
        key = unquote(urlsplit(self.path).path).split("/", 2)[2]
        headers = dict(self.headers.items())
        self.serve(_S3[self.command], key, lambda: self.aws.s3.answer(self.command, key, body, headers))

    def spelled(self, operation: str, error: AwsError) -> bytes:
        if operation.startswith("s3:"):
            return f"<Error><Code>{error.code}</Code><Message>{MESSAGE}</Message></Error>".encode()
        if operation.startswith("sts:"):
            return wire_sts.error(error.code)
        if operation.startswith("cloudfront:"):
            inner = f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{MESSAGE}</Message></Error>"
            return f"<ErrorResponse>{inner}<RequestId>r</RequestId></ErrorResponse>".encode()
        return json.dumps({"__type": error.code, "message": MESSAGE}).encode()


def _unchunked(headers: Message, body: bytes) -> bytes:
    if "aws-chunked" not in headers.get("Content-Encoding", ""):
        return body
    size, _, rest = body.partition(b"\r\n")
    return rest[: int(size, 16)]


def _invalidation(aws: Aws, paths: list[str]) -> bytes:
    return f"<Invalidation><Id>{aws.s3.invalidate(paths)}</Id><Status>InProgress</Status></Invalidation>".encode()


class Server(ThreadingHTTPServer):
    """The server; a test may give it another stand-in."""

    daemon_threads = True
    # Of connections that nobody has taken yet: one above the usual five is tried again by its kernel a second later.
    request_queue_size = 64
    aws: Aws

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(handler: type[Handler] = Handler) -> Iterator[Server]:
    """Serve on a free port of the loopback."""
    with Server(("127.0.0.1", 0), handler) as server:
        server.aws = Aws()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
