"""Keys, JWKs and tokens for tests, made with cryptography alone."""

import base64
import functools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CURVES: dict[str, tuple[str, ec.EllipticCurve]] = {
    "ES256": ("P-256", ec.SECP256R1()),
    "ES384": ("P-384", ec.SECP384R1()),
    "ES512": ("P-521", ec.SECP521R1()),
}
_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


@functools.cache
def private_key(algorithm: str, which: str = "own") -> PrivateKey:
    """A key for an algorithm; the RSA algorithms share one, and `which` tells strangers' keys apart."""
    if algorithm.startswith("RS"):
        return _rsa_key(which)
    return ec.generate_private_key(_CURVES[algorithm][1])


@functools.cache
def _rsa_key(which: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(algorithm: str, kid: str | None = None, which: str = "own") -> dict[str, Any]:
    """The public JWK, with `kid` the algorithm's name unless given."""
    key = private_key(algorithm, which)
    common = {"kid": algorithm if kid is None else kid, "alg": algorithm, "use": "sig"}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", **common, "n": _number(numbers.n, 256), "e": _number(numbers.e, 3)}
    point = key.public_key().public_numbers()
    size = (key.curve.key_size + 7) // 8
    return {
        "kty": "EC", **common, "crv": _CURVES[algorithm][0], "x": _number(point.x, size), "y": _number(point.y, size)
    }  # fmt: skip


def six_keys() -> dict[str, Any]:
    """The JWK Set that most observations were made with: one RSA key under three names, and three curves."""
    return {"keys": [jwk(algorithm) for algorithm in ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")]}


@functools.cache
def certificate(which: str = "own") -> str:
    """A self-signed certificate of the RSA key, as an x5c member."""
    key = _rsa_key(which)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer.test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return base64.b64encode(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def other_rsa_keys(count: int) -> list[dict[str, Any]]:
    """RSA JWKs that verify nothing, each with a modulus of its own."""
    modulus = private_key("RS256").public_key().public_numbers().n  # type: ignore[union-attr]
    return [
        {"kty": "RSA", "kid": f"other-{index}", "use": "sig", "e": "AQAB", "n": _number(modulus + 2 * (index + 1), 256)}
        for index in range(count)
    ]


def token(header: Mapping[str, Any], claims: Mapping[str, Any] | str, which: str = "own") -> str:
    """A signed token; claims given as text are signed as they stand, repeated names and all."""
    text = claims if isinstance(claims, str) else json.dumps(claims)
    signing_input = f"{base64url(json.dumps(header).encode())}.{base64url(text.encode())}"
    return f"{signing_input}.{base64url(sign(header['alg'], signing_input.encode(), which))}"


def sign(algorithm: str, data: bytes, which: str = "own") -> bytes:
    """A JWS signature (RFC 7518 sections 3.3 and 3.4)."""
    key, digest = private_key(algorithm, which), _HASHES[algorithm[2:]]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), digest)
    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    return r.to_bytes(size) + s.to_bytes(size)


def _number(value: int, length: int) -> str:
    return base64url(value.to_bytes(length))
