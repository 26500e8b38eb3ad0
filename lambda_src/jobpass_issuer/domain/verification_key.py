"""The one key of a JWK Set that a token names, and whether the signature is its own (RFC 7517, RFC 7518)."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.signed_token import SignedToken
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError

# RFC 7518, section 3.3.
_FEWEST_RSA_BITS = 2048


class VerificationKey(Protocol):
    """A public key, by whatever library; `key_type` is `RSA` or `EC`, and `bits` the length of the modulus or order."""

    @property
    def key_type(self) -> str:
        """The type as a JWK has it (RFC 7518, section 6.1)."""

    @property
    def bits(self) -> int:
        """How long the key is."""

    def verifies(self, algorithm: str, data: bytes, signature: bytes) -> bool:
        """Whether a signature, as JWS has it, is the key's by one of the six algorithms; a key knows its own alone."""


# The public key of a JWK, None where it holds none.
ReadKey = Callable[[Mapping[str, Any]], VerificationKey | None]


def check_signature(token: SignedToken, keys: list[Any], read_key: ReadKey) -> None:
    """Hold a token's signature to the members of its issuer's JWK Set.

    Raises:
        UntrustedTokenError: `algorithm`, `unknown_key`, `ambiguous_key`, `unusable_key` or `signature`.
    """
    if token.algorithm not in ALGORITHMS:
        raise UntrustedTokenError(
            "algorithm",
            f"the header's `alg` is {{named}}: only {', '.join(ALGORITHMS)} prove whose a token is",
            "trust it in nothing: an issuer signs with a key that it alone has",
            named=token.algorithm,
        )
    jwk = _named(token.kid, keys)
    key = _usable(jwk, read_key)
    if not _is_for(token.algorithm, jwk, key):
        raise UntrustedTokenError(
            "algorithm",
            "the header's `alg` is {named}, and the key {kid} is for another",
            "trust it in nothing: a key signs by one algorithm, which the issuer's JWK Set names",
            named=token.algorithm,
            kid=token.kid,
        )
    if not key.verifies(token.algorithm, token.signing_input, token.signature):
        raise UntrustedTokenError(
            "signature",
            "the signature is not that of the issuer's key {kid}",
            "hand over the token unchanged; if it is, somebody else made or changed it: trust it in nothing",
            kid=token.kid,
        )


def _named(kid: str, keys: list[Any]) -> Mapping[str, Any]:
    found = [jwk for jwk in keys if isinstance(jwk, dict) and jwk.get("kid") == kid]
    if not found:
        raise UntrustedTokenError(
            "unknown_key",
            "the token's `kid` is {kid}; the issuer's JWK Set has {published}",
            "fetch a new token: this one's key was revoked or has left the set, or is not this issuer's",
            kid=kid,
            published=[jwk["kid"] for jwk in keys if isinstance(jwk, dict) and "kid" in jwk],
        )
    if len(found) > 1:
        raise UntrustedTokenError(
            "ambiguous_key",
            f"the issuer's JWK Set has {len(found)} keys of the name {{kid}}",
            "make the issuer name each key apart, by its RFC 7638 thumbprint best",
            kid=kid,
        )
    return found[0]


def _usable(jwk: Mapping[str, Any], read_key: ReadKey) -> VerificationKey:
    key = read_key(jwk)
    if key is None:
        told = "it does not hold a public key of type RSA or EC"
    elif key.key_type == "RSA" and key.bits < _FEWEST_RSA_BITS:
        told = f"it has {key.bits} bits, and RSA wants {_FEWEST_RSA_BITS} at least"
    elif jwk.get("use", "sig") != "sig" or "verify" not in _operations(jwk):
        told = "it is not for signatures"
    else:
        return key
    raise UntrustedTokenError(
        "unusable_key",
        f"the issuer's key {{kid}} cannot be used: {told}",
        "make the issuer publish each key with `kty`, `kid`, `use` `sig`, `alg` and its numbers",
        kid=jwk["kid"],
    )


def _is_for(algorithm: str, jwk: Mapping[str, Any], key: VerificationKey) -> bool:
    """Whether a key is for an algorithm: by its `alg` where it has one, and by its type."""
    return bool(jwk.get("alg", algorithm) == algorithm and algorithm.startswith("RS") == (key.key_type == "RSA"))


def _operations(jwk: Mapping[str, Any]) -> list[Any]:
    """What a key may be used for (RFC 7517, section 4.3)."""
    named = jwk.get("key_ops", ["verify"])
    return named if isinstance(named, list) else []
