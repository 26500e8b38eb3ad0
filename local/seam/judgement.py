"""The judgement of a web identity token: what the AWS Security Token Service checks before the trust policy.

Pure: the token, the OIDC provider, the JWK Set and the time come in, a proven identity or a refusal goes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.seam.jwk_set import select_key
from local.seam.refusal import RefusedError, invalid_token, not_validated
from local.seam.session_claims import SessionTags, authorized_by_issuer, session_tags, source_identity
from local.seam.signature import verifies
from local.seam.web_identity_token import audience_of, check_times, parse, require_claims, subject_of


@dataclass(frozen=True)
class Provider:
    """The IAM record that trusts an issuer."""

    arn: str
    client_ids: frozenset[str]


@dataclass(frozen=True)
class WebIdentity:
    """Who a token proves its bearer to be, and what it asks of the session.

    `issuer_name` is the issuer without its scheme, a trailing slash kept: the prefix of its condition keys.
    """

    provider_arn: str
    issuer_name: str
    subject: str
    audience: str
    original_audience: str | list[str]
    role_authorized_by_issuer: bool
    tags: SessionTags
    source_identity: str | None
    claims: Mapping[str, Any]


FindProvider = Callable[[str], Provider | None]
FetchJwkSet = Callable[[str], object]


def judge(
    token: str, *, role_arn: str, find_provider: FindProvider, fetch_jwk_set: FetchJwkSet, now: int
) -> WebIdentity:
    """Prove the token's identity for this role at `now` in Unix seconds; raises RefusedError as AWS words it.

    `find_provider` takes the token's `iss`, `fetch_jwk_set` too; the latter raises RefusedError itself.
    """
    unverified = parse(token)
    claims = unverified.claims
    require_claims(claims)
    check_times(claims, now)
    subject = subject_of(claims)
    audience, original_audience = audience_of(claims)
    issuer = claims["iss"]
    provider = find_provider(issuer) if isinstance(issuer, str) else None
    if provider is None:
        raise invalid_token(f"No OpenIDConnect provider found in your account for {issuer}")
    if not isinstance(audience, str) or audience not in provider.client_ids:
        raise not_validated()

    key = select_key(fetch_jwk_set(issuer), unverified.header)
    if not verifies(unverified.header["alg"], key, unverified.signing_input, unverified.signature):
        raise not_validated()

    return WebIdentity(
        provider_arn=provider.arn,
        issuer_name=issuer.removeprefix("https://"),
        subject=subject,
        audience=audience,
        original_audience=original_audience,
        role_authorized_by_issuer=authorized_by_issuer(claims, role_arn),
        tags=session_tags(claims),
        source_identity=source_identity(claims),
        claims=claims,
    )


def route(provider_id: str | None) -> None:
    """Refuse a request whose ProviderId sends an ID token to another kind of provider."""
    if not provider_id:
        return
    if provider_id == "www.amazon.com":
        raise invalid_token("Provided Token is not a Login With Amazon token")
    if provider_id == "graph.facebook.com":
        raise RefusedError(
            "IDPRejectedClaim",
            'graph.facebook.com rejected OAuth token with response "Bad signature" and code 190',
            403,
        )
    raise RefusedError(
        "AccessDenied",
        "Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens",
        403,
    )
