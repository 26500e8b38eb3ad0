"""Good tokens of an issuer, and what it takes to make bad ones."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tests.local.seam import signing

ISSUER = "https://oidc.example.com"
AUDIENCE = "vault.example.com"
NOW = 1_800_000_000
ABSENT = object()


_USUAL: Mapping[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "org:acme:repo:web",
    "iat": NOW - 10,
    "nbf": NOW - 10,
    "exp": NOW + 290,
    "jti": "5f0c",
}
_good: ContextVar[Mapping[str, Any]] = ContextVar("good", default=_USUAL)


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims, some of them changed or, for ABSENT, left out."""
    return _with(_good.get(), changes)


@contextmanager
def good_claims(**changes: Any) -> Iterator[None]:
    """While other claims are good: for a place that wants others, where the same attacks are tried."""
    before = _good.set(claims(**changes))
    try:
        yield
    finally:
        _good.reset(before)


def header(algorithm: str, **changes: Any) -> dict[str, Any]:
    """A good header, likewise."""
    return _with({"alg": algorithm, "kid": algorithm, "typ": "JWT"}, changes)


def signed(algorithm: str, of_header: object = None, of_claims: object = None, which: str = "own") -> str:
    """A token that a key signed, whatever it says: bytes are taken as they are, anything else as JSON."""
    first = header(algorithm) if of_header is None else of_header
    second = claims() if of_claims is None else of_claims
    signing_input = f"{encoded(first)}.{encoded(second)}"
    return f"{signing_input}.{encoded(signing.sign(algorithm, signing_input.encode(), which))}"


def encoded(value: object) -> str:
    """Base64url of bytes, or of a value's JSON."""
    return signing.base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def keys(algorithm: str, **changes: Any) -> list[dict[str, Any]]:
    """The issuer's keys: that of the algorithm, perhaps changed, and another one."""
    other = "ES384" if algorithm != "ES384" else "ES256"
    return [signing.jwk(other), _with(signing.jwk(algorithm), changes)]


def resigned(token: str, signature: bytes) -> str:
    """A token with another signature."""
    return f"{token.rpartition('.')[0]}.{encoded(signature)}"


def signature_of(token: str) -> bytes:
    """A token's signature."""
    part = token.rpartition(".")[2]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _with(good: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}
