"""Issuance: whether a job gets an ID token, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain.errors import (
    InvalidRequestError,
    InvalidTargetError,
    InvalidTokenError,
    Problem,
    TemporarilyUnavailableError,
)
from jobpass_issuer.domain.key_ring import KeyRing, SigningKey
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.request_token import NO_SECRET_SHA256, RequestToken

TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
ROLES_CLAIM = "https://aws.amazon.com/roles"
# What no profile may say: the standard claims, what STS reads, and `azp`, which STS would take in place of `aud`.
# What a profile may not say: the standard claims, those that change how STS reads a token, and AWS's own.
RESERVED_CLAIMS = frozenset({"iss", "sub", "aud", "iat", "nbf", "exp", "jti", "azp", "amr"}) | {
    TAGS_CLAIM,
    SOURCE_IDENTITY_CLAIM,
    ROLES_CLAIM,
}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a job asks for: one audience, at most one role to be pinned to, and how long the token should live."""

    audience: str
    role_arn: str | None = None
    expires_in_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long ID tokens live: unless a request says, and at the most."""

    default_seconds: int
    max_seconds: int


@dataclass(frozen=True, slots=True)
class Grant:
    """An ID token to be signed: its claim set, and the key that signs it."""

    registration: Registration
    key: SigningKey
    claims: Mapping[str, Any]


def authenticate(
    token: RequestToken, registration: Registration | None, ring: KeyRing | None, now: int
) -> Registration:
    """Return the registration that the request token proves a right to.

    Raises:
        InvalidTokenError: there is no such job, the secret is wrong (one answer for both), or the job has ended.
    """
    secret_sha256 = registration.secret_sha256 if registration else NO_SECRET_SHA256
    proven = token.proves(secret_sha256)
    if registration is None or not proven:
        raise InvalidTokenError(
            "the request token is unknown: register the job and use the request token of that answer"
        )
    if ring is not None and registration.registered_at < ring.void_before:
        # The table was restored: jobs that were ended since would live again in it.
        raise InvalidTokenError("the registration is void since the table was restored: register the job anew")
    if registration.ended_at is not None:
        raise InvalidTokenError("the job has ended, and its request token with it: register the job anew")
    if now >= registration.expires_at:
        raise InvalidTokenError(
            "the registration has expired: register the job anew, with a larger `expires_in_seconds` if it runs longer"
        )
    return registration


def decide(
    registration: Registration,
    ring: KeyRing | None,
    request: TokenRequest,
    *,
    issuer_url: str,
    lifetimes: Lifetimes,
    jti: str,
    now: int,
) -> Grant:
    """Return the grant for a job whose right is proven.

    Raises:
        InvalidTargetError: the audience or the role is not of the registration.
        InvalidRequestError: the lifetime asked for is not a positive number.
        TemporarilyUnavailableError: no signing key is active.
    """
    if request.audience not in registration.audiences:
        listed = ", ".join(registration.audiences)
        raise InvalidTargetError(
            f"audience: is not registered for this job; ask for one of: {listed}, or have the platform register it",
            [Problem("audience", "is not registered for this job")],
        )
    claims = {
        "iss": issuer_url,
        "aud": request.audience,
        "sub": registration.subject,
        **_times(registration, request, lifetimes, now),
        "jti": jti,
        **{name: value for name, value in registration.claims.items() if name not in RESERVED_CLAIMS},
        **_aws_claims(registration, request),
    }
    key = ring.active if ring else None
    if key is None:
        raise TemporarilyUnavailableError("no signing key is active; try again shortly", retry_after_seconds=5)
    return Grant(registration, key, claims)


def _times(registration: Registration, request: TokenRequest, lifetimes: Lifetimes, now: int) -> dict[str, int]:
    """The token's times: no longer than permitted, and never past the registration's own end."""
    if request.expires_in_seconds is not None and request.expires_in_seconds < 1:
        raise InvalidRequestError.of([Problem("expires_in", "must be a whole number of seconds, 1 or more")])
    lifetime = request.expires_in_seconds or lifetimes.default_seconds
    expires_at = min(now + min(lifetime, lifetimes.max_seconds), registration.expires_at)
    return {"iat": now, "nbf": now, "exp": expires_at}


def _aws_claims(registration: Registration, request: TokenRequest) -> dict[str, Any]:
    """What STS reads beside the standard claims where IAM knows the audience (IAM, "Pass session tags in AWS STS")."""
    if request.role_arn is not None and request.role_arn not in registration.roles:
        listed = ", ".join(registration.roles) or "none"
        raise InvalidTargetError(
            f"role_arn: is not a role of this registration, which has: {listed}; have the platform register it",
            [Problem("role_arn", "is not a role of this registration")],
        )
    if request.audience not in registration.aws_audiences:
        if request.role_arn is not None:
            text = "role_arn pins a token for AWS; its audience must be a client ID of the IAM provider"
            raise InvalidRequestError(text, [Problem("role_arn", text)])
        return {}
    claims: dict[str, Any] = {}
    if registration.aws_claims == "full":
        if registration.session_tags:
            tags = {name: [value] for name, value in registration.session_tags.items()}
            claims[TAGS_CLAIM] = {"principal_tags": tags}
        if registration.source_identity is not None:
            claims[SOURCE_IDENTITY_CLAIM] = registration.source_identity
    if request.role_arn is not None:
        claims[ROLES_CLAIM] = [request.role_arn]
    return claims
