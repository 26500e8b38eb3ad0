"""A platform that has public keys in the place of principals, and the keys, made for these tests."""

import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.configuration.example import spoiled

_PRINCIPAL = 'principals: ["arn:aws:iam::111122223333:role/ci-server"]'


@cache
def _rsa(bits: int, exponent: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


def rsa_jwk(bits: int = 2048, exponent: int = 65537) -> dict[str, Any]:
    """The public half of an RSA key, as a library writes it, with a `kid`."""
    made: dict[str, Any] = RSAAlgorithm.to_jwk(_rsa(bits, exponent).public_key(), as_dict=True)
    return {**made, "kid": "rsa-1"}


def private_rsa_jwk() -> dict[str, Any]:
    """The same key with its private half."""
    made: dict[str, Any] = RSAAlgorithm.to_jwk(_rsa(2048, 65537), as_dict=True)
    return {**made, "kid": "rsa-1", "key_ops": ["verify"]}


@cache
def _ec(curve: type[ec.EllipticCurve]) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def ec_jwk(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> dict[str, Any]:
    """The public half of a key on a curve."""
    made: dict[str, Any] = ECAlgorithm.to_jwk(_ec(curve).public_key(), as_dict=True)
    return {**made, "kid": "ec-1"}


def private_ec_jwk() -> dict[str, Any]:
    """The same key on P-256 with its private half."""
    made: dict[str, Any] = ECAlgorithm.to_jwk(_ec(ec.SECP256R1), as_dict=True)
    return {**made, "kid": "ec-1"}


def with_keys(value: Any, principals: bool = False) -> str:
    """The sound configuration with a value for the public keys of its first platform, on one line marked `# !`."""
    before = f"{_PRINCIPAL}\n    " if principals else ""
    return spoiled(_PRINCIPAL, f"{before}public_keys: {json.dumps(value)} # !")
