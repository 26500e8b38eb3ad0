"""The public key of a platform, from the file in which somebody has it: a JWK, or PEM."""

from typing import Any

from jobpass.command.errors import REFUSED, CommandError
from jobpass.configuration.public_key_checks import ALGORITHMS
from jobpass.lookup import text_input
from jobpass_issuer.domain import jwk

_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def public_key(file: str) -> dict[str, Any]:
    """Return the JWK that a file holds, with a `kid`: its thumbprint (RFC 7638) where it has none of its own.

    Raises:
        CommandError: the file cannot be read, holds a private key, or no key that a platform can have. What is wrong
            with the key itself is left to the configuration's checks.
    """
    what = f"--public-key {file}"
    text = text_input.read(file, what)
    if "PRIVATE KEY-----" in text:
        raise _private(what)
    key = _from_pem(text, what) if "-----BEGIN" in text else text_input.read_json(file, what)
    if not isinstance(key, dict):
        raise _unfit(f"{what}: it is no JWK, which is a JSON object")
    if isinstance(key.get("keys"), list) and len(key["keys"]) == 1 and isinstance(key["keys"][0], dict):
        key = key["keys"][0]
    if any(name in key for name in _PRIVATE):
        raise _private(what)
    return key if "kid" in key else {**_named(key), **key}


def _named(key: dict[str, Any]) -> dict[str, Any]:
    """A `kid` for a key that has none; nothing where the key is not one that can have a thumbprint."""
    kty = key.get("kty")
    if not isinstance(kty, str) or kty not in ALGORITHMS:
        return {}
    try:
        return {"kty": kty, "kid": jwk.thumbprint(key)}
    except KeyError:
        return {}


def _from_pem(text: str, what: str) -> dict[str, str]:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - for PEM alone
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise _unfit(f"{what}: it is no public key in PEM (`-----BEGIN PUBLIC KEY-----`)") from None
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return jwk.rsa(numbers.n, numbers.e)
    if isinstance(key, ec.EllipticCurvePublicKey):
        point, size = key.public_numbers(), (key.curve.key_size + 7) // 8
        x, y = point.x.to_bytes(size, "big"), point.y.to_bytes(size, "big")
        return jwk.elliptic_curve(_CURVES.get(key.curve.name, key.curve.name), x, y)
    raise _unfit(f"{what}: it is a key of another type than RSA and EC")


def _private(what: str) -> CommandError:
    remedy = "hand over its public half (`openssl pkey -in FILE -pubout`), and keep the private one on the platform"
    return CommandError("private_key", f"{what}: it is a private key, and is read no further", remedy, REFUSED)


def _unfit(message: str) -> CommandError:
    remedy = "hand over the public half of an RSA key of 2048 bits or more, or of an EC key on P-256: a JWK, or PEM"
    return CommandError("no_public_key", message, remedy, REFUSED)
