"""The first signing keys of an issuer: one that signs, and one in reserve."""

from collections.abc import Mapping, Sequence

from jobpass_issuer.domain.algorithm import Algorithm
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey

FIRST_STATES = (KeyState.ACTIVE, KeyState.PREPARED)


def first_ring(keys: Sequence[tuple[str, Mapping[str, str]]], algorithm: Algorithm, now: int) -> KeyRing:
    """Return the ring of a new issuer: its keys, as ARN and JWK, in the order of FIRST_STATES.

    The first key may be active at once: nobody can hold a JWK Set that lacks it. The second is published beside it, so
    that a revocation finds a key that every relying party already knows.
    """
    return KeyRing(
        version=1,
        keys=tuple(
            SigningKey(jwk["kid"], arn, algorithm.name, state, jwk, {state.value: now})
            for (arn, jwk), state in zip(keys, FIRST_STATES, strict=True)
        ),
    )
