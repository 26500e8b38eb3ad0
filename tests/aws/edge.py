"""The stand-in's other door, over real TLS: CloudFront's edge, and the address that CloudFormation waits at."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from tests.aws.troubled import Troubled
from tests.aws.wire import Aws

# How the recorded calls name a stranger's look at the documents, as the functions' own log does.
LOOK = "cloudfront:GET"
ANSWER = "cloudformation:PUT"


class EdgeServer(ThreadingHTTPServer):
    """The server; each test gives it the stand-in whose documents it serves."""

    daemon_threads = True
    aws: Aws
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


class Handler(Troubled):
    """Serves documents, and takes the answers to CloudFormation."""

    wbufsize = -1
    protocol_version = "HTTP/1.0"
    speaks_aws = False

    def do_GET(self) -> None:  # noqa: N802 - the name that the base class asks for
        key = self.path.removeprefix("/")
        self.serve(LOOK, key, lambda: self._document(key))

    def do_PUT(self) -> None:  # noqa: N802 - the name that the base class asks for
        answer = json.loads(self.body())
        self.serve(ANSWER, answer, lambda: self._kept(answer))

    def _document(self, key: str) -> tuple[int, bytes]:
        body = self.aws.s3.served(key)
        return (403, b"<Error/>") if body is None else (200, body)

    def _kept(self, answer: dict[str, Any]) -> tuple[int, bytes]:
        self.aws.answers.append(answer)
        return 200, b""


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
        server.aws = Aws()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
