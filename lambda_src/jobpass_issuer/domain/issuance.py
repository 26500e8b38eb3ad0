"""Issuance: whether a job gets an ID token, and what it says."""

from collections.abc import Mapping, Sequence
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
from jobpass_issuer.domain.registration import EACH_TOKENS_JTI, Registration
from jobpass_issuer.domain.request_token import NO_SECRET_SHA256, RequestToken
from jobpass_issuer.domain.reserved_claims import is_reserved
from jobpass_issuer.domain.standing import Entitlement, RoleTerms

TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
ROLES_CLAIM = "https://aws.amazon.com/roles"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a job asks for: an audience, at most one role to be pinned to, and how long the token should live.

    Without an audience the token is for the registration's default one.
    """

    audience: str | None = None
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
    entitlement: Entitlement,
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
        InvalidRequestError: no audience is named and there is no default, or the lifetime is not a positive number.
        TemporarilyUnavailableError: no signing key is active.
    """
    registration = entitlement.registration
    audience = _audience(entitlement, request.audience)
    claims = {
        "iss": issuer_url,
        "aud": audience,
        "sub": registration.subject,
        **_times(registration, request, lifetimes, now),
        "jti": jti,
        **{name: value for name, value in registration.claims.items() if not is_reserved(name)},
        **_aws_claims(entitlement, audience, request.role_arn, jti),
    }
    key = ring.active if ring else None
    if key is None:
        raise TemporarilyUnavailableError("no signing key is active; try again shortly", retry_after_seconds=5)
    return Grant(registration, key, claims)


def _audience(entitlement: Entitlement, wanted: str | None) -> str:
    """The audience asked for, or the registration's default one."""
    listed = ", ".join(entitlement.audiences) or "none any more"
    audience = entitlement.registration.default_audience if wanted is None else wanted
    if audience is None:
        text = f"is missing: append `&audience=<whom the token is for>` to the request URL; this job has: {listed}"
        raise InvalidRequestError.of([Problem("audience", text)])
    if audience not in entitlement.audiences:
        raise InvalidTargetError(
            f"audience: is not registered for this job; ask for one of: {listed}, or have the platform register it",
            [Problem("audience", "is not registered for this job")],
        )
    return audience


def _times(registration: Registration, request: TokenRequest, lifetimes: Lifetimes, now: int) -> dict[str, int]:
    """The token's times: no longer than permitted, and never past the registration's own end."""
    if request.expires_in_seconds is not None and request.expires_in_seconds < 1:
        raise InvalidRequestError.of([Problem("expires_in", "must be a whole number of seconds, 1 or more")])
    usual = registration.token_lifetime_seconds or lifetimes.default_seconds
    lifetime = min(request.expires_in_seconds or usual, lifetimes.max_seconds)
    return {"iat": now, "nbf": now, "exp": min(now + lifetime, registration.expires_at)}


def role_terms(entitlement: Entitlement, role_arn: str) -> RoleTerms:
    """Return the terms of a role that the registration may use.

    Raises:
        InvalidTargetError: it may not, or may no longer.
    """
    terms = entitlement.roles.get(role_arn)
    if terms is None:
        listed = ", ".join(entitlement.roles) or "none"
        raise InvalidTargetError(
            f"role_arn: is not a role of this registration, which has: {listed}; have the platform register it",
            [Problem("role_arn", "is not a role of this registration")],
        )
    return terms


def _aws_claims(entitlement: Entitlement, audience: str, role_arn: str | None, jti: str) -> dict[str, Any]:
    """What STS reads beside the standard claims, where IAM knows the audience."""
    registration = entitlement.registration
    if role_arn is not None:
        role_terms(entitlement, role_arn)
    if audience in entitlement.aws_audiences:
        pins = [role_arn] if role_arn is not None else _pins(entitlement) if registration.pinned else []
        return aws_claims(registration, pins, jti)
    if role_arn is not None:
        text = "role_arn pins a token for AWS; its audience must be a client ID of the IAM provider"
        raise InvalidRequestError(text, [Problem("role_arn", text)])
    return {}


def aws_claims(registration: Registration, pins: Sequence[str], jti: str) -> dict[str, Any]:
    """Return the claims for STS of a token that is pinned to these roles, or to none where there are none.

    Its `jti` is the source identity where registration and profile leave that free: CloudTrail then names the token in
    everything that the session does.

    IAM user guide, "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed roles".
    """
    claims: dict[str, Any] = {}
    if registration.aws_claims == "full":
        if registration.session_tags:
            tags: dict[str, Any] = {
                "principal_tags": {name: [value] for name, value in registration.session_tags.items()}
            }
            if registration.transitive_tags:
                tags["transitive_tag_keys"] = list(registration.transitive_tags)
            claims[TAGS_CLAIM] = tags
        if registration.source_identity is not None:
            own = registration.source_identity == EACH_TOKENS_JTI
            claims[SOURCE_IDENTITY_CLAIM] = jti if own else registration.source_identity
    if pins:
        claims[ROLES_CLAIM] = list(pins)
    return claims


def _pins(entitlement: Entitlement) -> list[str]:
    """The roles that a registration pins every token to; without any, such a token would reach every role."""
    if not entitlement.roles:
        raise InvalidTargetError("the roles that this job is pinned to are no longer its platform's: register it anew")
    return list(entitlement.roles)
