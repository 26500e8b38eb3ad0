"""Kept-alive connections to one host of AWS's, and one trust in certificate authorities for all of them.

A connection that the other side has closed meanwhile is not used again; one on which anything has gone wrong is closed.
"""

import io
import os
import socket
import ssl
import time
from collections.abc import Mapping
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from select import select
from typing import Any
from urllib.parse import SplitResult, urlsplit

from jobpass_issuer.aws.reply import MAX_BODY_BYTES, OVERSIZE, RefusedError, Reply
from jobpass_issuer.aws.unreachable import (
    CLOSED,
    NO_CONNECTION,
    NO_PROXY,
    NO_TRUST,
    OTHERWISE,
    SLOW_TO_ANSWER,
    SLOW_TO_CONNECT,
    UnreachableError,
)

_PIECE_BYTES = 65_536
_HTTPS_PORT = 443


@cache
def trust(bundle: str | None) -> ssl.SSLContext:
    """Return what every connection trusts: a file of authorities, or the system's own; TLS 1.2 at the least.

    Loaded once, since that takes longer than a request.
    """
    return ssl.create_default_context(cafile=bundle)


class Connections:
    """The connections to the host of a URL.

    AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, HTTPS_PROXY and NO_PROXY mean what they mean to botocore; a proxy is asked for a
    tunnel, and is spoken to without TLS.
    """

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        self._url = urlsplit(url)
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._proxy = _proxy_for(self._url)
        self._idle: list[HTTPConnection] = []

    def __del__(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @property
    def host(self) -> str:
        """The host as requests name it."""
        return self._url.netloc

    def post(self, path: str, headers: Mapping[str, str], body: bytes, read_seconds: float | None = None) -> Reply:
        """Return the answer to a request, read whole within the time that there is for it.

        Raises:
            UnreachableError: there is none.
            RefusedError: it is too large.
        """
        connection = self._kept()
        try:
            if connection is None:
                connection = self._connected()
            until = time.monotonic() + (self._read_seconds if read_seconds is None else read_seconds)
            connection.sock.settimeout(_left(until))
            _answer_by(connection, until)
            connection.request("POST", path, body, {**headers, "Host": self.host})
            response = connection.getresponse()
            announced = response.length
            said = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, said, _body(response, said))
            # Of what it has read to the end, too, the response must let the connection go.
            response.close()
        except BaseException as error:
            if connection is not None:
                connection.close()
            # A ValueError's text has what cannot be sent: a header, a token's too, or a part of a proxy's password.
            if isinstance(error, OSError | HTTPException | ValueError):
                raise UnreachableError(_reason(error)) from None
            raise
        # AWS says something in every answer. After one without a body, as 103 is, another to the same request may come;
        # of one in chunks, nobody has counted.
        if announced and not response.will_close:
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    def _kept(self) -> HTTPConnection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            # Nothing has been asked, so whatever there is to read is its end, or an answer to somebody else's request.
            if connection.sock is not None and not _has_said_more(connection.sock):
                return connection
            connection.close()
        return None

    def _connected(self) -> HTTPConnection:
        url, proxy = self._url, self._proxy
        at = proxy or url
        if at is not url and at.scheme != "http":
            # What it is told, its password among it, would go in the clear to a proxy that wants TLS.
            raise UnreachableError(NO_PROXY)
        connection = HTTPConnection(at.hostname or "", at.port, timeout=self._connect_seconds)
        if url.scheme == "https":
            bundle = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or None
            try:
                context = trust(bundle)
            except OSError:
                raise UnreachableError(NO_TRUST) from None
            connection = HTTPSConnection(at.hostname or "", at.port, timeout=self._connect_seconds, context=context)
        if proxy is not None:
            _answer_by(connection, time.monotonic() + self._connect_seconds)
            connection.set_tunnel(url.hostname or "", url.port or _HTTPS_PORT, headers=_introduction(proxy))
        try:
            connection.connect()
        except TimeoutError:
            raise UnreachableError(SLOW_TO_CONNECT) from None
        except ssl.SSLError:
            raise UnreachableError(NO_TRUST) from None
        except (OSError, HTTPException):
            raise UnreachableError(NO_CONNECTION if proxy is None else NO_PROXY) from None
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection


def _has_said_more(sock: socket.socket) -> bool:
    # What TLS has taken off the socket already, no `select` sees.
    decrypted = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
    return bool(decrypted or select([sock], [], [], 0)[0])


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timely(io.RawIOBase):
    """What arrives on a socket until a moment: however it trickles, it has no more time than any other answer."""

    def __init__(self, sock: socket.socket, arriving: io.RawIOBase, until: float) -> None:
        self._sock, self._arriving, self._until = sock, arriving, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return self._arriving.readinto(buffer)

    def close(self) -> None:
        # The socket is closed for good only when all that reads it is.
        self._arriving.close()
        super().close()


class _TimelyResponse(HTTPResponse):
    """An answer that is all there by a moment, its headers too."""

    def __init__(self, until: float, sock: socket.socket, **said: Any) -> None:
        super().__init__(sock, **said)
        self.fp = io.BufferedReader(_Timely(sock, self.fp.detach(), until))


def _answer_by(connection: HTTPConnection, until: float) -> None:
    connection.response_class = partial(_TimelyResponse, until)  # type: ignore[assignment] # it is only ever called


def _body(response: HTTPResponse, said: Mapping[str, str]) -> bytes:
    pieces, size = [], 0
    announced = response.length
    while piece := response.read1(_PIECE_BYTES):
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise RefusedError(OVERSIZE, Reply(response.status, said, b""))
        pieces.append(piece)
    if announced is not None and size != announced:
        raise UnreachableError(CLOSED)
    return b"".join(pieces)


def _reason(error: OSError | HTTPException | ValueError) -> str:
    if isinstance(error, TimeoutError):
        return SLOW_TO_ANSWER
    # Reset, or ended before the answer's first line.
    return CLOSED if isinstance(error, ConnectionError | ssl.SSLEOFError) else OTHERWISE


def _proxy_for(url: SplitResult) -> SplitResult | None:
    """Return the proxy that the environment names for a host, None where it names none."""
    named = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if url.scheme != "https" or not named:
        return None
    # Hardly a function has a proxy, and this takes time to import.
    from urllib.request import proxy_bypass  # noqa: PLC0415

    if proxy_bypass(url.netloc):
        return None
    try:
        return urlsplit(named if "//" in named else f"http://{named}")
    except ValueError:
        # Its text has the password; what has no scheme is refused as any proxy that is not asked by HTTP.
        return SplitResult("", "", "", "", "")


def _introduction(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    from base64 import b64encode  # noqa: PLC0415
    from urllib.parse import unquote  # noqa: PLC0415

    said = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(said.encode()).decode()}"}
