"""The issuer's discovery document and JWK Set, fetched over HTTPS as a relying party does."""

import functools
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from local.seam.refusal import RefusedError, key_not_retrieved

FETCH_SECONDS = 5
MAX_DOCUMENT_BYTES = 1 << 20


class IssuerDocuments:
    """Fetches JWK Sets and keeps them for as long as it is told to.

    `clock` gives Unix seconds; `cache_seconds` gives the age up to which a set is used again, and may change.
    """

    def __init__(self, clock: Callable[[], float], cache_seconds: Callable[[], float]) -> None:
        self._clock = clock
        self._cache_seconds = cache_seconds
        self._kept: dict[str, tuple[float, object]] = {}

    def jwk_set(self, issuer: str) -> object:
        """The issuer's JWK Set; raises RefusedError when it cannot be had within five seconds."""
        now = self._clock()
        kept = self._kept.get(issuer)
        if kept is not None and 0 <= now - kept[0] < self._cache_seconds():
            return kept[1]
        fetched = fetch_jwk_set(issuer)
        self._kept[issuer] = (now, fetched)
        return fetched


def fetch_jwk_set(issuer: str) -> object:
    """Fetch the discovery document and then the JWK Set that it names (OpenID Connect Discovery 1.0 section 4).

    Raises RefusedError: IDPCommunicationError when the issuer's host cannot be reached at all, and AWS's text for
    keys when either document is late, absent, malformed, or for another issuer.
    """
    deadline = time.monotonic() + FETCH_SECONDS
    # "If the Issuer value contains a path component, any terminating / MUST be removed" (section 4.1).
    try:
        discovery = _fetch_json(f"{issuer.removesuffix('/')}/.well-known/openid-configuration", deadline)
    except _UnreachableError:
        # NOTE: AWS documents the code; its text is unobserved.
        raise RefusedError("IDPCommunicationError", "Failed to reach the identity provider") from None
    if not isinstance(discovery, dict) or discovery.get("issuer") != issuer:
        raise key_not_retrieved()
    address = discovery.get("jwks_uri")
    if not isinstance(address, str):
        raise key_not_retrieved()
    try:
        return _fetch_json(address, deadline)
    except _UnreachableError:
        raise key_not_retrieved() from None


class _UnreachableError(Exception):
    """No connection to the host was made."""


class _RefuseRedirects(urllib.request.HTTPRedirectHandler):
    """An issuer answers at its own address; whether AWS follows redirects is unobserved, so none is followed."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow nothing."""


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Trust what the process is told to trust, and verify names and chains."""
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))


def _fetch_json(address: str, deadline: float) -> Any:
    if not address.startswith("https://"):
        raise key_not_retrieved()
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=_tls_context()), _RefuseRedirects(), urllib.request.ProxyHandler()
    )
    try:
        with opener.open(address, timeout=_remaining(deadline)) as response:
            return json.loads(_read(response, deadline).decode())
    except urllib.error.HTTPError as answer:
        answer.close()
        raise key_not_retrieved() from None
    except urllib.error.URLError as failure:
        if isinstance(failure.reason, (ssl.SSLError, TimeoutError)) or not isinstance(failure.reason, OSError):
            raise key_not_retrieved() from None
        raise _UnreachableError from None
    except (OSError, HTTPException, ValueError, RecursionError):
        raise key_not_retrieved() from None


def _read(response: IO[bytes], deadline: float) -> bytes:
    body = b""
    while chunk := response.read(1 << 16):
        body += chunk
        _remaining(deadline)
        if len(body) > MAX_DOCUMENT_BYTES:
            raise ValueError("document too large")
    return body


def _remaining(deadline: float) -> float:
    """What is left of the five seconds; raises TimeoutError when nothing is."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
