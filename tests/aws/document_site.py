"""The distribution of documents: an https server on the loopback that serves a bucket of the stand-in for AWS."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

from tests.aws.wire import Aws


@contextmanager
def running(authority: trustme.CA, aws: Aws, bucket: str) -> Iterator[str]:
    """Serve the bucket's objects at their keys; yields host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stored = aws.s3.objects.get(f"{bucket}{self.path}")
            self.send_response(200 if stored else 403)
            self.end_headers()
            if stored:
                self.wfile.write(stored.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
