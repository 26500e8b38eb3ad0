"""What `jobpass explain` says of real tokens at real roles is what STS then does, and what it foretells comes true."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.deployment import EXAMPLE_CONFIGURATION, Deployment
from local.folder import REPOSITORY
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of
from tests.e2e.registering import NIGHTLY

ROLE = "arn:aws:iam::000000000000:role/jobpass-{}".format
DEV = {**MAIN_BRANCH, "ref": "refs/heads/dev"}
TAG = {**MAIN_BRANCH, "ref_type": "tag", "ref": "refs/tags/v1"}
REF = "`ref` is `refs/heads/dev`; the role wants `refs/heads/main`"


@dataclass(frozen=True)
class Explained:
    """How the command ended, and its document."""

    status: int
    document: dict[str, Any]

    @property
    def cause(self) -> str:
        """What stands in the way."""
        return str(self.document["error"]["cause"])


def explain(deployment: Deployment, *arguments: str, token: str = "", stdin: str = "") -> Explained:
    """The command as a program of its own, in an environment that leads to the embedded AWS."""
    ran = subprocess.run(
        [sys.executable, "-m", "jobpass", "explain", *arguments, "--json"],
        env={"PATH": os.environ["PATH"], **deployment.embedded.variables(), "ID_TOKEN": token},
        cwd=REPOSITORY,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    for part in filter(None, token.split(".")):
        assert part not in ran.stdout
    return Explained(ran.returncode, json.loads(ran.stdout))


def assume(deployment: Deployment, role_arn: str, token: str) -> dict[str, str] | None:
    """What STS does: nothing to say where it hands out credentials, else its error."""
    try:
        deployment.aws.client("sts").assume_role_with_web_identity(
            RoleArn=role_arn, RoleSessionName="explained", WebIdentityToken=token
        )
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    return None


def both(deployment: Deployment, role_arn: str, token: str) -> Explained:
    """What explain says of a token at a role, which must be what STS does, error text and all."""
    explained = explain(deployment, role_arn, "--token-env", "ID_TOKEN", token=token)
    refusal = assume(deployment, role_arn, token)
    assert explained.status == (0 if refusal is None else 1), explained.document
    if refusal is not None:
        assert {name: explained.document["error"][name] for name in refusal} == refusal
    assert explained.document["unchecked"] == []
    return explained


def fetched(deployment: Deployment, job: Registration, query: str = QUERY) -> str:
    """An ID token of a job."""
    return token_of(ask_for_token(deployment, query, bearer(job)))


@pytest.fixture(scope="module")
def main_branch(platform: Platform) -> Registration:
    """A job that web-deploy trusts."""
    return platform.register(Job(MAIN_BRANCH))


@pytest.fixture(scope="module")
def release(platform: Platform) -> Registration:
    """A job that web-release trusts, with a pin."""
    return platform.register(Job(TAG, roles=("web-release",)))


def test_the_right_job_is_allowed(deployment: Deployment, main_branch: Registration) -> None:
    explained = both(deployment, ROLE("web-deploy"), fetched(deployment, main_branch))

    assert explained.document["session"]["tags"]


def test_another_branch_is_refused_by_its_field(deployment: Deployment, platform: Platform) -> None:
    token = fetched(deployment, platform.register(Job(DEV, roles=())))

    assert both(deployment, ROLE("web-deploy"), token).cause == REF


def test_a_role_that_wants_a_pin(deployment: Deployment, release: Registration) -> None:
    role = ROLE("web-release")

    assert "sts:RoleAuthorizedByIdp is `false`" in both(deployment, role, fetched(deployment, release)).cause
    assert both(deployment, role, fetched(deployment, release, f"{QUERY}&role_arn={role}")).status == 0


def test_a_token_pinned_to_another_role(deployment: Deployment, platform: Platform) -> None:
    job = platform.register(Job(MAIN_BRANCH, roles=("web-deploy", "web-release")))
    token = fetched(deployment, job, f"{QUERY}&role_arn={ROLE('web-release')}")

    assert "the token is pinned to" in both(deployment, ROLE("web-deploy"), token).cause


def test_another_audience(deployment: Deployment, platform: Platform) -> None:
    token = fetched(
        deployment, platform.register(Job(MAIN_BRANCH, audiences=("vault.example.com",))), "audience=vault.example.com"
    )

    assert "the provider's client IDs are `sts.amazonaws.com`" in both(deployment, ROLE("web-deploy"), token).cause


def test_tags_and_source_identity(deployment: Deployment, nightly: Registration) -> None:
    session = both(deployment, ROLE("nightly-report"), fetched(deployment, nightly)).document["session"]

    assert session["tags"] == {"team": NIGHTLY["team"], "job": NIGHTLY["job"]}
    assert session["source_identity"] == NIGHTLY["run_id"]


def test_a_job_of_another_profile(deployment: Deployment, nightly: Registration) -> None:
    explained = both(deployment, ROLE("web-deploy"), fetched(deployment, nightly))

    assert explained.cause == "`profile` is `nightly`; the role wants `ci`"


def test_a_role_that_is_not_there(deployment: Deployment, main_branch: Registration) -> None:
    both(deployment, ROLE("nobody"), fetched(deployment, main_branch))


def test_a_token_that_was_changed(deployment: Deployment, main_branch: Registration) -> None:
    head, claims, signature = fetched(deployment, main_branch).split(".")
    changed = ".".join([head, claims, ("B" if signature.startswith("A") else "A") + signature[1:]])

    assert "the signature is not that of the published key" in both(deployment, ROLE("web-deploy"), changed).cause


@pytest.mark.parametrize(("fields", "allowed"), [(MAIN_BRANCH, True), (DEV, False)], ids=["main", "dev"])
def test_a_preview_foretells_what_the_token_meets(
    fields: dict[str, str], allowed: bool, deployment: Deployment, platform: Platform
) -> None:
    given = [word for name, value in fields.items() for word in ("--field", f"{name}={value}")]
    foretold = [
        explain(deployment, role, "--profile", "ci", *given, "--config", str(EXAMPLE_CONFIGURATION))
        for role in ("web-deploy", ROLE("web-deploy"))
    ]
    registration = platform.register(Job(fields))
    answered = platform.look_at(registration.job_id).body.decode()
    foretold.append(explain(deployment, ROLE("web-deploy"), "--registration", "-", stdin=answered))

    met = both(deployment, ROLE("web-deploy"), fetched(deployment, registration))
    assert met.document["verdict"] == ("allowed" if allowed else "refused")
    assert [each.status for each in foretold] == [met.status] * 3
    if not allowed:
        assert [each.cause for each in foretold] == [REF] * 3
        assert registration.roles["web-deploy"]["obstacle"] == REF
    else:
        # Nobody can foretell the identifier that is each token's own source identity.
        assert foretold[1].document["session"] == met.document["session"] | {"source_identity": "jti-of-the-token"}
