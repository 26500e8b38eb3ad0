"""The client assertion: a JWT by which a platform without AWS credentials proves itself (RFC 7523, section 3).

What it says counts only once its signature has been verified; until then it is called unverified.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain import strict_json
from jobpass_issuer.domain.errors import InvalidClientError, Problem, shown
from jobpass_issuer.domain.jwk import from_base64url
from jobpass_issuer.domain.platform import Platform

ALGORITHMS = ("RS256", "ES256")
# The longest signature that is taken has 1,366 characters. The gateway lets 10,240 bytes of headers through.
MAX_LENGTH = 4_096
MAX_LIFETIME_SECONDS = 300
# How far a platform's clock may be ahead of ours.
CLOCK_TOLERANCE_SECONDS = 30
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_JTI = re.compile(r"[!-~]{16,128}")
_HEADER_MEMBERS = ("alg", "kid", "typ")
# Media types, whatever their case (RFC 7515, section 4.1.9); the second is what newer clients write.
_TYPES = ("jwt", "client-authentication+jwt")


@dataclass(frozen=True, slots=True)
class UnverifiedAssertion:
    """A client assertion taken apart, of which nothing is proven; `claims` hold a textual `iss`, else anything."""

    text: str
    algorithm: str
    kid: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has proven itself, by which assertion, and when that one expires (Unix seconds)."""

    platform: Platform
    jti_sha256: str
    expires_at: int


def from_authorization(header: str | None) -> UnverifiedAssertion:
    """Return the assertion of an `Authorization` header, whatever the scheme's case (RFC 9110, section 11.1).

    Raises:
        InvalidClientError: the header is absent, has another scheme, or holds no assertion of a form that is taken.
    """
    scheme, _, text = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidClientError("send a client assertion as `Authorization: Bearer <assertion>`")
    return read(text.strip(" "))


def read(text: str) -> UnverifiedAssertion:
    """Return what an assertion claims.

    Raises:
        InvalidClientError: it is too long or no JWT in compact form, or its header asks for something else than a
            signature by a key that the configuration names.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidClientError(f"the client assertion is longer than {MAX_LENGTH} characters")
    match = _COMPACT.fullmatch(text)
    if match is None:
        raise InvalidClientError(
            "the client assertion is no signed JWT in compact form: `<header>.<claims>.<signature>`"
        )
    header, claims = _members(match[1], "header"), _members(match[2], "claims")
    mistake = _header_mistake(header)
    if mistake:
        raise InvalidClientError(f"the client assertion's header {mistake}")
    if not isinstance(claims.get("iss"), str):
        raise InvalidClientError("the client assertion needs `iss`: the platform's name in jobpass.yaml")
    return UnverifiedAssertion(text, header["alg"], header["kid"], claims)


def claimed_key(
    assertion: UnverifiedAssertion, platforms: Mapping[str, Platform]
) -> tuple[Platform, Mapping[str, str]]:
    """Return the platform that the assertion claims to be, and the one key that can prove it.

    A key is looked up among those of that platform alone, and brings its algorithm with it.

    Raises:
        InvalidClientError: there is no such platform or key; the same as for a signature that does not hold.
    """
    platform = platforms.get(assertion.claims["iss"])
    if platform is not None:
        for key in platform.public_keys:
            if (key["kid"], key["alg"]) == (assertion.kid, assertion.algorithm):
                return platform, key
    raise unproven()


def unproven() -> InvalidClientError:
    """Return the one error for an unknown platform, an unknown key and a signature that does not hold."""
    return InvalidClientError(
        "the client assertion proves no platform: `iss` must name a platform of jobpass.yaml, `kid` one of its "
        "`public_keys`, and the signature must be that key's"
    )


def proven(claims: Mapping[str, Any], platform: Platform, issuer_url: str, now: int) -> Proof:
    """Return the proof that a platform gives by claims that its key has signed.

    Raises:
        InvalidClientError: with every claim that does not hold (RFC 7523, section 3).
    """
    problems = [
        Problem(name, text)
        for name, holds, text in (
            ("sub", claims.get("sub") == platform.name, "must equal `iss`, the platform's name"),
            ("aud", claims.get("aud") == issuer_url, f"must be {issuer_url}, as text and nothing beside it"),
            ("jti", _is_jti(claims.get("jti")), "must be 16 to 128 printable characters, new for each request"),
        )
        if not holds
    ]
    problems += _time_problems(claims, now)
    if problems:
        listed = "; ".join(str(problem) for problem in problems)
        raise InvalidClientError(f"the client assertion does not hold: {listed}", problems)
    return Proof(platform, hashlib.sha256(claims["jti"].encode("ascii")).hexdigest(), claims["exp"])


def replayed() -> InvalidClientError:
    """Return the error for an assertion that has proven its platform before."""
    return InvalidClientError(
        "the client assertion has been used before: make one with a `jti` of its own for each request, "
        "also for one that is sent again"
    )


def _members(part: str, name: str) -> dict[str, Any]:
    try:
        members = strict_json.loads(from_base64url(part).decode("utf-8"))
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise InvalidClientError(f"the client assertion's {name} must be a JSON object in base64url, each member once")
    return members


def _header_mistake(header: Mapping[str, Any]) -> str | None:
    """What is wrong with a header. One that names a key of its own, or an extension, is refused unread."""
    for name in header:
        if name not in _HEADER_MEMBERS:
            return f"holds `{shown(name)}`: it takes `alg`, `kid` and `typ`, since jobpass.yaml says which key it is"
    if header.get("alg") not in ALGORITHMS:
        return f"needs `alg`: {' or '.join(ALGORITHMS)}, as the public key in jobpass.yaml says"
    if not isinstance(header.get("kid"), str):
        return "needs `kid`: that of the public key in jobpass.yaml"
    if "typ" in header and str(header["typ"]).lower() not in _TYPES:
        return "has another `typ` than `JWT`"
    return None


def _is_jti(value: object) -> bool:
    return isinstance(value, str) and _JTI.fullmatch(value) is not None


def _time_problems(claims: Mapping[str, Any], now: int) -> list[Problem]:
    """What is wrong with the times. JSON's `true` and `1e9` are no such numbers, though Python compares them."""
    named = [name for name in ("iat", "exp", "nbf") if name in claims or name != "nbf"]
    mistyped = [name for name in named if type(claims.get(name)) is not int]
    if mistyped:
        return [Problem(name, "must be a time in whole seconds since 1970") for name in mistyped]
    iat, exp, latest = claims["iat"], claims["exp"], now + CLOCK_TOLERANCE_SECONDS
    checks = (
        ("exp", exp > now, "is past: make the assertion right before the request"),
        ("exp", iat < exp <= iat + MAX_LIFETIME_SECONDS, f"must be 1 to {MAX_LIFETIME_SECONDS} seconds after `iat`"),
        ("iat", iat <= latest, "lies in the future: set the platform's clock"),
        ("nbf", claims.get("nbf", now) <= latest, "lies in the future: send the assertion later, or leave `nbf` out"),
    )
    return [Problem(name, text) for name, holds, text in checks if not holds]
