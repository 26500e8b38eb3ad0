"""Answers that never end, however busily they come: each is left after the timeout."""

import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from tests.doctor.conftest import HOST, ISSUER, Doctor, Stand, codes

GOOD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = GOOD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begins", "goes_on", "pause_seconds"),
    [
        (b"HTTP/1.1 200 ", b"a", 0.1),
        (GOOD + b"X: ", b"a", 0.1),
        (GOOD + b"\r\n", b" ", 0.1),
        (GOOD + b"Content-Length: 4000\r\n\r\n", b" ", 0.1),
        (CHUNKED, b"0", 0.1),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0),
        (CHUNKED + b"0\r\n", b"X: y\r\n" * 100, 0),
    ],
    ids=["status", "header", "body", "body of a length", "chunk", "interim answers", "trailers"],
)
def test_it_is_left_after_the_timeout(
    begins: bytes, goes_on: bytes, pause_seconds: float, stand: Stand, doctor: Doctor
) -> None:
    ending, tls = threading.Event(), stand.tls(HOST)

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            try:
                with tls.wrap_socket(self.request, server_side=True) as secured:
                    secured.recv(1 << 16)
                    secured.sendall(begins)
                    while not ending.wait(pause_seconds):
                        secured.sendall(goes_on)
            except OSError:  # whoever asked has left
                return

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        stand.ports[HOST] = server.server_address[1]

        status, report = doctor(ISSUER, "--timeout", "0.5")
        ending.set()
        server.shutdown()

    assert (status, codes(report)) == (1, {"fetch_time"})
