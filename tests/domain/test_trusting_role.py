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


def test_alternatives_are_a_list_of_subjects() -> None:
    role = replace(DEPLOY, when=({"repo": "web", "ref": "refs/heads/main"}, {"repo": "api", "ref": "refs/heads/main"}))

    (statement,) = role.trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"]["StringEquals"]["oidc.example.com/api/:sub"] == [
        "org:acme:repo:web:ref:refs/heads/main",
        "org:acme:repo:api:ref:refs/heads/main",
    ]


def test_one_alternative_with_a_wildcard_makes_all_of_them_patterns() -> None:
    role = replace(DEPLOY, when=({"repo": "web", "ref": "refs/heads/main"}, {"ref": "refs/tags/*"}))

    (statement,) = role.trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"] == {
        "StringEquals": {"oidc.example.com/api/:aud": STS},
        "StringLike": {
            "oidc.example.com/api/:sub": ["org:acme:repo:web:ref:refs/heads/main", "org:acme:repo:*:ref:refs/tags/*"]
        },
    }


def test_tags_of_the_session_are_conditions_each_by_its_operator() -> None:
    role = replace(DEPLOY, session_tags={"Repo": "web", "Team": "data-*"})

    (statement,) = role.trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"]["StringEquals"]["aws:RequestTag/Repo"] == "web"
    assert statement["Condition"]["StringLike"] == {"aws:RequestTag/Team": "data-*"}


@pytest.mark.parametrize(
    ("tags", "identity", "actions"),
    [
        ({}, "none", "sts:AssumeRoleWithWebIdentity"),
        ({"Repo": "repo"}, "none", ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]),
        ({}, "{run_id}", ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"]),
        ({}, None, ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"]),
        ({"Repo": "repo"}, "x", ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]),
    ],
    ids=["neither", "tags", "source identity", "each token's own", "both"],
)
def test_a_role_permits_what_tokens_of_its_profile_carry_and_no_more(
    tags: dict[str, str], identity: str | None, actions: object
) -> None:
    profile = replace(CI, session_tags=tags, source_identity=identity)

    (statement,) = DEPLOY.trust_policy(profile, ISSUER, PROVIDER)["Statement"]

    assert statement["Action"] == actions


def test_several_audiences_are_a_list() -> None:
    (statement,) = replace(DEPLOY, audiences=(STS, VAULT)).trust_policy(CI, ISSUER, PROVIDER)["Statement"]

    assert statement["Condition"]["StringEquals"]["oidc.example.com/api/:aud"] == [STS, VAULT]


def test_a_role_has_its_arn_in_every_partition() -> None:
    assert DEPLOY.arn("aws", "000000000000") == DEPLOY_ARN
    assert DEPLOY.arn("aws-cn", "111122223333") == "arn:aws-cn:iam::111122223333:role/jobpass-deploy"


def test_a_role_of_another_account_is_in_that_whatever_the_issuers_is() -> None:
    role = replace(DEPLOY, account_id="222233334444", arn_path="jobs/nightly/jobpass-deploy")

    assert role.arn("aws", "000000000000") == "arn:aws:iam::222233334444:role/jobs/nightly/jobpass-deploy"
    assert (role.path, role.role_name) == ("/jobs/nightly/", "jobpass-deploy")
    assert (DEPLOY.path, DEPLOY.role_name) == ("/", "jobpass-deploy")


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


ALTERNATIVES = replace(
    DEPLOY,
    when=(
        {"repo": "web", "ref": "refs/heads/main"},
        {"repo": "api", "ref": "refs/heads/main"},
        {"repo": "web", "ref": "refs/tags/v*"},
    ),
)


@pytest.mark.parametrize(
    ("repo", "ref", "obstacle"),
    [
        ("web", "refs/heads/main", None),
        ("api", "refs/heads/main", None),
        ("web", "refs/tags/v1", None),
        ("api", "refs/tags/v1", "`ref` is `refs/tags/v1`; the role wants `refs/heads/main`"),
        ("api", "refs/heads/x", "`ref` is `refs/heads/x`; the role wants `refs/heads/main`"),
        ("web", "refs/heads/x", "`ref` is `refs/heads/x`; the role wants one of `refs/heads/main`, `refs/tags/v*`"),
        ("cli", "refs/heads/main", "`repo` is `cli`; the role wants one of `web`, `api`"),
        ("cli", "refs/heads/x", "`repo` is `cli`; the role wants `web`"),
    ],
)
def test_an_obstacle_is_that_of_the_alternative_that_comes_closest(repo: str, ref: str, obstacle: str | None) -> None:
    assert ALTERNATIVES.obstacle(Candidate("ci", {"org": "acme", "repo": repo, "ref": ref}, (STS,))) == obstacle


@pytest.mark.parametrize(
    ("tags", "obstacle"),
    [
        ({"Team": "data-eng"}, None),
        ({"Team": "ops"}, "the session tag `Team` is `ops`; the role wants `data-*`"),
        ({}, "the session tag `Team` is absent; the role wants `data-*`"),
    ],
)
def test_a_tag_that_is_absent_or_another_is_an_obstacle(tags: dict[str, str], obstacle: str | None) -> None:
    role = replace(DEPLOY, session_tags={"Team": "data-*"})

    assert role.obstacle(Candidate("ci", JOB, (STS,), tags)) == obstacle


def test_a_job_that_cannot_be_pinned_to_a_role_that_wants_it_is_told() -> None:
    job = {**JOB, "ref": "refs/tags/v1"}

    assert RELEASE.obstacle(Candidate("ci", job, (STS,))) == (
        "`roles` are none; the role wants tokens that are pinned to `release`"
    )
    assert RELEASE.obstacle(Candidate("ci", job, (STS,), roles=("deploy",))) == (
        "`roles` are `deploy`; the role wants tokens that are pinned to `release`"
    )


@pytest.mark.parametrize("role", [DEPLOY, RELEASE, ALTERNATIVES], ids=["exact", "pinned", "alternatives"])
def test_a_role_survives_its_document_as_json(role: TrustingRole) -> None:
    assert TrustingRole.from_document(json.loads(json.dumps(role.to_document()))) == role
