"""What a registration answers of each role is what STS then does with the job's tokens, whatever the job is."""

import random

import pytest
from botocore.exceptions import ClientError

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of
from tests.e2e.registering import NIGHTLY

CI = {
    "project_id": [MAIN_BRANCH["project_id"]] * 3 + ["00000000-0000-4000-8000-000000000000"],
    "repo": ["web", "web", "web", "web2", "WEB"],
    "ref_type": ["branch", "branch", "tag", "tag", "pull-request"],
    "ref": ["refs/heads/main", "refs/heads/dev", "refs/tags/v1", "refs/tags/v", "refs/tags/w1", "refs/heads/main/x"],
}
SCHEDULED = {"team": ["data", "data", "ops"], "job": ["report", "report", "reports"], "run_id": ["run-1"]}
SEEDS = range(16)


def chosen(chance: random.Random, values: dict[str, list[str]], known: dict[str, str]) -> dict[str, str]:
    """A job's fields: mostly those of a job that some role trusts."""
    return {**known, **{name: chance.choice(each) for name, each in values.items() if chance.random() < 0.6}}


def refusal(deployment: Deployment, arn: str, token: str) -> str | None:
    """The code of what STS says, None where it hands out credentials."""
    try:
        deployment.aws.client("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="answered", WebIdentityToken=token
        )
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_answer_for_a_role_is_what_sts_does(
    seed: int, deployment: Deployment, platform: Platform, scheduler: Platform
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a choice that can be repeated
    if chance.random() < 0.7:
        asked, job = platform, Job(chosen(chance, CI, dict(MAIN_BRANCH)), roles=("web-deploy", "web-release"))
    else:
        asked = scheduler
        job = Job(chosen(chance, SCHEDULED, dict(NIGHTLY)), profile="nightly", roles=("nightly-report",))
    registered = asked.register(job)

    for name, said in registered.roles.items():
        # Pinned to the role, so that no role asks for more than the job can have.
        token = token_of(ask_for_token(deployment, f"{QUERY}&role_arn={said['arn']}", bearer(registered)))
        assert refusal(deployment, said["arn"], token) == (None if said["allowed"] else "AccessDenied"), (name, said)
        assert said["allowed"] is (said.get("obstacle") is None)
