"""The proxy that the environment names for a host, and the tunnel through it."""

from __future__ import annotations

import os
import socket
import sys

from jobpass.job.deadline import Channel, Deadline


class ProxyError(Exception):
    """The proxy leads nowhere: its URL is of no use, or it refuses. `again` is whether it may do later."""

    def __init__(self, detail: str, again: bool = False) -> None:
        super().__init__(detail)
        self.again = again


def proxy_for(host: str) -> str | None:
    """Return the URL of the proxy that leads to a host by HTTPS, None where the way is direct.

    `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in small letters too; on macOS and Windows the system's settings.
    """
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None  # and nobody waits for urllib.request
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow, and for those behind a proxy

    proxies = getproxies()
    found = proxies.get("https") or proxies.get("all")
    return None if not found or proxy_bypass(host) else found


def tunnel(proxy: str, host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a connection to a host through a proxy, by `CONNECT` (RFC 9110, section 9.3.6).

    Raises:
        ProxyError: the proxy's URL is of no use, or it refuses; the message holds no password.
        OSError: the proxy cannot be reached, or the deadline is over.
        http.client.HTTPException: what answers is no proxy.
    """
    at, proxy_port, authorization = _parts(proxy)
    connection = socket.create_connection((at, proxy_port), deadline.left())
    try:
        _connect(Channel(connection, deadline), host, port, authorization)
    except BaseException:
        connection.close()
        raise
    return connection


def _parts(proxy: str) -> tuple[str, int, str | None]:
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - for those behind a proxy

    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        port = parts.port or 80
    except ValueError:
        raise ProxyError("the proxy's URL is malformed") from None
    if parts.scheme != "http" or not parts.hostname:
        raise ProxyError(f"the proxy's URL begins with {parts.scheme}://, and only http:// is known here")
    if parts.username is None:
        return parts.hostname, port, None
    import base64  # noqa: PLC0415 - for proxies with a password

    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return parts.hostname, port, "Basic " + base64.b64encode(pair.encode()).decode("ascii")


def _connect(channel: Channel, host: str, port: int, authorization: str | None) -> None:
    import http.client  # noqa: PLC0415 - slow; whoever comes here needs it anyway

    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    lines += [f"Proxy-Authorization: {authorization}"] if authorization else []
    channel.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
    # Nothing of what follows is lost in its buffer: in TLS it is the client that speaks first.
    answer = http.client.HTTPResponse(channel, method="CONNECT")  # type: ignore[arg-type] # what it uses of a socket
    answer.begin()
    if answer.status != 200:
        raise ProxyError(f"the proxy answered {answer.status} {_printable(answer.reason)}", answer.status in _PASSING)


_PASSING = (502, 503, 504)


def _printable(reason: str) -> str:
    return "".join(each for each in reason if each.isprintable())[:80]
