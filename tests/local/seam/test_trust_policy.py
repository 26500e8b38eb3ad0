"""What a role's trust policy sees of a web identity, and what the session then is."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import NOT_AUTHORIZED, ask, numbers, token, told
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer

TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


@pytest.mark.parametrize(
    ("operator", "key", "good", "bad"),
    [
        ("StringEquals", "{issuer}:sub", "org:acme:ref:main", "org:acme:ref:other"),
        ("StringLike", "{issuer}:sub", "org:acme:*", "org:acm:*"),
        ("StringEquals", "{issuer}:aud", "client-a", "client-b"),
        ("StringEquals", "{issuer}:oaud", "client-a", "client-b"),
        ("StringEquals", "{issuer}:email", "a@example.com", "b@example.com"),
        ("ForAnyValue:StringEquals", "{issuer}:amr", "strong", "weak"),
        ("StringEquals", "aws:RequestTag/Team", "web", "api"),
        ("ForAllValues:StringEquals", "aws:TagKeys", "Team", "Job"),
        ("StringEquals", "sts:SourceIdentity", "run-7", "run-8"),
        ("StringEquals", "sts:RoleSessionName", "decision", "other"),
        ("Bool", "sts:RoleAuthorizedByIdp", "false", "true"),
    ],
)
def test_a_condition_key_is_filled(operator: str, key: str, good: str, bad: str, federation: Federation) -> None:
    key = key.format(issuer=federation.url.removeprefix("https://"))
    claims = {
        "email": "a@example.com",
        "amr": ["strong", "otp"],
        TAGS: {"principal_tags": {"Team": ["web"]}},
        SOURCE_IDENTITY: "run-7",
    }

    assert ask(federation, federation.policy({operator: {key: good}}), claims).allowed
    assert told(ask(federation, federation.policy({operator: {key: bad}}), claims)) == NOT_AUTHORIZED


def test_aud_is_azp_where_present_and_oaud_is_the_audience_itself(federation: Federation) -> None:
    name = federation.url.removeprefix("https://")
    claims = {"aud": "another", "azp": "client-b"}

    both = {"StringEquals": {f"{name}:aud": "client-b", f"{name}:oaud": "another"}}
    assert ask(federation, federation.policy(both), claims).allowed
    assert not ask(federation, federation.policy({"StringEquals": {f"{name}:aud": "another"}}), claims).allowed


@pytest.mark.parametrize("key", ["ref", "jti", "iss"])
def test_a_claim_that_aws_does_not_map_is_an_absent_key(key: str, federation: Federation) -> None:
    name = federation.url.removeprefix("https://")
    claims = {"ref": "main", "jti": "7"}

    assert ask(federation, federation.policy({"Null": {f"{name}:{key}": "true"}}), claims).allowed
    assert not ask(federation, federation.policy({"StringLike": {f"{name}:{key}": "*"}}), claims).allowed


@pytest.mark.parametrize(
    ("claim", "value", "action"),
    [
        (TAGS, {"principal_tags": {"Team": ["web"]}}, "sts:TagSession"),
        (SOURCE_IDENTITY, "run-7", "sts:SetSourceIdentity"),
    ],
)
def test_tags_and_source_identity_need_their_action(
    claim: str, value: object, action: str, federation: Federation
) -> None:
    assume = "sts:AssumeRoleWithWebIdentity"

    assert told(ask(federation, federation.policy(actions=[assume]), {claim: value})) == NOT_AUTHORIZED
    assert told(ask(federation, federation.policy(actions=[action]), {claim: value})) == NOT_AUTHORIZED
    assert ask(federation, federation.policy(actions=[assume, action]), {claim: value}).allowed
    assert ask(federation, federation.policy(actions=[assume]), {}).allowed


def test_a_denial_of_tagging_denies_tokens_with_tags_alone(federation: Federation) -> None:
    policy = federation.policy()
    policy["Statement"].append({**policy["Statement"][0], "Effect": "Deny", "Action": "sts:TagSession"})

    assert not ask(federation, policy, {TAGS: {"principal_tags": {"Team": ["web"]}}}).allowed
    assert ask(federation, policy).allowed


def test_a_statement_of_every_action_but_tagging_takes_tokens_without_tags(federation: Federation) -> None:
    policy = federation.policy()
    del policy["Statement"][0]["Action"]
    policy["Statement"][0]["NotAction"] = ["sts:TagSession"]

    assert ask(federation, policy).allowed
    assert told(ask(federation, policy, {TAGS: {"principal_tags": {"Team": ["web"]}}})) == NOT_AUTHORIZED


@pytest.mark.parametrize(
    "policy",
    [{}, {"Statement": []}, {"Statement": "all"}, {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}],
)
def test_a_policy_that_says_nothing_of_the_provider_trusts_nobody(
    policy: dict[str, Any], federation: Federation
) -> None:
    assert told(ask(federation, policy)) == NOT_AUTHORIZED


@pytest.mark.parametrize("resource", ["role/absent", "role/path/{name}", "role/{NAME}"])
def test_a_role_that_is_not_there_is_refused_as_a_trust_policy_refuses(resource: str, federation: Federation) -> None:
    name = f"known-{next(numbers)}"
    known = federation.role(name, federation.policy())
    other = f"arn:aws:iam::{federation.account}:{resource.format(name=name, NAME=name.upper())}"

    outcome = federation.assume(other, token(federation.url), signing.six_keys())

    assert told(outcome) == NOT_AUTHORIZED
    assert outcome.status == 403
    assert federation.assume(known, token(federation.url)).allowed


def test_the_provider_of_the_roles_own_account_counts(emulator: Emulator, issuer: HttpsIssuer) -> None:
    url = f"https://a{next(numbers)}.issuer.test"
    trusting = Federation(emulator, issuer, url)
    other = Federation(emulator, issuer, url, account="111122223333")
    trusting.trust()

    refused = other.assume(other.role("foreign", other.policy()), token(url), signing.six_keys())
    assert told(refused) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {url}")
    other.trust()
    granted = other.assume(other.role_arn("foreign"), token(url))
    assert granted.answer["Provider"] == other.provider
    identity = emulator.session_client("sts", granted.answer["Credentials"]).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::111122223333:assumed-role/foreign/decision"


def test_an_issuer_with_and_without_its_last_slash_are_two(emulator: Emulator, issuer: HttpsIssuer) -> None:
    url = f"https://a{next(numbers)}.issuer.test/api/oidc"
    slashed = Federation(emulator, issuer, f"{url}/")
    slashed.trust()
    role = slashed.role(
        f"slashed-{next(numbers)}",
        slashed.policy({"StringEquals": {f"{slashed.url.removeprefix('https://')}:sub": "org:acme:ref:main"}}),
    )

    assert slashed.assume(role, token(slashed.url), signing.six_keys()).allowed
    refused = slashed.assume(role, token(url))
    assert told(refused) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {url}")


def test_session_tags_are_principal_tags_of_the_session(emulator: Emulator, federation: Federation) -> None:
    iam, s3 = emulator.client("iam"), emulator.client("s3")
    role = federation.role(f"tagged-{next(numbers)}", federation.policy()).rpartition("/")[2]
    bucket = f"tagged-{next(numbers)}"
    s3.create_bucket(Bucket=bucket)
    allow = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "web"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Condition": condition}]})
    iam.put_role_policy(RoleName=role, PolicyName="list", PolicyDocument=document)

    def list_as(team: str) -> None:
        claims = {TAGS: {"principal_tags": {"Team": [team]}}}
        granted = federation.assume(federation.role_arn(role), token(federation.url, **claims), signing.six_keys())
        emulator.session_client("s3", granted.answer["Credentials"]).list_objects_v2(Bucket=bucket)

    list_as("web")
    with pytest.raises(ClientError, match="AccessDenied"):
        list_as("api")


def test_a_session_policy_narrows_the_session(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"narrowed-{next(numbers)}", federation.policy()).rpartition("/")[2]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    emulator.client("iam").put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(everything))
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

    granted = federation.assume(
        federation.role_arn(role), token(federation.url), signing.six_keys(), Policy=json.dumps(narrow)
    )

    credentials = granted.answer["Credentials"]
    assert emulator.session_client("s3", credentials).list_buckets()["Buckets"] is not None
    with pytest.raises(ClientError, match="AccessDenied"):
        emulator.session_client("iam", credentials).list_roles()
