"""HTTPS requests to the issuer and its API at their own addresses, through the proxy, with real verification."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ANSWER_LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names are looked up without regard to case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Web:
    """Sends requests as they are given: no redirect is followed, no path is tidied."""

    proxy_port: int
    authority: Path

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Send one request on a connection of its own.

        Raises OSError (ssl.SSLError among them) when the server cannot be reached or is not the one it should be.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname is None:
            raise ValueError("only https URLs with a host name")
        trust = ssl.create_default_context(cafile=str(self.authority))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.proxy_port, timeout=ANSWER_LIMIT_SECONDS, context=trust
        )
        connection.set_tunnel(parts.hostname, parts.port or 443)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body=body, headers={"Host": parts.netloc, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
