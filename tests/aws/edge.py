"""CloudFront's edge over real TLS, and the address that CloudFormation waits at, both fed from a cloud."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from tests.aws.cloud import Call, Cloud

# How the recorded calls name a stranger's look at the documents, as the functions' own log does.
LOOK = "cloudfront:GET"


class EdgeServer(ThreadingHTTPServer):
    """The server; each test gives it the cloud whose documents it serves."""

    daemon_threads = True
    cloud: Cloud
    tls: ssl.SSLContext
    authority: Path

    @property
    def host(self) -> str:
        """Its name and port."""
        return f"localhost:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread."""
        try:
            with self.tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:  # a client that left, or that does not trust us
            return


class Handler(BaseHTTPRequestHandler):
    """Serves documents, and takes the answers to CloudFormation."""

    wbufsize = -1
    server: EdgeServer

    def do_GET(self) -> None:
        cloud = self.server.cloud
        key = self.path.removeprefix("/")
        cloud.calls.append(Call(LOOK, key, self.headers.get("User-Agent", "")))
        failure = cloud.failure(LOOK)
        if failure is not None:
            time.sleep(failure.delay_seconds)
            self._send(failure.status, failure.code.encode())
            return
        body = cloud.bucket.served(key)
        self._send(403 if body is None else 200, body or b"<Error/>")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.cloud.responses.append(json.loads(body))
        self._send(200, b"")

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the client has given up waiting
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gives
        pass


@contextmanager
def running(authority_file: Path) -> Iterator[EdgeServer]:
    """The server, while it runs, and the certificate authority that vouches for it in a file."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(authority_file)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(tls)
    with EdgeServer(("127.0.0.1", 0), Handler) as server:
        server.tls = tls
        server.authority = authority_file
        server.cloud = Cloud()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
