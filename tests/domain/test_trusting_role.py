"""A trusting role: its trust policy, and the obstacle that a job hears of, both from one definition."""

import json
from dataclasses import replace

import pytest

from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.trusting_role import Candidate, TrustingRole
from tests.domain.examples import CI, DEPLOY, DEPLOY_ARN, RELEASE, STS, VAULT

ISSUER = Issuer("https://oidc.example.com/api/")
PROVIDER = "arn:aws:iam::000000000000:oidc-provider/oidc.example.com/api/"
JOB = {"org": "acme", "repo": "web", "ref": "refs/heads/main"}


def test_an_exact_role_has_only_string_equals() -> None:
    assert DEPLOY.trust_policy(CI, ISSUER, PROVIDER) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
                "Condition": {
                    "StringEquals": {
                        "oidc.example.com/api/:aud": STS,
                        "oidc.example.com/api/:sub": "org:acme:repo:web:ref:refs/heads/main",
                    }
                },
            }
        ],
    }


def test_a_wildcard_and_a_pin_have_their_own_operators() -> None:
    (statement,) = RELEASE.trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"] == {
        "StringEquals": {"oidc.example.com/api/:aud": STS},
        "StringLike": {"oidc.example.com/api/:sub": "org:acme:repo:*:ref:refs/tags/*"},
        "Bool": {"sts:RoleAuthorizedByIdp": "true"},
    }


def test_several_audiences_are_a_list() -> None:
    (statement,) = replace(DEPLOY, audiences=(STS, VAULT)).trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"]["StringEquals"]["oidc.example.com/api/:aud"] == [STS, VAULT]


def test_a_role_has_its_arn_in_every_partition() -> None:
    assert DEPLOY.arn("aws", "000000000000") == DEPLOY_ARN
    assert DEPLOY.arn("aws-cn", "111122223333") == "arn:aws-cn:iam::111122223333:role/jobpass-deploy"


def test_nothing_stands_in_the_way_of_the_job_that_the_role_wants() -> None:
    assert DEPLOY.obstacle(Candidate("ci", JOB, (STS,))) is None
    assert DEPLOY.obstacle(Candidate("ci", {**JOB, "run_id": "x"}, (VAULT, STS))) is None
    assert RELEASE.obstacle(Candidate("ci", {**JOB, "ref": "refs/tags/v1"}, (STS,), roles=("release",))) is None


@pytest.mark.parametrize(
    ("profile", "fields", "audiences", "obstacle"),
    [
        ("nightly", JOB, (STS,), "`profile` is `nightly`; the role wants `ci`"),
        ("ci", {**JOB, "repo": "api"}, (STS,), "`repo` is `api`; the role wants `web`"),
        ("ci", {**JOB, "repo": "web2"}, (STS,), "`repo` is `web2`; the role wants `web`"),
        ("ci", {"repo": "web"}, (STS,), "`ref` is ``; the role wants `refs/heads/main`"),
        ("ci", JOB, (VAULT,), "`audiences` are `vault.example.com`; the role wants `sts.amazonaws.com`"),
    ],
)
def test_an_obstacle_names_the_field_and_both_values(
    profile: str, fields: dict[str, str], audiences: tuple[str, ...], obstacle: str
) -> None:
    assert DEPLOY.obstacle(Candidate(profile, fields, audiences)) == obstacle


@pytest.mark.parametrize("role", [DEPLOY, RELEASE], ids=["exact", "pinned"])
def test_a_role_survives_its_document_as_json(role: TrustingRole) -> None:
    assert TrustingRole.from_document(json.loads(json.dumps(role.to_document()))) == role
