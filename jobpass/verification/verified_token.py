"""What a strict relying party takes of an ID token, once the issuer's own key has signed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobpass.errors import RefusedError
from jobpass.explain.quoting import quoted
from jobpass.verification.compact_form import SignedToken
from jobpass.verification.signing_key import check_signature

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
    token: SignedToken, keys: list[Any], *, issuer: str, audience: str | None, now: int, leeway_seconds: int = 0
) -> VerifiedToken:
    """Return what a token proves: `keys` are the members of the JWK Set of `issuer`, `now` is in Unix seconds.

    Without an `audience` any one will do, and whoever asks must look at it.

    Raises:
        RefusedError: with the first reason: `issuer`, `algorithm`, `unknown_key`, `ambiguous_key`, `unusable_key`,
            `signature`, `claims`, `audience`, `expired` or `not_yet_valid`.
    """
    check_issuer(token, issuer)
    check_signature(token, keys)
    claims = token.unverified_claims  # Verified from here on.
    subject, named = _text(claims, "sub"), _text(claims, "aud")
    if audience is not None and named != audience:
        raise RefusedError(
            "audience",
            f"the token is for {quoted(named)}, and not for {quoted(audience)}",
            f"fetch one for the audience {quoted(audience)}; a token for somebody else opens nothing here",
        )
    issued_at, expires_at = _check_times(claims, now, leeway_seconds)
    return VerifiedToken(token.algorithm, token.kid, claims, issuer, subject, named, issued_at, expires_at)


def check_issuer(token: SignedToken, issuer: str) -> None:
    """Hold the issuer that a token names, letter for letter, to the one that is trusted, before its keys are fetched.

    Raises:
        RefusedError: `issuer`.
    """
    named = token.unverified_claims.get("iss")
    if named != issuer:
        told = f"the token names the issuer {quoted(named)}" if isinstance(named, str) else "the token names no issuer"
        raise RefusedError(
            "issuer",
            f"{told}, and the one that is trusted is {quoted(issuer)}",
            "fetch one of that issuer, or name the issuer that you trust as its `iss` has it, to the last slash",
        )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if isinstance(value, str) and value:
        return value
    told = "is missing" if name not in claims else f"is {quoted(value)}, and not a text"
    raise RefusedError("claims", f"the claim `{name}` {told}", f"make the issuer write one `{name}`, as a text")


def _check_times(claims: Mapping[str, Any], now: int, leeway: int) -> tuple[int, int]:
    """The times `iat` and `exp`, after which with `nbf` the token is good now."""
    times = {name: _seconds(claims, name) for name in ("iat", "exp", *(["nbf"] if "nbf" in claims else []))}
    if now >= times["exp"] + leeway:
        raise RefusedError(
            "expired",
            f"the token ended {_at(times['exp'])}, {now - times['exp']} s before the moment of this check",
            "fetch a new one right before it is used; `--at` asks what held at another moment",
        )
    for name, said in (("nbf", "begins"), ("iat", "was issued")):
        ahead = times.get(name, 0) - now
        if ahead > leeway:
            raise RefusedError(
                "not_yet_valid",
                f"the token {said} {_at(times[name])} (`{name}`), {ahead} s after the moment of this check",
                "set the clocks right (NTP), this machine's and the issuer's, or allow for it with `--leeway SECONDS`",
            )
    return times["iat"], times["exp"]


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    """A time (RFC 7519, section 2, NumericDate), of which whole seconds alone are taken, as STS does."""
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_SECOND:
        return value
    told = "is missing" if name not in claims else f"is {quoted(value)}, and no whole number of Unix seconds"
    raise RefusedError("claims", f"the claim `{name}` {told}", f"make the issuer write `{name}` as an integer")


def _at(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
