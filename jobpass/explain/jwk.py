"""One JWK as STS takes it: which it can use at all, and whether a signature is its own."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

# What IAM takes: RFC 7518, sections 3.3 and 3.4.
HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "RS256": hashes.SHA256(),
    "RS384": hashes.SHA384(),
    "RS512": hashes.SHA512(),
    "ES256": hashes.SHA256(),
    "ES384": hashes.SHA384(),
    "ES512": hashes.SHA512(),
}
_CURVES: Mapping[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_CURVE_SIZES = {"ES256": 256, "ES384": 384, "ES512": 521}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def unusable(jwk: Any) -> str | None:
    """Return why STS finds no key in a JWK, or None where it finds one."""
    if not isinstance(jwk, dict):
        return "it is no JSON object"
    if not isinstance(jwk.get("kid"), str) or not jwk["kid"]:
        return "it has no `kid`"
    if jwk.get("use", "sig") != "sig":
        return "its `use` is not `sig`"
    key = public_key(jwk)
    if key is None:
        members = "`n` and `e`" if jwk.get("kty") == "RSA" else "`crv`, `x` and `y`"
        return f"it does not hold a key of type RSA or EC in {members}; `x5c` alone does not do"
    if "x5c" in jwk and not _certifies(jwk["x5c"], key):
        return "its `x5c` holds another key than its other members"
    return None


def public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    """Return the key of a JWK (RFC 7518, sections 6.2.1 and 6.3.1), or None where it holds none."""
    try:
        if jwk.get("kty") == "RSA":
            return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
        if jwk.get("kty") == "EC":
            curve = _CURVES[jwk["crv"]]
            return ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), curve).public_key()
    except (KeyError, TypeError, ValueError):
        return None
    return None


def verifies(algorithm: str, key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether a signature of one of the six algorithms is the key's (RFC 7518, sections 3.3 and 3.4)."""
    digest = HASHES[algorithm]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if not algorithm.startswith("RS"):
                return False
            key.verify(signature, data, padding.PKCS1v15(), digest)
            return True
        size = (key.key_size + 7) // 8
        if key.key_size != _CURVE_SIZES.get(algorithm) or len(signature) != 2 * size:
            return False
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def _certifies(x5c: Any, key: PublicKey) -> bool:
    try:
        certified = x509.load_der_x509_certificate(base64.b64decode(x5c[0])).public_key()
    except (IndexError, KeyError, TypeError, ValueError):
        return False
    return isinstance(certified, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and (
        certified.public_numbers() == key.public_numbers()
    )


def _number(text: Any) -> int:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ValueError("no base64url")
    return int.from_bytes(base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)))
