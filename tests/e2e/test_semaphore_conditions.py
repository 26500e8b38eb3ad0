"""A role that somebody wrote by Semaphore's guide: its conditions, its audience, the organisation's URL."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import ask_for_token, bearer, token_of

SEED = REPOSITORY.parent / "shared" / "seeds" / "semaphore-openid-connect-in-aws.md"
GUIDES_ISSUER = "acme.semaphoreci.com"
ORGANISATION = f"https://{GUIDES_ISSUER}"
# The guide has an audience here that is not the one which it has its reader give to the provider: a slip.
GUIDES_SLIP = "https://rtx.semaphoreci.com/"
SUBJECT = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"
CONDITIONS = {"StringEquals": {f"{GUIDES_ISSUER}:aud": ORGANISATION, f"{GUIDES_ISSUER}:sub": SUBJECT}}
DEV_BRANCH = {**MAIN_BRANCH, "ref": "refs/heads/dev"}
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


@pytest.fixture(scope="module")
def server(clients: Deployment) -> Platform:
    """The CI server."""
    return clients.platform()


@pytest.fixture(scope="module")
def role(clients: Deployment) -> Iterator[str]:
    """A role with the guide's conditions, for this issuer: it allows what the guide's readers know, and no tags."""
    yield from _role(clients, "by-semaphores-guide", CONDITIONS)


@pytest.fixture(scope="module")
def role_with_the_slip(clients: Deployment) -> Iterator[str]:
    """The same with the audience as the guide prints it."""
    changed = {"StringEquals": {**CONDITIONS["StringEquals"], f"{GUIDES_ISSUER}:aud": GUIDES_SLIP}}
    yield from _role(clients, "by-semaphores-slip", changed)


def _role(clients: Deployment, name: str, conditions: dict[str, Any]) -> Iterator[str]:
    provider = clients.output("OidcProviderArn")
    issuer = provider.partition(":oidc-provider/")[2]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": json.loads(json.dumps(conditions).replace(f"{GUIDES_ISSUER}:", f"{issuer}:")),
    }
    iam = clients.aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    yield str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])
    iam.delete_role(RoleName=name)


def assume(clients: Deployment, server: Platform, role_arn: str, job: Job) -> dict[str, Any]:
    """What STS gives a job for its token."""
    registered = server.register(job)
    assert job.audiences
    token = token_of(ask_for_token(clients, f"audience={job.audiences[0]}", bearer(registered)))
    answer: dict[str, Any] = clients.aws.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="semaphore-job-1", WebIdentityToken=token
    )
    return answer


def job(fields: dict[str, str], audience: str = ORGANISATION, aws_claims: str = "none") -> Job:
    """A job whose roles somebody else wrote."""
    return Job(fields, audiences=(audience,), roles=(), aws_claims=aws_claims)


def test_a_job_on_the_main_branch_is_trusted(clients: Deployment, server: Platform, role: str) -> None:
    answer = assume(clients, server, role, job(MAIN_BRANCH))
    assert (answer["Audience"], answer["SubjectFromWebIdentityToken"]) == (ORGANISATION, SUBJECT)


@pytest.mark.parametrize(
    "other",
    [
        job(DEV_BRANCH),
        job({**MAIN_BRANCH, "ref_type": "tag", "ref": "refs/tags/main"}),
        job({**MAIN_BRANCH, "repo": "api"}),
        job(MAIN_BRANCH, audience="sts.amazonaws.com"),
        # The role allows no sts:TagSession, which its author did not know of.
        job(MAIN_BRANCH, aws_claims="full"),
    ],
    ids=["another branch", "a tag", "another repository", "another audience", "session tags"],
)
def test_any_other_job_is_refused(clients: Deployment, server: Platform, role: str, other: Job) -> None:
    with pytest.raises(ClientError, match=NOT_AUTHORIZED):
        assume(clients, server, role, other)


def test_the_audience_that_the_guide_prints_by_mistake_is_refused(
    clients: Deployment, server: Platform, role_with_the_slip: str
) -> None:
    with pytest.raises(ClientError, match=NOT_AUTHORIZED):
        assume(clients, server, role_with_the_slip, job(MAIN_BRANCH))


@pytest.mark.skipif(not SEED.exists(), reason="Semaphore's guide does not lie beside this checkout")
def test_these_are_the_guides_conditions() -> None:
    guide = SEED.read_text()
    (printed,) = re.findall(r"``` json\n(.*?)```", guide, re.DOTALL)
    conditions = json.loads("{" + printed + "}")["Condition"]
    assert conditions["StringEquals"].pop(f"{GUIDES_ISSUER}:aud") == GUIDES_SLIP
    assert conditions == {"StringEquals": {f"{GUIDES_ISSUER}:sub": SUBJECT}}
    assert f"For the audience, set the full URL to your organization. Example: `{ORGANISATION}`" in guide
