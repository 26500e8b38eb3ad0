"""What an attack on a verifier of JWTs is, and how one is made."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.verification.tokens import claims, header, keys, resigned, signature_of, signed

# Of an algorithm: a token, the issuer's keys, and the code of the refusal.
Attack = Callable[[str], tuple[str, Sequence[Any], str]]


def of(code: str, make: Callable[[str], str]) -> Attack:
    """Return the attack by a token, on the issuer's own keys."""
    return lambda algorithm: (make(algorithm), keys(algorithm), code)


def in_header(code: str = "header", **changes: Any) -> Attack:
    """Return the attack by a header, signed by the issuer's own key."""
    return of(code, lambda algorithm: signed(algorithm, header(algorithm, **changes)))


def in_claims(code: str = "claims", **changes: Any) -> Attack:
    """Return the attack by claims, signed by the issuer's own key."""
    return of(code, lambda algorithm: signed(algorithm, None, claims(**changes)))


def raw_header(make: Callable[[dict[str, Any]], bytes]) -> Attack:
    """Return the attack by what stands for a header, likewise."""
    return of("malformed", lambda algorithm: signed(algorithm, make(header(algorithm))))


def raw_claims(make: Callable[[dict[str, Any]], bytes]) -> Attack:
    """Return the attack by what stands for claims, likewise."""
    return of("malformed", lambda algorithm: signed(algorithm, None, make(claims())))


def as_text(make: Callable[[str], str]) -> Attack:
    """Return the attack by a good token's text."""
    return of("malformed", lambda algorithm: make(signed(algorithm)))


def in_signature(make: Callable[[bytes], bytes]) -> Attack:
    """Return the attack by a good token's signature."""
    return of("signature", lambda algorithm: resigned(signed(algorithm), make(signature_of(signed(algorithm)))))


def in_key(code: str, **changes: Any) -> Attack:
    """Return the attack by the issuer's key, as its JWK Set has it."""
    return lambda algorithm: (signed(algorithm), keys(algorithm, **changes), code)
