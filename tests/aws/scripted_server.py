"""A host on the loopback that does on each connection just what a test says, and keeps what it was told."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_ENOUGH_SECONDS = 5.0
Behaviour = Callable[[socket.socket], None]


@dataclass
class Scripted:
    """Where it listens, the requests that have arrived, and how often somebody has connected."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def take(self, connection: socket.socket) -> bytes:
        """Keep and return the next request, with its body; nothing once the client has left."""
        said = b""
        while b"\r\n\r\n" not in said:
            piece = connection.recv(65_536)
            if not piece:
                return b""
            said += piece
        head, _, body = said.partition(b"\r\n\r\n")
        announced = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        wanted = int(announced[0].partition(b":")[2]) if announced else 0
        while len(body) < wanted:
            body += connection.recv(65_536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def answering(self, *answers: bytes) -> Behaviour:
        """Answer the requests of one connection in turn, and close it."""

        def behave(connection: socket.socket) -> None:
            for answer in answers:
                if not self.take(connection):
                    return
                connection.sendall(answer)

        return behave


def answer(body: bytes, status: int = 200, **headers: str) -> bytes:
    """An answer that announces its length."""
    said = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\n{said}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def running(script: Callable[[Scripted], list[Behaviour]], tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve one connection after another by a script, of which the last behaviour is for all that follow."""

    def serve() -> None:
        behaviours = script(host)
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            behaviour = behaviours[min(host.connections, len(behaviours) - 1)]
            host.connections += 1
            accepted.settimeout(_ENOUGH_SECONDS)
            try:
                with accepted if tls is None else tls.wrap_socket(accepted, server_side=True) as connection:
                    behaviour(connection)
            except OSError:
                accepted.close()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        host = Scripted(listener.getsockname()[1])
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield host
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(_ENOUGH_SECONDS)
