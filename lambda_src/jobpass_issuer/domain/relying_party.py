"""What a strict relying party takes of an ID token, once the issuer's own key has signed it.

RFC 7515, RFC 7519 and OpenID Connect Core, section 3.1.3.7. Which library verifies signatures is the caller's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobpass_issuer.domain.signed_token import SignedToken
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError
from jobpass_issuer.domain.verification_key import ReadKey, check_signature

# The end of the year 9999, beyond which no calendar goes.
LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that proves what its claims say; times are Unix seconds."""

    algorithm: str
    kid: str
    claims: Mapping[str, Any]
    issuer: str
    subject: str
    audience: str
    issued_at: int
    expires_at: int


def verify(
    token: SignedToken,
    keys: list[Any],
    read_key: ReadKey,
    *,
    issuer: str,
    audience: str | None,
    now: int,
    leeway_seconds: int = 0,
) -> VerifiedToken:
    """Return what a token proves: `keys` are the members of the JWK Set of `issuer`, `now` is in Unix seconds.

    Without an `audience` any one will do, and whoever asks must look at it.

    Raises:
        UntrustedTokenError: with the first reason: `issuer`, `algorithm`, `unknown_key`, `ambiguous_key`,
            `unusable_key`, `signature`, `claims`, `audience`, `expired` or `not_yet_valid`.
    """
    check_issuer(token, issuer)
    check_signature(token, keys, read_key)
    claims = token.unverified_claims  # Verified from here on.
    subject, named = _text(claims, "sub"), _text(claims, "aud")
    if audience is not None and named != audience:
        raise UntrustedTokenError(
            "audience",
            "the token is for {named}, and not for {audience}",
            "fetch one for the audience {audience}; a token for somebody else opens nothing here",
            named=named,
            audience=audience,
        )
    issued_at, expires_at = _check_times(claims, now, leeway_seconds)
    return VerifiedToken(token.algorithm, token.kid, claims, issuer, subject, named, issued_at, expires_at)


def check_issuer(token: SignedToken, issuer: str) -> None:
    """Hold the issuer that a token names, letter for letter, to the one that is trusted, before its keys are fetched.

    Raises:
        UntrustedTokenError: `issuer`.
    """
    named = token.unverified_claims.get("iss")
    if named != issuer:
        told = "the token names the issuer {named}" if isinstance(named, str) else "the token names no issuer"
        raise UntrustedTokenError(
            "issuer",
            f"{told}, and the one that is trusted is {{issuer}}",
            "fetch one of that issuer, or name the issuer that you trust as its `iss` has it, to the last slash",
            named=named,
            issuer=issuer,
        )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if isinstance(value, str) and value:
        return value
    told = "is missing" if name not in claims else "is {value}, and not a text"
    raise UntrustedTokenError(
        "claims", f"the claim `{name}` {told}", f"make the issuer write one `{name}`, as a text", value=value
    )


def _check_times(claims: Mapping[str, Any], now: int, leeway: int) -> tuple[int, int]:
    """The times `iat` and `exp`, after which with `nbf` the token is good now."""
    times = {name: _seconds(claims, name) for name in ("iat", "exp", *(["nbf"] if "nbf" in claims else []))}
    if now >= times["exp"] + leeway:
        raise UntrustedTokenError(
            "expired",
            f"the token ended {_at(times['exp'])}, {now - times['exp']} s before the moment of this check",
            "fetch a new one right before it is used",
        )
    for name, said in (("nbf", "begins"), ("iat", "was issued")):
        ahead = times.get(name, 0) - now
        if ahead > leeway:
            raise UntrustedTokenError(
                "not_yet_valid",
                f"the token {said} {_at(times[name])} (`{name}`), {ahead} s after the moment of this check",
                "set the clocks right (NTP), this machine's and the issuer's",
            )
    return times["iat"], times["exp"]


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    """A time (RFC 7519, section 2, NumericDate), of which whole seconds alone are taken, as STS does."""
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_SECOND:
        return value
    told = "is missing" if name not in claims else "is {value}, and no whole number of Unix seconds"
    raise UntrustedTokenError(
        "claims", f"the claim `{name}` {told}", f"make the issuer write `{name}` as an integer", value=value
    )


def _at(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
