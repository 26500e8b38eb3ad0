"""The answer to one job's request never goes to another's: a connection on which more may come is not used again."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from jobpass_issuer.aws.connection import Connections
from jobpass_issuer.aws.reply import MAX_BODY_BYTES, OVERSIZE, RefusedError
from jobpass_issuer.aws.unreachable import UnreachableError

_ENOUGH_SECONDS, _SHORT_SECONDS = 5.0, 0.1
# As much of a TLS record as Python takes off the socket at once.
_BUFFER_BYTES = 8192


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _asked(connection: socket.socket) -> bytes:
    """The body of the next request, which has one byte; nothing once the client has left."""
    said = b""
    while not said.partition(b"\r\n\r\n")[2]:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        said += piece
    return said[-1:]


def _echo(connection: socket.socket) -> None:
    while body := _asked(connection):
        connection.sendall(_answer(b"to " + body))


@contextmanager
def _served(first: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A host that does one thing on its first connection and echoes what it is asked there and on all others."""

    def serve() -> None:
        behaviour = first
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            with accepted if tls is None else tls.wrap_socket(accepted, server_side=True) as connection:
                try:
                    behaviour(connection)
                    _echo(connection)
                except OSError:
                    pass
            behaviour = _echo

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"{'http' if tls is None else 'https'}://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(_ENOUGH_SECONDS)


@pytest.mark.parametrize("status", [101, 102, 103, 204, 304])
def test_an_answer_without_a_body_may_be_followed_by_another_to_the_same_request(status: int) -> None:
    def behave(connection: socket.socket) -> None:
        body = _asked(connection)
        connection.sendall(b"HTTP/1.1 %d Early\r\n\r\n" % status)
        # Sent once the next job has asked on this connection: until then there is nothing that could be seen.
        if _asked(connection):
            connection.sendall(_answer(b"to " + body))

    with _served(behave) as url:
        connections = Connections(url, _ENOUGH_SECONDS, _ENOUGH_SECONDS)

        assert connections.post("/", {}, b"A").body == b""
        assert connections.post("/", {}, b"B").body == b"to B"
        del connections


@pytest.mark.parametrize(
    "begun",
    [b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto", b"no HTTP\r\n\r\n"],
    ids=["nothing", "half a head", "half a body", "no HTTP"],
)
def test_an_answer_that_was_given_up_is_nobodys(begun: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        body = _asked(connection)
        connection.sendall(begun)
        # Whoever asks here would be told the rest.
        if _asked(connection):
            connection.sendall(_answer(b"to " + body).removeprefix(begun))

    with _served(behave) as url:
        connections = Connections(url, _ENOUGH_SECONDS, _ENOUGH_SECONDS)

        with pytest.raises(UnreachableError):
            connections.post("/", {}, b"A", _SHORT_SECONDS)
        assert connections.post("/", {}, b"B").body == b"to B"
        del connections


def test_an_answer_that_is_too_large_is_not_read_on_by_another() -> None:
    def behave(connection: socket.socket) -> None:
        _asked(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * MAX_BODY_BYTES))
        connection.sendall(bytes(2 * MAX_BODY_BYTES))

    with _served(behave) as url:
        connections = Connections(url, _ENOUGH_SECONDS, _ENOUGH_SECONDS)

        with pytest.raises(RefusedError, match=OVERSIZE):
            connections.post("/", {}, b"A")
        assert connections.post("/", {}, b"B").body == b"to B"
        del connections


def test_an_answer_too_many_that_tls_has_decrypted_already_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)

    def behave(connection: socket.socket) -> None:
        _asked(connection)
        # In one record: what is beyond the buffer stays with TLS, where no socket shows it.
        connection.sendall(_answer(b"to A").ljust(_BUFFER_BYTES) + _answer(b"to A, again"))

    with _served(behave, tls) as url:
        connections = Connections(url, _ENOUGH_SECONDS, _ENOUGH_SECONDS)

        assert connections.post("/", {}, b"A").body == b"to A"
        assert connections.post("/", {}, b"B").body == b"to B"
        del connections


def test_a_connection_on_which_nothing_more_can_come_is_used_again() -> None:
    def behave(connection: socket.socket) -> None:
        for _ in range(2):
            connection.sendall(_answer(b"the first connection's, to " + _asked(connection)))

    with _served(behave) as url:
        connections = Connections(url, _ENOUGH_SECONDS, _ENOUGH_SECONDS)

        assert connections.post("/", {}, b"A").body == b"the first connection's, to A"
        assert connections.post("/", {}, b"B").body == b"the first connection's, to B"
        del connections
