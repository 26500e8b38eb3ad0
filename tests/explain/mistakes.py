"""The mistakes that people really make with web identities: what they see, and what lies behind it.

Each comes from the thread named; issuers, subjects and ARNs are made up. `says` is STS's text, `cause` and `remedy` are
what explain has to say in so many words, and `mended` is what the remedy changes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobpass.explain import Preview, Provider, Request, Unavailable
from tests.explain.account import ACCOUNT, CLAIMS, NAME, NOW, PROVIDER, URL, policy, statement, token
from tests.local.seam import signing

NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
NOT_VALIDATED = (
    "The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  "
    "please reference AssumeRoleWithWebIdentity documentation for requirements"
)
ASSUME = "sts:AssumeRoleWithWebIdentity"
SUB = f"{NAME}:sub"

GITHUB = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com", ("sts.amazonaws.com",))
ROTATED = {"keys": [signing.jwk("RS256", kid="2027-02")]}


@dataclass(frozen=True)
class Mistake:
    """One mistake: the token, the role and the call, and what is said of them."""

    name: str
    thread: str
    says: str
    cause: str
    remedy: str
    mended: Mapping[str, Any]
    claims: Mapping[str, Any] = field(default_factory=dict)
    trust: Mapping[str, Any] | None = None
    jwk_set: Any = None
    providers: Sequence[Provider] = (PROVIDER,)
    request: Request | None = None

    @property
    def remedied(self) -> "Mistake":
        """The same with the one thing changed."""
        return replace(self, **self.mended)

    @property
    def token(self) -> str | Preview:
        """The token, signed by the issuer; GitHub's tokens only as their claims. A claim that is None is absent."""
        claims = {name: value for name, value in {**CLAIMS, **self.claims}.items() if value is not None}
        return token(json.dumps(claims)) if claims["iss"].startswith(URL) else Preview(claims)


def _trusting(provider_arn: str, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return policy(statement(condition, {"Federated": provider_arn}, ASSUME))


def _trusting_github(condition: Mapping[str, Any]) -> dict[str, Any]:
    return _trusting(GITHUB.arn, condition)


def _github(claims: Mapping[str, Any], condition: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"iss": GITHUB.issuer, "aud": "sts.amazonaws.com"}
    return {"claims": usual | dict(claims), "trust": _trusting_github(condition), "providers": (GITHUB,)}


MISTAKES = (
    Mistake(
        "a pattern under StringEquals",
        "garden-io/garden#5977",
        NOT_AUTHORIZED,
        "StringEquals takes `*` and `?` for themselves",
        "write StringLike instead of StringEquals",
        {"trust": policy(statement({"StringLike": {SUB: "repo:acme/web:*"}}))},
        {"sub": "repo:acme/web:ref:refs/heads/main"},
        policy(statement({"StringEquals": {SUB: "repo:acme/web:*"}})),
    ),
    Mistake(
        "the owner's name in other capitals",
        "aws-actions/configure-aws-credentials#318",
        NOT_AUTHORIZED,
        "capital letters differ",
        "letter for letter",
        {"trust": _trusting_github({"StringLike": {f"{GITHUB.name}:sub": "repo:Acme/web:*"}})},
        **_github(
            {"sub": "repo:Acme/web:ref:refs/heads/main"},
            {"StringLike": {f"{GITHUB.name}:sub": "repo:acme/web:*"}},
        ),
    ),
    Mistake(
        "a job of an environment where the policy names a branch",
        "github/docs#28291",
        NOT_AUTHORIZED,
        "`repo:acme/web:environment:production`",
        "or write `repo:acme/web:environment:production` in the policy",
        {"trust": _trusting_github({"StringEquals": {f"{GITHUB.name}:sub": "repo:acme/web:environment:production"}})},
        **_github(
            {"sub": "repo:acme/web:environment:production"},
            {"StringEquals": {f"{GITHUB.name}:sub": "repo:acme/web:ref:refs/heads/main"}},
        ),
    ),
    Mistake(
        "a condition on a claim that AWS makes no key of",
        "windmill-labs/windmilldocs#635",
        NOT_AUTHORIZED,
        "is in the token, but AWS makes keys of amr, email, sub, aud, oaud alone",
        "put what `workspace` says into `sub`",
        {"trust": policy(statement({"StringLike": {SUB: "*::acme"}}))},
        {"sub": "a@acme.test::f/web/deploy::no_flow::acme", "workspace": "acme"},
        policy(statement({"StringEquals": {f"{NAME}:workspace": "acme"}})),
    ),
    Mistake(
        "session tags, and a role that does not allow them",
        "buildkite-plugins/aws-assume-role-with-web-identity-buildkite-plugin#18",
        NOT_AUTHORIZED,
        "the token carries session tags, and no statement of the trust policy allows sts:TagSession",
        "add sts:TagSession beside sts:AssumeRoleWithWebIdentity",
        {"trust": policy(statement(actions=[ASSUME, "sts:TagSession"]))},
        {"https://aws.amazon.com/tags": {"principal_tags": {"Team": ["web"]}}},
        policy(statement(actions=ASSUME)),
    ),
    Mistake(
        "an audience that is no client ID",
        "aws-actions/configure-aws-credentials#280",
        NOT_VALIDATED,
        "`aud` is `https://github.com/acme`; the provider's client IDs are `client-a`, `client-b`",
        "ask for the token with an audience of the provider",
        {"claims": {"aud": "client-a"}},
        {"aud": "https://github.com/acme"},
    ),
    Mistake(
        "a slash at the end of the issuer's URL",
        "aws/aws-sam-cli#7432",
        f"No OpenIDConnect provider found in your account for {URL}/",
        "a slash at the end differs",
        f"create a provider for `{URL}/`",
        {"providers": (Provider(f"{PROVIDER.arn}/", ("client-a",)),), "trust": _trusting(f"{PROVIDER.arn}/")},
        {"iss": f"{URL}/"},
    ),
    Mistake(
        "no audience in the token",
        "gitlab-org/gitlab#342243",
        "Missing a required claim: aud",
        "the token has no `aud`",
        "ask for the token with an audience",
        {"claims": {"aud": "client-a"}},
        {"aud": None},
    ),
    Mistake(
        "a token from the start of a long job",
        "aws/aws-sdk-java-v2#5709",
        f"Token expired: current date/time {NOW - 300} must be before the expiration date/time {NOW - 3000}",
        "the token ended 3000 s ago; STS takes it for 300 s after its `exp`",
        "fetch a new token right before the call",
        {"claims": {}},
        {"iat": NOW - 3600, "exp": NOW - 3000},
    ),
    Mistake(
        "an issuer that STS cannot reach",
        "jenkinsci/oidc-provider-plugin#2",
        NO_KEY,
        "STS cannot fetch the issuer's keys: its host issuer.example.test stands for 10.0.0.7 here",
        "make discovery document and JWK Set answer over public HTTPS within five seconds",
        {"jwk_set": signing.six_keys()},
        jwk_set=Unavailable("its host issuer.example.test stands for 10.0.0.7 here, which is not on the internet"),
    ),
    Mistake(
        "a key that was rotated away",
        "hashicorp/vault#11441",
        NO_KEY,
        "the token's `kid` is `RS256`; the JWK Set has `2027-02`",
        "publish the key before it signs",
        {"jwk_set": {"keys": [*ROTATED["keys"], signing.jwk("RS256")]}},
        jwk_set=ROTATED,
    ),
    Mistake(
        "a session longer than the role allows",
        "aws-actions/configure-aws-credentials#359",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "the session is to last 14400 s; the role allows 7200 s",
        "ask for at most 7200 s, or raise the role's maximum session duration",
        {"request": Request(duration_seconds=7200)},
        request=Request(duration_seconds=14400),
    ),
)
