"""One HTTP session of botocore's for all services: one pool, and one trust in certificate authorities, loaded once."""

import os
import ssl
from functools import cache
from socket import IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET, TCP_NODELAY
from typing import Any

from botocore.httpsession import URLLib3Session, create_urllib3_context, get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.exceptions import SSLError

_SOCKET_OPTIONS = [(IPPROTO_TCP, TCP_NODELAY, 1), (SOL_SOCKET, SO_KEEPALIVE, 1)]


class TrustingSession(URLLib3Session):
    """Botocore's session; left alone, it has every connection read 250 KB of certificates, which takes 18 ms."""

    def __init__(self, *, verify: Any, **options: Any) -> None:
        self._context: ssl.SSLContext | None = None
        self._trusting = False
        super().__init__(verify=verify, **options)

    def _get_ssl_context(self) -> ssl.SSLContext:
        """The context of every connection, to a proxy's far side too."""
        if self._context is None:
            self._context = create_urllib3_context()
        return self._context

    def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
        """Have a connection verified by what the context trusts."""
        if not url.lower().startswith("https"):
            return
        if not self._trusting:
            try:
                self._get_ssl_context().load_verify_locations(get_cert_path(verify))
            except OSError as error:
                raise SSLError(error) from None
            self._trusting = True
        conn.cert_reqs, conn.ca_certs = "CERT_REQUIRED", None


def session_for(url: str, connect_seconds: float, read_seconds: float) -> TrustingSession:
    """Return the session for a service's URL: the same for all services, but where a proxy serves only some of them.

    AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, HTTPS_PROXY, HTTP_PROXY and NO_PROXY mean what they mean to botocore's clients.
    """
    trust = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or True
    return _session(trust, tuple(sorted(get_environ_proxies(url).items())), connect_seconds, read_seconds)


@cache
def _session(
    trust: Any, proxies: tuple[tuple[str, str], ...], connect_seconds: float, read_seconds: float
) -> TrustingSession:
    return TrustingSession(
        verify=trust,
        proxies=dict(proxies),
        timeout=(connect_seconds, read_seconds),
        socket_options=_SOCKET_OPTIONS,
    )
