"""What people have tried on verifiers of signatures, by what is peculiar to each kind of key."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.local.seam import signing
from tests.verification.attack import Attack, in_key, in_signature, of
from tests.verification.tokens import claims, encoded, header, keys, resigned, signature_of, signed

# The order of the curve's base point (FIPS 186-4, appendix D).
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _numbers(r: int, s: int) -> Attack:
    return in_signature(lambda good: r.to_bytes(len(good) // 2) + s.to_bytes(len(good) // 2))


def _with_s(make: Callable[[int], int]) -> Callable[[bytes], bytes]:
    return lambda good: good[:32] + make(int.from_bytes(good[32:])).to_bytes(32)


def _as_der(good: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(good[:32]), int.from_bytes(good[32:]))


def _infinity(algorithm: str) -> str:
    """A signature by which the sum that is to give R is the point at infinity; its maker knows the private key."""
    text = signed(algorithm)
    digest = int.from_bytes(hashlib.sha256(text.rpartition(".")[0].encode()).digest())
    key = signing.private_key(algorithm)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r = -digest * pow(key.private_numbers().private_value, -1, ORDER_OF_P256) % ORDER_OF_P256
    return resigned(text, r.to_bytes(32) + (1).to_bytes(32))


# For ES256 alone: what is peculiar to ECDSA.
ECDSA_ATTACKS: dict[str, Attack] = {
    "r and s are zero": _numbers(0, 0),
    "r is zero": _numbers(0, 1),
    "s is zero": _numbers(1, 0),
    "r and s are one": _numbers(1, 1),
    "r is the order": _numbers(ORDER_OF_P256, 1),
    "s is the order": in_signature(_with_s(lambda _: ORDER_OF_P256)),
    "s is beyond the order": in_signature(_with_s(lambda s: min(s + ORDER_OF_P256, 2**256 - 1))),
    "a signature in DER": in_signature(_as_der),
    "r and s exchanged": in_signature(lambda good: good[32:] + good[:32]),
    "r and s beyond all": _numbers(2**256 - 1, 2**256 - 1),
    "the point at infinity": of("signature", _infinity),
    "longer numbers": in_signature(lambda good: b"\0" + good[:32] + b"\0" + good[32:]),
    "a point off the curve": in_key("unusable_key", x=encoded(b"\1" * 32)),
    "another curve by its name": in_key("unusable_key", crv="P-384"),
    "a curve that nobody knows": in_key("unusable_key", crv="secp256k1"),
}


def _rsa() -> rsa.RSAPrivateKey:
    key = signing.private_key("RS256")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _pss(alg: str, code: str) -> Attack:
    """A good signature of the issuer's key by another padding."""

    def make(algorithm: str) -> str:
        text = signed(algorithm, header(algorithm, alg=alg))
        signing_input = text.rpartition(".")[0].encode()
        made = _rsa().sign(signing_input, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return resigned(text, made)

    return of(code, make)


def _other_digest(algorithm: str) -> str:
    text = signed(algorithm)
    return resigned(text, signing.sign("RS512", text.rpartition(".")[0].encode()))


def _tokens(algorithm: str) -> Iterator[str]:
    """Good ones without end."""
    return (signed(algorithm, None, claims(count=count)) for count in itertools.count())


def _zeros_cut(algorithm: str) -> str:
    """A signature that begins with a zero, which a number has not."""
    token = next(each for each in _tokens(algorithm) if signature_of(each)[0] == 0)
    return resigned(token, signature_of(token).lstrip(b"\0"))


def _and_modulus(algorithm: str) -> str:
    """A signature and the modulus together, which is the same to careless arithmetic."""
    modulus = _rsa().public_key().public_numbers().n
    sums = ((each, int.from_bytes(signature_of(each)) + modulus) for each in _tokens(algorithm))
    token, number = next((each, number) for each, number in sums if number < 1 << 2048)
    return resigned(token, number.to_bytes(256))


def _cube_root(algorithm: str) -> tuple[str, Sequence[Any], str]:
    """The digest behind a short padding, and what a cube root leaves behind it, for a key with the exponent 3."""
    signing_input = f"{encoded(header(algorithm))}.{encoded(claims())}"
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signing_input.encode()).digest()
    block = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
    target = int.from_bytes(block + bytes(256 - len(block)))
    low, high = 0, 1 << 700
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < target else (low, middle)
    assert (low**3).to_bytes(256).startswith(block)
    return f"{signing_input}.{encoded(low.to_bytes(256))}", keys(algorithm, e=encoded(b"\3")), "signature"


# For RS256 alone.
RSA_ATTACKS: dict[str, Attack] = {
    "alg PS256, and signed so": _pss("PS256", "algorithm"),
    "alg RS256, and signed as PS256": _pss("RS256", "signature"),
    "signed over another digest": of("signature", _other_digest),
    "a signature whose zeros are cut": of("signature", _zeros_cut),
    "a signature and the modulus": of("signature", _and_modulus),
    "a signature of one": in_signature(lambda good: (1).to_bytes(len(good))),
    "a cube root": _cube_root,
    "a modulus that is too short": in_key("unusable_key", n=encoded((1 << 1023 | 1).to_bytes(128))),
    "an exponent of one": in_key("unusable_key", e=encoded(b"\1")),
    "an even modulus": in_key("signature", n=encoded((1 << 2047).to_bytes(256))),
}
