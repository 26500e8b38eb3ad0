"""The one key of a JWK Set that a token names, and whether the signature is its own (RFC 7517, RFC 7518)."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from jobpass.errors import RefusedError
from jobpass.explain.jwk import HASHES, PublicKey, public_key, verifies
from jobpass.explain.quoting import listed, quoted
from jobpass.verification.compact_form import SignedToken

# RFC 7518, section 3.3.
_FEWEST_RSA_BITS = 2048


def check_signature(token: SignedToken, keys: list[Any]) -> None:
    """Hold a token's signature to the members of its issuer's JWK Set.

    Raises:
        RefusedError: `algorithm`, `unknown_key`, `ambiguous_key`, `unusable_key` or `signature`.
    """
    if token.algorithm not in HASHES:
        raise RefusedError(
            "algorithm",
            f"the header's `alg` is {quoted(token.algorithm)}: only {', '.join(HASHES)} prove whose a token is",
            "trust it in nothing: an issuer signs with a key that it alone has",
        )
    jwk = _named(token.kid, keys)
    key = _usable(jwk)
    if not _is_for(token.algorithm, jwk, key):
        raise RefusedError(
            "algorithm",
            f"the header's `alg` is {quoted(token.algorithm)}, and the key {quoted(token.kid)} is for another",
            "trust it in nothing: a key signs by one algorithm, which the issuer's JWK Set names",
        )
    if not verifies(token.algorithm, key, token.signing_input, token.signature):
        raise RefusedError(
            "signature",
            f"the signature is not that of the issuer's key {quoted(token.kid)}",
            "hand over the token unchanged; if it is, somebody else made or changed it: trust it in nothing",
        )


def _named(kid: str, keys: list[Any]) -> Mapping[str, Any]:
    found = [jwk for jwk in keys if isinstance(jwk, dict) and jwk.get("kid") == kid]
    if not found:
        published = [jwk["kid"] for jwk in keys if isinstance(jwk, dict) and "kid" in jwk]
        raise RefusedError(
            "unknown_key",
            f"the token's `kid` is {quoted(kid)}; the issuer's JWK Set has {listed(published)}",
            "fetch a new token: this one's key was revoked or has left the set, or is not this issuer's",
        )
    if len(found) > 1:
        raise RefusedError(
            "ambiguous_key",
            f"the issuer's JWK Set has {len(found)} keys of the name {quoted(kid)}",
            "make the issuer name each key apart, by its RFC 7638 thumbprint best",
        )
    return found[0]


def _usable(jwk: Mapping[str, Any]) -> PublicKey:
    key = public_key(jwk)
    if key is None:
        told = "it does not hold a public key of type RSA or EC"
    elif isinstance(key, rsa.RSAPublicKey) and key.key_size < _FEWEST_RSA_BITS:
        told = f"it has {key.key_size} bits, and RSA wants {_FEWEST_RSA_BITS} at least"
    elif jwk.get("use", "sig") != "sig" or "verify" not in _operations(jwk):
        told = "it is not for signatures"
    else:
        return key
    raise RefusedError(
        "unusable_key",
        f"the issuer's key {quoted(jwk['kid'])} cannot be used: {told}",
        "make the issuer publish each key with `kty`, `kid`, `use` `sig`, `alg` and its numbers",
    )


def _is_for(algorithm: str, jwk: Mapping[str, Any], key: PublicKey) -> bool:
    """Whether a key is for an algorithm: by its `alg` where it has one, and by its type."""
    return bool(
        jwk.get("alg", algorithm) == algorithm and algorithm.startswith("RS") == isinstance(key, rsa.RSAPublicKey)
    )


def _operations(jwk: Mapping[str, Any]) -> list[Any]:
    """What a key may be used for (RFC 7517, section 4.3)."""
    named = jwk.get("key_ops", ["verify"])
    return named if isinstance(named, list) else []
