"""A loopback server that hands requests on to the API unchanged, as the loopback endpoints of agents and runners do.

For clients that can be told neither a certificate authority nor where a name leads: botocore's container provider
follows no proxy, and takes plain HTTP from loopback alone.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.web import Answer, Web
from tests.e2e.asking import request

# What belongs to one connection (RFC 9110, section 7.6.1), or is said anew for the next one.
OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "date", "server"})


@dataclass(frozen=True)
class Asked:
    """A request as it came to the relay, its headers in lower case."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Relay:
    """Where the relay listens, and what was asked of it so far."""

    port: int
    api_url: str
    asked: list[Asked]

    @property
    def url(self) -> str:
        """The relay's own address, which stands for the API's."""
        return f"http://127.0.0.1:{self.port}"

    def instead(self, url: str) -> str:
        """The same URL with the relay in the API's place."""
        if not url.startswith(self.api_url):
            raise AssertionError(f"not a URL of the API: {url}")
        return self.url + url.removeprefix(self.api_url)


@contextmanager
def relaying(web: Web, api_url: str, change: Callable[[Answer], Answer] | None = None) -> Iterator[Relay]:
    """Relay on a free port of 127.0.0.1 for as long as the block runs; `change` is what answers go through."""
    server = _Server(web, api_url, change)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Relay(int(server.server_address[1]), api_url, server.asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(self, web: Web, api_url: str, change: Callable[[Answer], Answer] | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._change = change
        self.asked: list[Asked] = []
        self._web = web
        self._api_url = api_url

    def hand_on(self, asked: Asked, headers: list[tuple[str, str]], body: bytes | None) -> Answer:
        self.asked.append(asked)
        answer = request(self._web, asked.method, self._api_url + asked.target, headers, body)
        return self._change(answer) if self._change else answer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _relay(self) -> None:
        length = self.headers.get("Content-Length")
        body = None if length is None else self.rfile.read(int(length))
        # As it came: `path` has lost what stood doubled at its beginning.
        target = self.requestline.split(" ")[1]
        asked = Asked(self.command, target, {name.lower(): value for name, value in self.headers.items()})
        try:
            answer = self.server.hand_on(asked, _kept(self.headers.items()), body)
        except OSError as error:
            self.send_error(502, f"the API is not in reach: {type(error).__name__}")
            return
        self.send_response_only(answer.status)
        for name, value in _kept(answer.headers.items()):
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = _relay  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
        """Nothing: requests carry secrets."""


def _kept(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in OF_ONE_CONNECTION]
