"""GET /v1/credentials of the deployed stack: they work as the role and as nothing else, and who gets none."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from local.clients import Credentials
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from local.web import Answer
from tests.e2e.asking import bearer, problems_of, request
from tests.e2e.registering import DEPLOY, instant

RELEASE = "arn:aws:iam::000000000000:role/jobpass-web-release"
REPORT = "arn:aws:iam::000000000000:role/jobpass-nightly-report"
TAG = {**MAIN_BRANCH, "ref_type": "tag", "ref": "refs/tags/v1.0"}
FEATURE = {**MAIN_BRANCH, "ref": "refs/heads/feature"}


@pytest.fixture(scope="module")
def job(platform: Platform) -> Registration:
    """A job on the main branch with one role."""
    return platform.register(Job(MAIN_BRANCH))


def bare(registration: Registration) -> list[tuple[str, str]]:
    """The header as an SDK sends it."""
    return [("Authorization", registration.request_token)]


def ask(deployment: Deployment, headers: list[tuple[str, str]], query: str = "", method: str = "GET") -> Answer:
    """Ask for credentials with exactly this query and these headers."""
    url = f"{deployment.output('ApiUrl')}/v1/credentials"
    return request(deployment.web, method, f"{url}?{query}" if query else url, headers)


def drawn(answer: Answer) -> dict[str, str]:
    """The credentials of a grant, which nobody may keep."""
    assert answer.status == 200, answer.body
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert answer.headers.get_all("Content-Type") == ["application/json"]
    document: dict[str, str] = json.loads(answer.body)
    assert set(document) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration", "AccountId", "RoleArn"}
    return document


def refused(answer: Answer, registration: Registration, status: int, code: str) -> dict[str, Any]:
    """The error of a refusal, with what AWS SDKs read of it and without the job's secret."""
    assert answer.status == status, answer.body
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert registration.request_token.partition(".")[2].encode() not in answer.body
    document: dict[str, Any] = json.loads(answer.body)
    assert document["error"] == document["Code"] == code
    assert document["error_description"] == document["Message"]
    assert document["request_id"]
    return document


def identity(deployment: Deployment, credentials: dict[str, str]) -> str:
    """Who they are to STS."""
    used = Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["Token"])
    return str(deployment.aws.client("sts", used).get_caller_identity()["Arn"])


class TestGrants:
    """Credentials that work."""

    @pytest.mark.parametrize("header", [bare, bearer], ids=["bare", "bearer"])
    def test_they_are_those_of_the_role_under_a_name_that_leads_to_the_job(
        self, deployment: Deployment, job: Registration, header: Any
    ) -> None:
        credentials = drawn(ask(deployment, header(job)))
        assert (credentials["RoleArn"], credentials["AccountId"]) == (DEPLOY, "000000000000")
        session = f"ci-server-{job.job_id}"
        assert (
            identity(deployment, credentials) == f"arn:aws:sts::000000000000:assumed-role/jobpass-web-deploy/{session}"
        )

    def test_they_end_with_the_registration(self, deployment: Deployment, platform: Platform) -> None:
        """Which ends before the role's longest session and after the shortest of STS; a second is the clock's grain."""
        short = platform.register(Job(MAIN_BRANCH, expires_in_seconds=1800))
        end = instant(drawn(ask(deployment, bare(short)))["Expiration"])
        assert abs(end - instant(short.expires_at)) <= 5

    def test_a_job_near_its_end_gets_the_shortest_session_of_sts(
        self, deployment: Deployment, platform: Platform
    ) -> None:
        brief = platform.register(Job(MAIN_BRANCH, expires_in_seconds=60))
        end = instant(drawn(ask(deployment, bare(brief)))["Expiration"])
        assert 800 <= end - instant(brief.expires_at) <= 900

    def test_each_request_draws_anew(self, deployment: Deployment, job: Registration) -> None:
        first, second = (drawn(ask(deployment, bare(job))) for _ in range(2))
        assert first["AccessKeyId"] != second["AccessKeyId"]

    def test_a_role_that_requires_a_pin_gets_one(self, deployment: Deployment, platform: Platform) -> None:
        tagged = platform.register(Job(TAG, roles=("web-release",)))
        assert "/jobpass-web-release/" in identity(deployment, drawn(ask(deployment, bare(tagged))))

    def test_of_several_roles_the_job_names_one(self, deployment: Deployment, platform: Platform) -> None:
        both = platform.register(Job(MAIN_BRANCH, roles=("web-deploy", "web-release")))
        error = refused(ask(deployment, bare(both)), both, 400, "invalid_request")
        assert problems_of(error) == ["role_arn"]
        assert f"{DEPLOY}, {RELEASE}" in error["Message"]
        for encoded in (DEPLOY, quote(DEPLOY, safe="")):
            assert drawn(ask(deployment, bare(both), f"role_arn={encoded}"))["RoleArn"] == DEPLOY

    def test_another_platforms_job_gets_its_own_role(self, deployment: Deployment, nightly: Registration) -> None:
        name = identity(deployment, drawn(ask(deployment, bare(nightly)))).rpartition("/")[2]
        assert name == f"scheduler-{nightly.job_id}"


class TestRefusals:
    """Who gets none, and is told why."""

    def test_a_role_that_does_not_trust_the_job_is_explained(self, deployment: Deployment, platform: Platform) -> None:
        """STS says that it is not authorized, and no more."""
        feature = platform.register(Job(FEATURE))
        error = refused(ask(deployment, bare(feature)), feature, 403, "access_denied")
        assert error["Message"] == (
            "the role does not trust this job: `ref` is `refs/heads/feature`; the role wants `refs/heads/main`"
        )

    @pytest.mark.parametrize("arn", [RELEASE, REPORT, DEPLOY + "-evil", DEPLOY[:-1], DEPLOY.upper(), "*", ""])
    def test_a_role_that_is_not_the_jobs_is_refused(self, deployment: Deployment, job: Registration, arn: str) -> None:
        answer = ask(deployment, bare(job), f"role_arn={quote(arn, safe='')}")
        assert problems_of(refused(answer, job, 400, "invalid_target")) == ["role_arn"]

    def test_a_job_whose_audience_the_role_does_not_take_is_refused(
        self, deployment: Deployment, platform: Platform
    ) -> None:
        other = platform.register(Job(MAIN_BRANCH, audiences=("vault.example.com",)))
        error = refused(ask(deployment, bare(other)), other, 400, "invalid_target")
        assert "takes tokens for sts.amazonaws.com only" in error["Message"]

    def test_a_job_without_roles_is_refused(self, deployment: Deployment, platform: Platform) -> None:
        poor = platform.register(Job(MAIN_BRANCH, roles=()))
        refused(ask(deployment, bare(poor)), poor, 400, "invalid_target")

    def test_a_job_that_has_ended_is_refused(self, deployment: Deployment, platform: Platform) -> None:
        ended = platform.register(Job(MAIN_BRANCH))
        drawn(ask(deployment, bare(ended)))
        assert platform.end(ended.job_id).status == 200
        refused(ask(deployment, bare(ended)), ended, 401, "invalid_token")

    def test_a_job_whose_time_is_over_is_refused(self, deployment: Deployment, platform: Platform, later: None) -> None:
        over = platform.register(Job(MAIN_BRANCH, expires_in_seconds=60))
        deployment.embedded.clock.move(61)
        refused(ask(deployment, bare(over)), over, 401, "invalid_token")

    @pytest.fixture
    def later(self, deployment: Deployment) -> Iterator[None]:
        """Put the clock back."""
        yield
        deployment.embedded.clock.move(0)

    @pytest.mark.parametrize(
        "value", ["", "{secret}", "{job_id}", "{token}x", "Basic {token}", "Bearer", "{token},{token}", "{other}"]
    )
    def test_what_is_no_request_token_is_refused(self, deployment: Deployment, job: Registration, value: str) -> None:
        job_id, _, secret = job.request_token.partition(".")
        parts = {"token": job.request_token, "job_id": job_id, "secret": secret, "other": f"{'0' * 32}.{secret}"}
        answer = ask(deployment, [("Authorization", value.format(**parts))])
        refused(answer, job, 401, "invalid_token")

    @pytest.mark.parametrize("query", ["audience=sts.amazonaws.com", "duration_seconds=43200", "expires_in=43200"])
    def test_what_else_a_job_might_wish_is_refused(self, deployment: Deployment, job: Registration, query: str) -> None:
        refused(ask(deployment, bare(job), query), job, 400, "invalid_request")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
    def test_they_are_had_by_get_alone(self, deployment: Deployment, job: Registration, method: str) -> None:
        assert ask(deployment, bare(job), method=method).status in (403, 404, 405)
