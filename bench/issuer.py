"""An issuer on loopback that hands out one token, as `GET /v1/token` does; it says nothing and signs nothing."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUEST_TOKEN = f"{'0' * 32}.{'A' * 43}"


@contextmanager
def issuer() -> Iterator[dict[str, str]]:
    """Serve, and yield the environment block that leads a job to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/v1/token?api-version=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def token() -> str:
    """Return a token of the right form, whose signature is none."""
    now = int(time.time())
    claims = {
        "iss": "https://issuer.example.com",
        "sub": "org:acme:repo:web",
        "aud": "sts.amazonaws.com",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    }
    parts = ({"alg": "RS256", "kid": "0", "typ": "JWT"}, claims)
    return ".".join([*(_base64url(json.dumps(part).encode()) for part in parts), _base64url(b"\0" * 256)])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the token to whoever has the request token."""
        allowed = self.headers["Authorization"] == f"Bearer {REQUEST_TOKEN}"
        body = json.dumps({"value": token()} if allowed else {"error": "unauthorized"}).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _base64url(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
