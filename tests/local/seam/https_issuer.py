"""An issuer on loopback, served over real TLS, whose documents each test shapes."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DOMAIN = "issuer.test"


@dataclass
class HttpsIssuer:
    """Documents by address; an address that has none answers 404."""

    port: int = 0
    documents: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    delays_seconds: dict[str, float] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def publish(self, issuer: str, jwk_set: Any, **discovery: Any) -> None:
        """Publish an issuer's discovery document and its JWK Set at `<issuer>/keys.json`."""
        base = issuer.removesuffix("/")
        described = {"issuer": issuer, "jwks_uri": f"{base}/keys.json", "response_types_supported": ["id_token"]}
        self.put(f"{base}/.well-known/openid-configuration", described | discovery)
        self.put(f"{base}/keys.json", jwk_set)

    def put(self, address: str, document: Any, status: int = 200) -> None:
        """Serve a document, as JSON unless it is bytes."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.documents[address] = (status, body)


@contextmanager
def running(tls: ssl.SSLContext) -> Iterator[HttpsIssuer]:
    """The issuer, while its server runs."""
    issuer = HttpsIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"https://{self.headers['Host']}{self.path}"
            issuer.fetched.append(address)
            time.sleep(issuer.delays_seconds.get(address, 0))
            status, body = issuer.documents.get(address, (404, b""))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", body.decode())
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            # The handshake belongs to the connection's own thread: a client that stalls stalls nobody else.
            try:
                with tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)
            except OSError:  # a client that left, or that does not trust us
                return

    with Server(("127.0.0.1", 0), Handler) as server:
        issuer.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield issuer
        server.shutdown()
