"""The whole way of a token through STS and IAM, as one pure function.

The order of the checks is STS's where it was observed: the roles claim comes before the trust policy. NOTE: for the
others only the outcome of each by itself was; they stand in the order in which they need one another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobpass.explain.chain import Chain, RefusedError
from jobpass.explain.condition_keys import ConditionKeys, condition_keys
from jobpass.explain.federation import Provider, Request, Role, is_role_arn
from jobpass.explain.iam_acceptance import refused_policy
from jobpass.explain.jwk_set import wrong_key
from jobpass.explain.observations import notes
from jobpass.explain.policy_document import PolicyError, read_policy
from jobpass.explain.provider_lookup import find_provider
from jobpass.explain.quoting import quoted
from jobpass.explain.refusal import Refusal
from jobpass.explain.required_claims import claim_text, missing_claim
from jobpass.explain.roles_claim import wrong_role
from jobpass.explain.session_request import session_seconds, too_long, wrong_parameter, wrong_provider_id
from jobpass.explain.session_tags import session_tags, source_identity
from jobpass.explain.token_audience import audience, wrong_audience
from jobpass.explain.token_times import wrong_time
from jobpass.explain.trust_obstacle import not_found, trust_obstacle
from jobpass.explain.trust_policy import TrustResult, evaluate, needed_actions
from jobpass.explain.verdict import Session, Verdict
from jobpass.explain.web_identity_token import WebIdentityToken, parse


@dataclass(frozen=True, slots=True)
class Preview:
    """A claim set that no token carries yet: times that it lacks are taken to be right, and it has no signature."""

    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """What the role's account holds: its OIDC providers, and the role, None where there is none of this ARN."""

    role_arn: str
    role: Role | None
    providers: Sequence[Provider]

    def __post_init__(self) -> None:
        if not is_role_arn(self.role_arn):
            raise ValueError(f"{self.role_arn}: write the ARN of a role, arn:aws:iam::<account>:role/<name>")

    @classmethod
    def of(cls, role: Role, providers: Sequence[Provider]) -> "Account":
        """Return the account of a role that is there."""
        return cls(role.arn, role, providers)


def explain(
    token: str | Preview,
    account: Account,
    *,
    now: int,
    jwk_set: object = None,
    request: Request | None = None,
) -> Verdict:
    """Return what STS answers to AssumeRoleWithWebIdentity, and why.

    `now` is in Unix seconds; `jwk_set` is the issuer's: its parsed JSON, whatever that is, `Unavailable` where
    it could not be fetched, None where it was not looked at.
    """
    way = _Way(account, request or Request(), now)
    try:
        return way.go(token, jwk_set)
    except RefusedError:
        return Verdict(tuple(way.chain.checks), notes=notes(way.chain.checks, None, None))


class _Way:
    def __init__(self, account: Account, request: Request, now: int) -> None:
        self.account, self.request, self.now = account, request, now
        self.chain = Chain()

    def go(self, token: str | Preview, jwk_set: object) -> Verdict:
        self.chain.check("parameters", wrong_parameter(self.request), "session name and duration are of the right form")
        self.chain.check("provider parameter", wrong_provider_id(self.request), "no ProviderId is sent")
        parsed = self._parsed(token)
        claims = self._claims(token, parsed)
        self.chain.check("times", wrong_time(claims, self.now), "iat, nbf and exp are right, within 300 s")
        wanted = self.chain.require("audience", audience(claims), "the token is for one audience")
        issuer = claims["iss"]
        found = find_provider(issuer, self.account.providers, self.account.role_arn.split(":")[4])
        provider = self.chain.require("provider", found, f"the account has an OIDC provider for {quoted(issuer)}")
        self.chain.check(
            "client IDs", wrong_audience(claims, wanted, provider), f"{quoted(wanted)} is a client ID of the provider"
        )
        self._signature(parsed, jwk_set)
        self.chain.check(
            "roles claim", wrong_role(claims, self.account.role_arn), "the token is pinned to this role, or to none"
        )
        tags = self.chain.require(
            "session tags", session_tags(claims), "the tags claim is of the right form, or absent"
        )
        source = self.chain.require(
            "source identity", source_identity(claims), "the source identity is of the right form, or absent"
        )
        session = Session(
            claim_text(claims["sub"]), wanted, provider.arn, session_seconds(self.request), tags.tags, source
        )
        keys = condition_keys(
            claims,
            provider=provider,
            audience=wanted,
            role_arn=self.account.role_arn,
            request=self.request,
            tags=tags,
            source_identity=source,
            now=self.now,
        )
        result = self._trust(claims, provider, session, keys)
        unacceptable = refused_policy(self.account.role.trust_policy) if self.account.role else None
        told = notes(self.chain.checks, result, unacceptable)
        return Verdict(tuple(self.chain.checks), result, session, keys, told)

    def _parsed(self, token: str | Preview) -> WebIdentityToken | None:
        if isinstance(token, Preview):
            self.chain.skip("token form", "there is no token yet")
            return None
        return self.chain.require("token form", parse(token), "it is a signed JWT")

    def _claims(self, token: str | Preview, parsed: WebIdentityToken | None) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = parsed.unverified_claims if parsed else {}
        if isinstance(token, Preview):
            claims = {"iat": self.now, "exp": self.now + 300, **token.claims}
        return self.chain.require(
            "required claims", missing_claim(claims) or claims, "iss, sub, aud, iat, exp are there"
        )

    def _signature(self, parsed: WebIdentityToken | None, jwk_set: object) -> None:
        if parsed is None or jwk_set is None:
            self.chain.skip(
                "signature", "the issuer's JWK Set was not looked at" if parsed else "there is no token yet"
            )
        else:
            self.chain.check("signature", wrong_key(parsed, jwk_set), "a published key verifies the signature")

    def _trust(
        self, claims: Mapping[str, Any], provider: Provider, session: Session, keys: ConditionKeys
    ) -> TrustResult:
        role = self.account.role
        if role is None:
            raise self._refused("trust policy", not_found())
        try:
            policy = read_policy(role.trust_policy)
        except PolicyError as error:
            raise self._refused("trust policy", refused_policy(role.trust_policy)) from error
        needed = needed_actions(tags=bool(session.tags), source_identity=session.source_identity is not None)
        result = evaluate(policy, provider, needed, keys)
        self.chain.check("trust policy", trust_obstacle(result, provider, claims), f"it allows {', '.join(needed)}")
        self.chain.check("session length", too_long(self.request, role), f"{session.seconds} s are within the maximum")
        return result

    def _refused(self, name: str, refusal: Refusal | None) -> RefusedError:
        self.chain.check(name, refusal, "")
        return RefusedError(name)
