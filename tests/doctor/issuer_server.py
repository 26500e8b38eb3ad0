"""An issuer on loopback over real TLS, of which each test spoils one thing."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jobpass_issuer.domain import jwk

WELL_KNOWN = "/.well-known/openid-configuration"
KEYS = "/.well-known/jwks.json"


def rsa_key(bits: int = 2048, salt: int = 0) -> dict[str, Any]:
    """A JWK of some modulus: nobody signs by it here."""
    return dict(jwk.published(jwk.rsa((1 << (bits - 1)) + 2 * salt + 1, 65537), "RS256"))


def ec_key(salt: int = 0) -> dict[str, Any]:
    """A JWK of some point on P-256."""
    return dict(jwk.published(jwk.elliptic_curve("P-256", salt.to_bytes(32, "big"), b"\1" * 32), "ES256"))


@dataclass
class Served:
    """One answer. `never` keeps it back until the server stops."""

    body: Any
    status: int = 200
    headers: dict[str, str | None] = field(default_factory=dict)
    never: bool = False

    @property
    def bytes(self) -> bytes:
        """The body as it is sent: JSON, unless it is bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def all_headers(self) -> dict[str, str]:
        """The headers of a sound issuer, with this answer's own; None takes one out."""
        sound = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}
        return {name: value for name, value in {**sound, **self.headers}.items() if value is not None}


@dataclass
class IssuerServer:
    """What it serves, by path; anything else is 404."""

    issuer: str
    port: int = 0
    answers: dict[str, Served] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        base = self.issuer.removesuffix("/")
        path = base.removeprefix("https://").partition("/")[2]
        prefix = f"/{path}" if path else ""
        self.well_known = prefix + WELL_KNOWN
        discovery = {
            "issuer": self.issuer,
            "jwks_uri": base + KEYS,
            "authorization_endpoint": "urn:example:none",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub"],
        }
        self.answers |= {self.well_known: Served(discovery), prefix + KEYS: Served({"keys": [rsa_key()]})}

    @property
    def discovery(self) -> Served:
        """The discovery document's answer."""
        return self.answers[self.well_known]

    @property
    def jwk_set(self) -> Served:
        """The JWK Set's answer."""
        return next(answer for path, answer in self.answers.items() if path.endswith(KEYS))


@contextmanager
def running(server: IssuerServer, tls: ssl.SSLContext) -> Iterator[IssuerServer]:
    """The issuer while it answers on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            served = server.answers.get(self.path, Served(b"", 404))
            if served.never:
                server.ending.wait()
                return
            self.send_response(served.status)
            for name, value in served.all_headers().items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(served.bytes)))
            self.end_headers()
            self.wfile.write(served.bytes)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            try:
                with tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)
            except OSError:  # a client that does not trust us, or speaks no version of ours
                return

    with Server(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.ending.set()
        listening.shutdown()
