"""The public key as a JWK, and its `kid`: the thumbprint of RFC 7638."""

import base64
import hashlib
import json
from collections.abc import Mapping

_REQUIRED = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return what base64url without padding stands for (RFC 7515, section 2).

    Raises:
        ValueError: it is another text than `base64url` makes: padded, with other characters, or with bits left over.
    """
    data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("is not base64url without padding")
    return data


def rsa(modulus: int, exponent: int) -> dict[str, str]:
    """Return the members of an RSA public key (RFC 7518, section 6.3.1): integers in as few bytes as hold them."""
    return {"kty": "RSA", "n": base64url(_minimal(modulus)), "e": base64url(_minimal(exponent))}


def elliptic_curve(curve: str, x: bytes, y: bytes) -> dict[str, str]:
    """Return the members of an elliptic-curve public key (RFC 7518, section 6.2.1), coordinates in full length."""
    return {"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)}


def thumbprint(key: Mapping[str, str]) -> str:
    """Return the SHA-256 thumbprint over the required members alone, sorted, without blanks (RFC 7638, section 3)."""
    required = {name: key[name] for name in _REQUIRED[key["kty"]]}
    return base64url(hashlib.sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest())


def published(key: Mapping[str, str], algorithm: str) -> dict[str, str]:
    """Return the JWK as the set shows it.

    Never with `key_ops`: STS refuses every token whose key has it.
    """
    return {**key, "kid": thumbprint(key), "use": "sig", "alg": algorithm}


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
