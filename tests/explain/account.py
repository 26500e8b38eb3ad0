"""One account that trusts one issuer, at one moment: what the tests present tokens to."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jobpass.explain import Account, Preview, Provider, Request, Role, Verdict, explain
from tests.local.seam import signing

NOW = 1_800_000_000
ACCOUNT = "111122223333"
URL = "https://issuer.example.test/jobs"
NAME = URL.removeprefix("https://")
PROVIDER = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{NAME}", ("client-a", "client-b"))
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/decision"
OTHER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/other"
ACTIONS = ("sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity")

HEADER = {"alg": "RS256", "kid": "RS256", "typ": "JWT"}
CLAIMS: Mapping[str, Any] = {
    "iss": URL,
    "aud": "client-a",
    "sub": "subject-probe",
    "iat": NOW - 10,
    "exp": NOW + 900,
}


def statement(
    condition: Mapping[str, Any] | None = None,
    principal: Any = None,
    actions: str | Sequence[str] = ACTIONS,
    effect: str = "Allow",
) -> dict[str, Any]:
    """One statement for the provider, under no condition unless given."""
    made: dict[str, Any] = {
        "Effect": effect,
        "Principal": principal or {"Federated": PROVIDER.arn},
        "Action": actions if isinstance(actions, str) else list(actions),
    }
    return made | ({} if condition is None else {"Condition": condition})


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A trust policy; of one statement without a condition unless given."""
    return {"Version": "2012-10-17", "Statement": list(statements) or [statement()]}


def token(claims: Mapping[str, Any] | str | None = None, header: Mapping[str, Any] = HEADER, by: str = "own") -> str:
    """A signed token with claims beside the usual ones, or with a claim set's text as it is."""
    text = claims if isinstance(claims, str) else json.dumps({**CLAIMS, **(claims or {})})
    return signing.token(header, text, by)


def present(
    given: str | Preview,
    trust: Mapping[str, Any] | None = None,
    *,
    jwk_set: Any = None,
    request: Request | None = None,
    providers: Sequence[Provider] = (PROVIDER,),
    role_arn: str = ROLE_ARN,
    max_session_seconds: int = 7200,
) -> Verdict:
    """Present a token to a role with a trust policy."""
    role = Role(role_arn, policy() if trust is None else trust, max_session_seconds)
    return explain(
        given,
        Account.of(role, providers),
        now=NOW,
        jwk_set=signing.six_keys() if jwk_set is None else jwk_set,
        request=request,
    )


def preview(claims: Mapping[str, Any], trust: Mapping[str, Any] | None = None, **others: Any) -> Verdict:
    """Present claims beside the usual ones that no token carries."""
    return present(Preview({**CLAIMS, **claims}), trust, **others)


def called(parameters: Mapping[str, Any]) -> Request:
    """A call described by the names of the API."""
    return Request(
        session_name=parameters.get("RoleSessionName", "decision"),
        duration_seconds=parameters.get("DurationSeconds"),
        provider_id=parameters.get("ProviderId"),
    )


def filled(document: Any, names: Mapping[str, str]) -> Any:
    """A document with each name replaced by what it stands for."""
    text = json.dumps(document)
    for name, value in names.items():
        text = text.replace(name, value)
    return json.loads(text)
