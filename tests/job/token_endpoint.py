"""A token endpoint on loopback, in the clear or in TLS, that answers as well or as badly as it is told to."""

import base64
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import parse_headers
from typing import NamedTuple

from tests.job.drawing import REQUEST_TOKEN

# What it does on a connection once it has read a request.
Reply = Callable[[socket.socket], None]
REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 503: "Service Unavailable"}
CLAIMS = {"iss": "https://issuer.example", "sub": "repo:web", "aud": "https://vault.example", "iat": 1000, "exp": 1300}


class Asked(NamedTuple):
    """One request; headers by their names in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]


@dataclass
class TokenEndpoint:
    """Replies are used up one by one; then the good answer is given, in the shape of the route."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def block(self, name: str = "jobpass") -> dict[str, str]:
        """The environment block of a job that asks here."""
        if name == "windmill":
            return {"BASE_INTERNAL_URL": self.url, "WM_TOKEN": REQUEST_TOKEN, "WM_WORKSPACE": "acme"}
        prefixes = {"jobpass": "JOBPASS_REQUEST", "github": "ACTIONS_ID_TOKEN_REQUEST", "azure": "ARM_OIDC_REQUEST"}
        url = f"{self.url}/v1/token?api-version=1"
        return {f"{prefixes[name]}_URL": url, f"{prefixes[name]}_TOKEN": REQUEST_TOKEN}

    def serve(self, connection: socket.socket) -> None:
        """Read one request and answer it."""
        with connection.makefile("rb") as coming:
            line = coming.readline().decode("latin-1").split()
            if not line or not line[0].isalpha():  # TLS, which this endpoint may not speak
                return
            headers = {name.lower(): value for name, value in parse_headers(coming).items()}
            coming.read(int(headers.get("content-length", "0")))
        self.asked.append(Asked(line[0], line[1], headers))
        reply = self.replies.pop(0) if self.replies else says(self._good(line[0]))
        reply(connection)

    def _good(self, method: str) -> bytes:
        return token().encode() if method == "POST" else json.dumps({"count": 1, "value": token()}).encode()


def token(**claims: object) -> str:
    """A token of an issuer that nobody knows, with some claims changed; None takes one out."""
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return ".".join([_part({"alg": "RS256"}), _part(said), "c2lnbmF0dXJl"])


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def says(body: bytes | object, status: int = 200, **headers: str) -> Reply:
    """A whole answer: JSON, unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Length": str(len(content)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    lines = [
        f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}",
        *(f"{name}: {text}" for name, text in named.items()),
    ]
    return sends("\r\n".join([*lines, "", ""]).encode() + content)


def sends(raw: bytes) -> Reply:
    """These bytes, and the end."""

    def reply(connection: socket.socket) -> None:
        # Whoever has read enough may leave while the rest is sent.
        with suppress(OSError):
            connection.sendall(raw)

    return reply


def refuses(error: str, description: str, status: int = 400) -> Reply:
    """An error of the issuer's."""
    return says({"error": error, "error_description": description, "request_id": "r-1"}, status)


def resets(connection: socket.socket) -> None:
    """No answer, but a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Below TLS, which would say goodbye first.
    socket.close(connection.detach())


def closes(connection: socket.socket) -> None:
    """No answer, but the end."""


def trickles(begin: bytes) -> Reply:
    """A beginning, and then a byte every now and then for as long as anybody listens."""

    def reply(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(begin)
            for _ in range(200):
                time.sleep(0.05)
                connection.sendall(b"x")

    return reply


@contextmanager
def listening(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[TokenEndpoint]:
    """An endpoint on a free port for as long as the block runs; in TLS where a certificate is given."""
    server = socket.create_server(("127.0.0.1", 0))
    endpoint = TokenEndpoint(f"{'https' if tls else 'http'}://{host}:{server.getsockname()[1]}")

    def serve(plain: socket.socket) -> None:
        with suppress(OSError):  # a client that does not trust us, or leaves
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
            with connection:
                endpoint.serve(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
