"""A published JWK's public key, in pure Python, as the rules of verification want it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecdsa import BadSignatureError, NIST256p, NIST384p, NIST521p, VerifyingKey
from ecdsa.errors import MalformedPointError

from jobpass_issuer.domain import rsa
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.jwk import from_base64url
from jobpass_issuer.domain.verification_key import VerificationKey

# By the name of a JWK's curve: the curve, and the one algorithm that it is for (RFC 7518, section 3.4).
_CURVES = {"P-256": (NIST256p, "ES256"), "P-384": (NIST384p, "ES384"), "P-521": (NIST521p, "ES512")}


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA public key."""

    modulus: int
    exponent: int
    key_type: str = "RSA"

    @property
    def bits(self) -> int:
        """The length of the modulus."""
        return self.modulus.bit_length()

    def verifies(self, algorithm: str, data: bytes, signature: bytes) -> bool:
        """Whether a signature is the key's (RFC 7518, section 3.3)."""
        if not algorithm.startswith("RS"):
            return False
        return rsa.signature_holds(self.modulus, self.exponent, data, signature, ALGORITHMS[algorithm].digest)


@dataclass(frozen=True, slots=True)
class EllipticKey:
    """A public key on one of the three curves, and the one algorithm that it verifies."""

    point: Any
    bits: int
    algorithm: str
    key_type: str = "EC"

    def verifies(self, algorithm: str, data: bytes, signature: bytes) -> bool:
        """Whether a signature, R and S side by side, is the key's (RFC 7518, section 3.4)."""
        if algorithm != self.algorithm:
            return False
        try:
            return bool(self.point.verify(signature, data, getattr(hashlib, ALGORITHMS[algorithm].digest)))
        except BadSignatureError:
            return False
        except TypeError:
            # The sum that must have R as its coordinate is the point at infinity, which has none.
            return False


def read_key(jwk: Mapping[str, Any]) -> VerificationKey | None:
    """Return the public key of a JWK (RFC 7518, sections 6.2.1 and 6.3.1), None where it holds none."""
    try:
        if jwk.get("kty") == "RSA":
            return _rsa(_octets(jwk, "n"), _octets(jwk, "e"))
        if jwk.get("kty") == "EC":
            curve, algorithm = _CURVES[jwk["crv"]]
            x, y = (_octets(jwk, name) for name in ("x", "y"))
            if len(x) == len(y) == curve.baselen:
                # Looks whether the point is on the curve.
                return EllipticKey(VerifyingKey.from_string(x + y, curve), curve.order.bit_length(), algorithm)
    except (KeyError, TypeError, ValueError, MalformedPointError):
        return None
    return None


def _rsa(modulus: bytes, exponent: bytes) -> RsaKey | None:
    key = RsaKey(int.from_bytes(modulus), int.from_bytes(exponent))
    # 1 would take every message for its own signature, and no even number is an exponent (RFC 8017, section 3.1).
    return key if 3 <= key.exponent < key.modulus and key.exponent % 2 else None


def _octets(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return from_base64url(value)
