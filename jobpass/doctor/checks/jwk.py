"""One key of a JWK Set (RFC 7517, section 4; RFC 7518, section 6), as STS and strict clients read it."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jobpass.doctor.finding import Finding, error, shown, warning
from jobpass_issuer.domain.algorithm import ALGORITHMS

LEAST_RSA_BITS = 2048
# The length in bytes of a coordinate on each curve that IAM takes.
_CURVES = {"P-256": 32, "P-384": 48, "P-521": 66}
_CURVE_OF = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
# The type, and for EC the curve, that each algorithm needs.
KINDS: Mapping[str, tuple[str, str | None]] = {
    name: ("EC", _CURVE_OF[name]) if name in _CURVE_OF else ("RSA", None) for name in ALGORITHMS
}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def findings(where: str, key: Any) -> Iterator[Finding]:
    """Return what is wrong with a key."""
    if not isinstance(key, dict):
        yield error("jwk_form", where, "is no object", "publish each key as a JSON object")
        return
    where = f"{where} (kid {shown(key['kid'])})" if "kid" in key else where
    private = [name for name in _PRIVATE if name in key]
    if private:
        message = f"publishes its secret part (`{'`, `'.join(private)}`): whoever read it can sign tokens"
        remedy = "revoke this key now, take it out of the set, sign by a new one, and publish public members only"
        yield error("jwk_private", where, message, remedy)
    yield from _identity(where, key)
    if key.get("kty") == "RSA":
        yield from _rsa(where, key)
    elif key.get("kty") == "EC":
        yield from _elliptic(where, key)
    else:
        message = f"is of the type {shown(key.get('kty'))}, and IAM takes RSA and EC keys only"
        yield warning("jwk_type", where, message, "sign tokens for AWS by another key")
    yield from _algorithm(where, key)


def serves(key: Mapping[str, Any]) -> bool:
    """Whether STS can verify with this key."""
    usable = bool(key.get("kid")) and key.get("use", "sig") == "sig" and "key_ops" not in key
    return usable and bool(algorithms(key))


def algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the algorithms of IAM's that a key's type and members can serve."""
    kind = (key.get("kty"), key.get("crv") if key.get("kty") == "EC" else None)
    members = ("n", "e") if kind[0] == "RSA" else ("x", "y")
    if any(_number(key.get(name)) is None for name in members):
        return ()
    return tuple(name for name, wanted in KINDS.items() if wanted == kind)


def _identity(where: str, key: Mapping[str, Any]) -> Iterator[Finding]:
    kid = key.get("kid")
    if not isinstance(kid, str) or not kid:
        message = "has no `kid`, and STS never uses such a key"
        yield error("jwk_kid", where, message, "add one, such as its RFC 7638 thumbprint")
    if "key_ops" in key:
        message = "has `key_ops`: STS refuses every token by such a key, whatever it says"
        yield error("jwk_key_ops", where, message, "leave `key_ops` out; `use: sig` says it all")
    if "use" not in key:
        message = "has no `use`, by which strict clients choose the key"
        yield warning("jwk_use", where, message, "add `use: sig`")
    elif key["use"] != "sig":
        message = f"has the use {shown(key['use'])}: STS verifies with `sig` keys only"
        yield warning("jwk_use", where, message, "write `use: sig`, or keep such keys in a set of their own")


def _rsa(where: str, key: Mapping[str, Any]) -> Iterator[Finding]:
    modulus, exponent = _number(key.get("n")), _number(key.get("e"))
    if modulus is None or exponent is None:
        message = "has no `n` and `e` that are base64url without padding; STS reads no `x5c` in their place"
        yield error("jwk_members", where, message, "write both as RFC 7518, section 6.3.1, says")
        return
    bits = int.from_bytes(modulus, "big").bit_length()
    if bits < LEAST_RSA_BITS:
        message = f"has {bits} bits, and RFC 7518, section 3.3, wants {LEAST_RSA_BITS} at least"
        yield error("jwk_bits", where, message, "sign by a key of 2048 bits or more")
    if modulus[:1] == b"\0":
        message = "has a modulus that begins with a zero byte, which RFC 7518, section 2, leaves out"
        yield warning("jwk_zero", where, message, "write it in as few bytes as hold it")
    if int.from_bytes(exponent, "big") < 3 or exponent[-1] % 2 == 0:
        message = "has an exponent that no sound RSA key has"
        yield error("jwk_exponent", where, message, "sign by a key with the exponent 65537 (`AQAB`)")
    yield from _certificate(where, key, modulus.lstrip(b"\0"))


def _certificate(where: str, key: Mapping[str, Any], modulus: bytes) -> Iterator[Finding]:
    """A certificate beside the key; DER writes the modulus byte for byte, so it is found there where both agree."""
    chain = key.get("x5c")
    if chain is None:
        return
    try:
        certificate = base64.b64decode(chain[0], validate=True) if isinstance(chain, list) and chain else b""
    except (TypeError, ValueError):
        certificate = b""
    if modulus not in certificate:
        message = "has an `x5c` that is not of the same key: STS then uses neither"
        yield error("jwk_x5c", where, message, "leave `x5c` out")


def _elliptic(where: str, key: Mapping[str, Any]) -> Iterator[Finding]:
    curve = key.get("crv")
    if not isinstance(curve, str) or curve not in _CURVES:
        message = f"is on the curve {shown(curve)}, and IAM takes {', '.join(_CURVES)} only"
        yield warning("jwk_curve", where, message, "sign tokens for AWS by another key")
        return
    for name in ("x", "y"):
        coordinate = _number(key.get(name))
        if coordinate is None or len(coordinate) != _CURVES[curve]:
            message = f"has no `{name}` of {_CURVES[curve]} bytes in base64url without padding"
            yield error("jwk_members", where, message, "write it in its full length (RFC 7518, section 6.2.1.2)")


def _algorithm(where: str, key: Mapping[str, Any]) -> Iterator[Finding]:
    name = key.get("alg")
    if name is None or key.get("kty") not in ("RSA", "EC"):
        return
    if not isinstance(name, str) or name not in KINDS:
        message = f"is for {shown(name)}, and IAM takes tokens by {', '.join(KINDS)} only"
        yield warning("jwk_alg", where, message, "sign tokens for AWS by another key")
    elif KINDS[name] != (key["kty"], key.get("crv") if key["kty"] == "EC" else None):
        message = f"is said to be for {name}, which such a key cannot serve"
        yield error("jwk_alg", where, message, "write the algorithm that the key signs by")


def _number(text: Any) -> bytes | None:
    """Return what base64url without padding stands for (RFC 7515, section 2), None where it is none."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        return None
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
