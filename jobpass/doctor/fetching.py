"""Documents as a relying party fetches them: one GET each, redirects noted, nothing secret sent."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, urljoin, urlsplit

from jobpass.doctor.facts import Answer, Document, Endpoint, Unanswered
from jobpass.doctor.handshake import look, secure
from jobpass.doctor.network import Network, NoAnswerError, on_the_internet, trusting

HTTPS_PORT = 443
MAX_BODY_BYTES = 1 << 20
MAX_HOPS = 3
LONGEST_URL = 2048
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "jobpass-doctor"}


def askable(url: object) -> SplitResult | None:
    """Return the parts of a URL that can be asked: https, a host, printable ASCII, a port that is one; else None."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        in_range = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if parts.scheme == "https" and parts.hostname and in_range else None


@dataclass
class Reader:
    """Fetches documents, and keeps what each host showed in TLS; with `public_only` only from hosts on the internet."""

    network: Network
    public_only: bool = False
    endpoints: dict[tuple[str, int], Endpoint] = field(default_factory=dict)

    def fetch(self, url: str) -> Answer:
        """Return what is at a URL that can be asked, after at most three redirects to others that can."""
        hops: list[str] = []
        seconds = 0.0
        at = url
        while True:
            try:
                answer = self._ask(at)
            except NoAnswerError as error:
                return Unanswered(at, error.cause, error.detail)
            seconds += answer.seconds
            onward = urljoin(at, answer.headers["location"]) if "location" in answer.headers else None
            if answer.status not in _REDIRECTS or len(hops) == MAX_HOPS or onward is None or not askable(onward):
                return replace(answer, url=url, hops=tuple(hops), seconds=seconds)
            hops.append(onward)
            at = onward

    def _ask(self, url: str) -> Document:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or HTTPS_PORT
        distrust = self._endpoint(host, port).distrust
        began = time.monotonic()
        try:
            trust = trusting(verify=distrust is None)
            with (
                secure(self.network, host, port, trust) as connection,
                _ended_after(connection, self.network.timeout_seconds),
            ):
                return self._get(url, connection, began)
        except (http.client.HTTPException, OSError) as error:
            if isinstance(error, TimeoutError) or self._too_late(began):
                raise NoAnswerError("time", f"no answer within {self.network.timeout_seconds:g} seconds") from None
            raise NoAnswerError("protocol", str(error) or type(error).__name__) from None

    def _too_late(self, began: float) -> bool:
        return time.monotonic() - began > self.network.timeout_seconds

    def _endpoint(self, host: str, port: int) -> Endpoint:
        if (host, port) not in self.endpoints:
            self._hold_public(host, port)
            self.endpoints[(host, port)] = look(self.network, host, port)
        return self.endpoints[(host, port)]

    def _hold_public(self, host: str, port: int) -> None:
        addresses = (self.network.addresses(host, port) or ()) if self.public_only else ()
        inside = next((each for each in addresses if not on_the_internet(each)), None)
        if inside is not None:
            raise NoAnswerError("private", f"its host {host} stands for {inside} here, which is not on the internet")

    def _get(self, url: str, connection: ssl.SSLSocket, began: float) -> Document:
        parts = urlsplit(url)
        client = http.client.HTTPSConnection(parts.hostname or "", parts.port)
        client.sock = connection
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        client.request("GET", target, headers=_HEADERS)
        answer = client.getresponse()
        body = bytearray()
        while len(body) <= MAX_BODY_BYTES and (part := answer.read1(1 << 16)):
            body += part
        if self._too_late(began):  # and so perhaps cut off
            raise TimeoutError
        headers = {name.lower(): ", ".join(answer.headers.get_all(name, [])) for name in answer.headers}
        whole = len(body) <= MAX_BODY_BYTES
        seconds = time.monotonic() - began
        return Document(url, answer.status, headers, bytes(body[:MAX_BODY_BYTES]), seconds, whole)


@contextmanager
def _ended_after(connection: ssl.SSLSocket, seconds: float) -> Iterator[None]:
    """End a connection after so many seconds, however much still comes.

    A socket's own time-out is for each read: a byte now and then, or interim answers and trailers without end, would
    keep a reader for ever.
    """

    def end() -> None:
        with suppress(OSError):
            # Below TLS: the reader, in another thread, shall find the end and not a connection without TLS.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
