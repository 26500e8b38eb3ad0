"""Checks of the public keys by which a platform proves itself: each is public, strong enough, and has its own `kid`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.suggestion import listed
from jobpass_issuer.domain.jwk import from_base64url

ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
_NUMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
# What else of RFC 7517, section 4 says something here; `ext` is what browsers add (Web Cryptography API, section 15).
_DESCRIPTION = ("kty", "kid", "alg", "use", "key_ops", "ext")
# Private members of RSA and EC keys, and the secret of a symmetric one (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_KID = re.compile(r"[!-~]{1,128}")
# RFC 7518, section 3.3 wants 2048; beyond 8192 checking costs the function more than it protects.
_RSA_BITS = (2048, 8192)
# FIPS 186-5, appendix A.1.1: more than 2^16. An exponent longer than this one only makes checking slow.
_EXPONENTS = (65_537, 2**32)
# P-256 (FIPS 186-5, NIST SP 800-186, section 3.2.1.3): y^2 = x^3 - 3x + b over the integers modulo p.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def findings(path: Path, keys: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Return what is wrong with a platform's keys; no finding holds what could be a secret."""
    told: dict[str, int] = {}
    for index, key in enumerate(keys):
        here = (*path, index)
        if "keys" in key:
            yield here, "is a JWK Set: write the keys that it holds one by one, without the set around them"
            continue
        yield from _described(here, key)
        yield from _material(here, key)
        kid = key.get("kid")
        if isinstance(kid, str):
            if kid in told:
                text = f"is that of key {told[kid]} too (counted from 0): an assertion could mean either; "
                yield (*here, "kid"), text + "give each its own"
            told.setdefault(kid, index)


def public_key(key: Mapping[str, Any]) -> dict[str, str]:
    """Return what the functions need to know of a key that nothing is wrong with."""
    kty = str(key.get("kty"))
    members = ("kid", "kty", *_NUMBERS.get(kty, ()))
    return {"alg": ALGORITHMS.get(kty, ""), **{name: str(key.get(name, "")) for name in members}}


def _described(path: Path, key: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with a key but for its numbers."""
    known = {*_DESCRIPTION, *(name for names in _NUMBERS.values() for name in names)}
    for name in key:
        if name in _PRIVATE:
            text = "is part of a private key, and this file is for public ones: treat the key as leaked, make another, "
            yield (*path, name), text + "and write its public members alone"
        elif name not in known:
            yield (*path, name), "is nothing that Jobpass reads of a key: leave it out"
    kid = key.get("kid")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        text = "is missing: assertions name their key by it" if kid is None else "must be text: "
        yield (*path, "kid"), text if kid is None else text + "1 to 128 printable ASCII characters, no blanks"
    if key.get("use", "sig") != "sig":
        yield (*path, "use"), "must be `sig`, or be left out: the key is for signatures"
    if "key_ops" in key and key["key_ops"] != ["verify"]:
        yield (*path, "key_ops"), "must be `[verify]`, or be left out: that is all that a public key may do here"
    kty, algorithm = key.get("kty"), key.get("alg")
    wanted = ALGORITHMS.get(kty) if isinstance(kty, str) else None
    if wanted and algorithm not in (None, wanted):
        yield (*path, "alg"), f"must be `{wanted}` for a key of type {kty}, or be left out"


def _material(path: Path, key: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with the numbers that make the key."""
    kty = key.get("kty")
    if kty == "oct":
        text = "is a shared secret (`oct`), and Jobpass takes none: whoever reads this file could be the platform; "
        yield (*path, "kty"), text + "treat it as leaked, and make an RSA or EC key"
    elif not isinstance(kty, str) or kty not in _NUMBERS:
        yield (*path, "kty"), f"must be one of {listed(_NUMBERS)}: a key for RS256 or ES256"
    elif kty == "EC" and key.get("crv") != "P-256":
        yield (*path, "crv"), "must be `P-256`: ES256 has no other curve"
    else:
        numbers = {}
        for name in _NUMBERS[kty][-2:]:
            mistake = _text_mistake(key.get(name))
            if mistake:
                yield (*path, name), mistake
            else:
                numbers[name] = from_base64url(key[name])
        if len(numbers) == 2:
            yield from (_rsa if kty == "RSA" else _p256)(path, numbers)


def _text_mistake(value: object) -> str | None:
    if value is None:
        return "is missing: a public key has it"
    try:
        whole = isinstance(value, str) and from_base64url(value) != b""
    except ValueError:
        whole = False
    return None if whole else "must be base64url without padding (RFC 7515, section 2): copy it whole"


def _rsa(path: Path, numbers: Mapping[str, bytes]) -> Iterator[Finding]:
    for name in ("n", "e"):
        if numbers[name][0] == 0:
            yield (*path, name), "begins with a zero byte: write the number in as few bytes as hold it"
    modulus, exponent = (int.from_bytes(numbers[name], "big") for name in ("n", "e"))
    (least, most), bits = _RSA_BITS, modulus.bit_length()
    if not least <= bits <= most:
        yield (*path, "n"), f"has {bits} bits; {least} are the least and {most} the most: make another key"
    elif modulus % 2 == 0:
        yield (*path, "n"), "is even, and no product of two primes: copy it whole, or make another key"
    if not _EXPONENTS[0] <= exponent < _EXPONENTS[1] or exponent % 2 == 0:
        yield (*path, "e"), "must be an odd number of 65537 or more, in 4 bytes at most: make a key with `AQAB`"


def _p256(path: Path, numbers: Mapping[str, bytes]) -> Iterator[Finding]:
    for name in ("x", "y"):
        if len(numbers[name]) != 32:
            yield (*path, name), f"has {len(numbers[name])} bytes, and a coordinate of P-256 has 32: write it in full"
            return
    x, y = (int.from_bytes(numbers[name], "big") for name in ("x", "y"))
    if x >= _P or y >= _P or (y * y - x * x * x + 3 * x - _B) % _P:
        yield path, "is no point of P-256: copy `x` and `y` whole, both of one key"
