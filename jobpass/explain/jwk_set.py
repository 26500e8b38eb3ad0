"""An issuer's JWK Set (RFC 7517, section 5): which key STS takes for a token, and whether it verifies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.jwk import HASHES, public_key, unusable, verifies
from jobpass.explain.quoting import listed, quoted
from jobpass.explain.refusal import Refusal
from jobpass.explain.web_identity_token import WebIdentityToken

MOST_KEYS_OF_A_TYPE = 100


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The JWK Set could not be fetched; `reason` says what went wrong on the way (discovery, TLS, time, form)."""

    reason: str


def wrong_key(token: WebIdentityToken, jwk_set: object) -> Refusal | None:
    """Return what STS says of a token that the JWK Set does not verify: any JSON, or `Unavailable`."""
    if isinstance(jwk_set, Unavailable):
        return _no_key(
            f"STS cannot fetch the issuer's keys: {jwk_set.reason}",
            "make discovery document and JWK Set answer over public HTTPS within five seconds",
            recorded=False,
        )
    keys = jwk_set.get("keys") if isinstance(jwk_set, Mapping) else None
    selected = _select(token.unverified_header, keys if isinstance(keys, list) else [])
    return selected if isinstance(selected, Refusal) else _wrong_signature(token, selected)


def _select(header: Mapping[str, Any], keys: Sequence[Any]) -> Mapping[str, Any] | Refusal:
    kind = "EC" if header["alg"].startswith("ES") else "RSA"
    count = sum(1 for jwk in keys if isinstance(jwk, dict) and jwk.get("kty") == kind)
    if count > MOST_KEYS_OF_A_TYPE:
        return _no_key(
            f"the JWK Set holds {count} {kind} keys; with more than {MOST_KEYS_OF_A_TYPE} of a type STS uses none",
            f"make the issuer publish at most {MOST_KEYS_OF_A_TYPE} {kind} keys",
        )
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        if len(keys) != 1:
            return _no_key(
                f"the token's header has no `kid`, and the JWK Set holds {len(keys)} keys",
                "make the issuer name the key in the header's `kid`",
            )
        candidates: list[Any] = list(keys)
    else:
        candidates = [jwk for jwk in keys if isinstance(jwk, dict) and jwk.get("kid") == kid]
    usable = [jwk for jwk in candidates if unusable(jwk) is None]
    if usable:
        later: Mapping[str, Any] = usable[-1]  # The later of two keys of one name replaces the earlier.
        return later
    if candidates:
        return _no_key(
            f"the key for this token cannot be used: {unusable(candidates[-1])}",
            "make the issuer publish the key with `kty`, `kid`, `use` `sig` and its numbers, and nothing else",
        )
    published = [jwk["kid"] for jwk in keys if isinstance(jwk, dict) and "kid" in jwk]
    return _no_key(
        f"the token's `kid` is {quoted(kid)}; the JWK Set has {listed(published)}",
        "fetch a new token; if it is new, publish the key before it signs, or wait until caches have expired",
    )


def _wrong_signature(token: WebIdentityToken, jwk: Mapping[str, Any]) -> Refusal | None:
    algorithm, key = token.unverified_header["alg"], public_key(jwk)
    if algorithm not in HASHES:
        return _not_validated(
            f"the token is signed with {quoted(algorithm)}; IAM takes {', '.join(HASHES)}",
            "make the issuer sign with RS256",
            recorded=False,
        )
    if "key_ops" in jwk:
        return _not_validated(
            "the key in the JWK Set has `key_ops`, with which STS verifies nothing",
            "make the issuer leave `key_ops` out of its JWK Set",
        )
    if key is not None and verifies(algorithm, key, token.signing_input, token.signature):
        return None
    return _not_validated(
        f"the signature is not that of the published key {quoted(jwk['kid'])}",
        "send the token unchanged; if it is, look for another key of this `kid` (the later one counts)",
    )


def _no_key(cause: str, remedy: str, *, recorded: bool = True) -> Refusal:
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NO_KEY, cause, remedy, recorded)


def _not_validated(cause: str, remedy: str, *, recorded: bool = True) -> Refusal:
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_VALIDATED, cause, remedy, recorded)
