"""A container server in this process, with a source that draws as it is told, and raw requests to it."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jobpass.errors import JobpassError
from jobpass.job.container_server import ContainerServer
from jobpass.job.credentials import Credentials
from jobpass.job.keeper import Keeper

ROLE = "arn:aws:iam::111122223333:role/jobpass-web-deploy"
SECRETS = ("s3cr3t-access-key", "s3cr3t-session-token")


@dataclass
class Clock:
    """A time that a test sets."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@dataclass
class Source:
    """Draws sessions of `life_seconds`, numbered; or raises `error`; or waits until `go` is set."""

    clock: Clock
    life_seconds: float = 3600.0
    error: Exception | None = None
    role_arn: str = ROLE
    count: int = 0
    at_once: int = 0
    most_at_once: int = 0
    go: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def draw(self) -> Credentials:
        self.count += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.began.set()
            assert self.go.wait(20)
            if self.error is not None:
                raise self.error
            return Credentials(f"ASIA{self.count:016d}", *SECRETS, int(self.clock() + self.life_seconds))
        finally:
            self.at_once -= 1


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    document: dict[str, Any]
    headers: dict[str, str]


@dataclass
class Container:
    """A running server and what drives it."""

    server: ContainerServer
    source: Source
    clock: Clock
    complaints: list[tuple[JobpassError, Credentials | None]]
    complained: threading.Event

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.server.uri)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def variables(self) -> dict[str, str]:
        """What a command finds."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.server.uri,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.server.authorization,
        }

    def head(self, *, line: str | None = None, host: str | None = None, more: Sequence[str] = ()) -> bytes:
        """A good request, but for what is given."""
        address, port = self.address
        lines = [
            line or f"GET {urlsplit(self.server.uri).path} HTTP/1.1",
            f"Host: {host or f'{address}:{port}'}",
            f"Authorization: {self.server.authorization}",
            *more,
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=20)

    def send(self, request: bytes) -> Got:
        """The answer to these bytes."""
        with self.connect() as connection:
            connection.sendall(request)
            return received(connection)

    def get(self) -> Got:
        """The answer to a good request."""
        return self.send(self.head())

    def key(self) -> str:
        """The access key that is served now."""
        got = self.get()
        assert got.status == 200, got
        return str(got.document["AccessKeyId"])


def received(connection: socket.socket) -> Got:
    """Read an answer to its end."""
    came = b""
    while part := connection.recv(65536):
        came += part
    head, _, body = came.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields)}
    assert int(headers["content-length"]) == len(body)
    return Got(int(line.split(" ")[1]), json.loads(body), headers)


@contextmanager
def container() -> Iterator[Container]:
    """A server with credentials of an hour, for as long as the block runs."""
    clock = Clock()
    source = Source(clock)
    complaints: list[tuple[JobpassError, Credentials | None]] = []
    complained = threading.Event()

    def complain(error: JobpassError, valid: Credentials | None) -> None:
        complaints.append((error, valid))
        complained.set()

    server = ContainerServer(Keeper(source, source.draw(), complain, clock))
    source.began.clear()
    server.start()
    try:
        yield Container(server, source, clock, complaints, complained)
    finally:
        source.go.set()
        server.stop()
