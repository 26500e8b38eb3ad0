"""The key of a JWK Set that a token names, chosen as AWS was observed to choose."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from local.seam.refusal import key_not_retrieved, not_validated

type_of_algorithm = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
}  # fmt: skip

MAX_KEYS_PER_TYPE = 100

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}


def select_key(jwk_set: object, header: Mapping[str, Any]) -> PublicKey:
    """The public key that verifies a token with this header; raises RefusedError when there is none.

    Of two keys with one `kid` the later counts. A token without `kid` is verified only by a set of one key.
    """
    key_type = type_of_algorithm.get(str(header.get("alg")))
    if key_type is None:
        raise not_validated()
    jwk = _named_key(_entries(jwk_set), key_type, header)
    if jwk.get("use", "sig") != "sig":
        raise key_not_retrieved()
    public_key = _public_key(jwk)
    if "x5c" in jwk and _certified_key(jwk["x5c"]) != public_key:
        raise key_not_retrieved()
    if "key_ops" in jwk:
        # Observed for ["sign"] and for ["verify"] alike: AWS finds such a key and then does not use it.
        raise not_validated()
    return public_key


def _entries(jwk_set: object) -> list[Mapping[str, Any]]:
    keys = jwk_set.get("keys") if isinstance(jwk_set, dict) else None
    if not isinstance(keys, list):
        raise key_not_retrieved()
    return [key for key in keys if isinstance(key, dict)]


def _named_key(entries: list[Mapping[str, Any]], key_type: str, header: Mapping[str, Any]) -> Mapping[str, Any]:
    of_type = [jwk for jwk in entries if jwk.get("kty") == key_type]
    if len(of_type) > MAX_KEYS_PER_TYPE:
        raise key_not_retrieved()
    by_id = {jwk["kid"]: jwk for jwk in of_type if isinstance(jwk.get("kid"), str) and jwk["kid"]}
    if "kid" not in header:
        if len(entries) != 1 or len(by_id) != 1:
            raise key_not_retrieved()
        return next(iter(by_id.values()))
    named = by_id.get(header["kid"]) if isinstance(header["kid"], str) else None
    if named is None:
        raise key_not_retrieved()
    return named


def _public_key(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        if jwk["kty"] == "RSA":
            return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
        curve = _CURVES[jwk["crv"]]
        return ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), curve).public_key()
    except (KeyError, TypeError, ValueError):
        raise key_not_retrieved() from None


def _number(text: object) -> int:
    """A Base64urlUInt (RFC 7518 section 2); raises ValueError or TypeError when it is not one."""
    if not isinstance(text, str) or not text:
        raise TypeError(text)
    return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))


def _certified_key(chain: object) -> object:
    """The public key of an x5c chain's first certificate (RFC 7517 section 4.7), or None."""
    try:
        der = base64.b64decode(chain[0], validate=True) if isinstance(chain, list) and chain else b""
        return x509.load_der_x509_certificate(der).public_key()
    except (TypeError, ValueError, binascii.Error):
        return None
