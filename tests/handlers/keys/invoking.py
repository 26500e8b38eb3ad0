"""Lambda and CloudFormation at the wire, over the real keys function: `jobpass keys` asks them as an operator does."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

from jobpass_issuer.handlers import keys

_INVOKE = "/2015-03-31/functions/{}/invocations"
_STACK = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
<Stacks><member><StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
<CreationTime>2027-01-01T00:00:00Z</CreationTime><Outputs>{outputs}</Outputs></member></Stacks>
</DescribeStacksResult></DescribeStacksResponse>"""
_OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
_XML_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


@dataclass
class Operations:
    """What is deployed, and what came in. `refusal` is AWS's error for the next calls: its code and status."""

    url: str = ""
    stacks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    functions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    commands: list[Any] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    refusal: tuple[str, int] | None = None


def keys_function(event: Any) -> Any:
    """The real one, as Lambda runs it: what it raises is the answer's."""
    return keys.handler(event, None)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = unquote(self.path)
        if path == "/":
            return self._describe(parse_qs(body.decode())["StackName"][0])
        return self._invoke(path, json.loads(body))

    def _invoke(self, path: str, event: Any) -> None:
        self.server.known.commands.append(event)
        function = next(
            (made for name, made in self.server.known.functions.items() if path == _INVOKE.format(name)), None
        )
        code, status = self.server.known.refusal or ("ResourceNotFoundException", 404)
        if self.server.known.refusal or function is None:
            return self._send(status, json.dumps({"Message": "not shown"}).encode(), {"x-amzn-ErrorType": code})
        try:
            return self._send(200, json.dumps(function(event)).encode(), {})
        except Exception as error:  # noqa: BLE001 - as Lambda does
            told = {"errorMessage": str(error), "errorType": type(error).__name__, "requestId": "1"}
            return self._send(200, json.dumps(told).encode(), {"X-Amz-Function-Error": "Unhandled"})

    def _describe(self, name: str) -> None:
        self.server.known.described.append(name)
        outputs = self.server.known.stacks.get(name)
        code, status = self.server.known.refusal or ("ValidationError", 400)
        if self.server.known.refusal or outputs is None:
            return self._send(status, _XML_ERROR.format(code, "not shown").encode(), {})
        listed = "".join(_OUTPUT.format(*each) for each in outputs.items())
        return self._send(200, _STACK.format(name=name, outputs=listed).encode(), {})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    known: Operations


@contextmanager
def operations() -> Iterator[Operations]:
    """The stand-in, while its server runs."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        known = server.known = Operations(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield known
        server.shutdown()
