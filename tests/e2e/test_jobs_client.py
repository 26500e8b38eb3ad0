"""The platform's client against the deployed API: both ways of signing, grants, and refusals in the API's words."""

from collections.abc import Mapping

import boto3
import pytest

from jobpass.errors import RefusedError
from jobpass.platform import Jobs, RequestRefusedError, RoleAnswer
from local.clients import Credentials
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Registration, platform_role
from tests.e2e.asking import QUERY, ask_for_token, token_of, unverified
from tests.e2e.build_host import KID, NAME, BuildHost

ROLE = "PlatformCiServerInvocationRoleArn"


def reach(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process reach the embedded AWS and the API, with no credentials of its own."""
    for name, value in deployment.embedded.variables().items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def session_of(credentials: Credentials, region: str) -> boto3.Session:
    """A platform's own credentials, as it hands them to the client."""
    return boto3.Session(
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        region_name=region,
    )


def jobs_of(deployment: Deployment, role_arn: str) -> Jobs:
    """A client of the CI server's own role, which may assume the CI server's invocation role alone."""
    own = platform_role(deployment.aws, deployment.output(ROLE))
    return Jobs(
        deployment.output("ApiUrl"), invocation_role_arn=role_arn, session=session_of(own, deployment.aws.region)
    )


def subject_of_token(deployment: Deployment, request_token: str) -> str:
    """The subject of a token that the job fetches."""
    answer = ask_for_token(deployment, f"api-version=1&{QUERY}", [("Authorization", f"Bearer {request_token}")])
    return str(unverified(token_of(answer))[1]["sub"])


def registered_and_ended(jobs: Jobs, deployment: Deployment, fields: Mapping[str, str]) -> None:
    """Register a job that gets a token, and end it."""
    named = {"audiences": ["sts.amazonaws.com"], "roles": ["web-deploy"], "expires_in_seconds": 600}
    with jobs.registered("ci", fields, **named) as job:
        assert (job.roles["web-deploy"].allowed, job.refused_roles) == (True, {})
        assert subject_of_token(deployment, job.variables()["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]) == job.subject
        assert jobs.show(job.job_id).role_arns == (job.roles["web-deploy"].arn,)

    ended = jobs.show(job.job_id)
    assert ended.ended_at is not None
    assert (ended.subject, ended.expires_at) == (job.subject, job.expires_at)


class TestInvocationRole:
    """A platform that signs with its invocation role."""

    @pytest.fixture
    def jobs(self, deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Jobs:
        """The CI server."""
        reach(deployment, monkeypatch)
        return jobs_of(deployment, deployment.output(ROLE))

    def test_a_job_is_registered_and_ended(self, jobs: Jobs, deployment: Deployment) -> None:
        registered_and_ended(jobs, deployment, MAIN_BRANCH)

    def test_a_role_that_refuses_says_why(self, jobs: Jobs) -> None:
        fields = {**MAIN_BRANCH, "ref": "refs/heads/dev"}
        job = jobs.register("ci", fields, audiences=["sts.amazonaws.com"], roles=["web-deploy"])

        obstacle = "`ref` is `refs/heads/dev`; the role wants `refs/heads/main`"
        assert job.refused_roles == {"web-deploy": RoleAnswer(job.roles["web-deploy"].arn, False, obstacle)}

    def test_every_mistake_is_told_at_once(self, jobs: Jobs) -> None:
        with pytest.raises(RequestRefusedError) as refused:
            jobs.register("ci", {"repo": "web", "ref": "a b"}, audiences=["elsewhere.example.com"], roles=["nobody"])

        assert refused.value.code == "invalid_request"
        assert {"fields.ref", "fields.project_id", "audiences", "roles"} <= {
            problem.field.partition("[")[0] for problem in refused.value.problems
        }
        assert refused.value.request_id

    def test_another_platforms_job_is_not_there(self, jobs: Jobs, nightly: Registration) -> None:
        with pytest.raises(RequestRefusedError) as refused:
            jobs.end(nightly.job_id)

        assert refused.value.code == "not_found"

    def test_another_platforms_role_cannot_be_assumed(self, jobs: Jobs, deployment: Deployment) -> None:
        stranger = jobs_of(deployment, deployment.output("PlatformSchedulerInvocationRoleArn"))

        with pytest.raises(RefusedError) as refused:
            stranger.register("nightly", {})
        assert refused.value.code == "invocation_role_denied"

    def test_the_platforms_own_role_is_refused_by_the_gateway(self, jobs: Jobs, deployment: Deployment) -> None:
        own = session_of(platform_role(deployment.aws, deployment.output(ROLE)), deployment.aws.region)

        with pytest.raises(RequestRefusedError) as refused:
            Jobs(deployment.output("ApiUrl"), session=own).register("ci", MAIN_BRANCH)
        assert refused.value.code == "gateway_forbidden"
        assert "invocation role" in refused.value.remedy


class TestClientAssertions:
    """A platform with a key of its own."""

    def client(self, clients: Deployment, host: BuildHost, **changed: str) -> Jobs:
        settings = {"issuer_url": clients.output("IssuerUrl"), "platform": NAME, "key_id": KID, **changed}
        return Jobs.by_assertion(
            clients.output("ApiUrl"),
            issuer_url=settings["issuer_url"],
            platform=settings["platform"],
            key_id=settings["key_id"],
            private_key=host.key_file.read_bytes(),
        )

    def test_a_job_is_registered_and_ended(
        self, clients: Deployment, build_host: BuildHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reach(clients, monkeypatch)

        registered_and_ended(self.client(clients, build_host), clients, MAIN_BRANCH)

    @pytest.mark.parametrize(
        "changed", [{"key_id": "key-2"}, {"platform": "windmill"}, {"issuer_url": "https://jobs.example.com"}]
    )
    def test_what_proves_nothing_is_refused(
        self,
        changed: dict[str, str],
        clients: Deployment,
        build_host: BuildHost,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        reach(clients, monkeypatch)

        with pytest.raises(RequestRefusedError) as refused:
            self.client(clients, build_host, **changed).register("ci", MAIN_BRANCH)
        assert refused.value.code == "invalid_client"
        assert "jobpass.yaml" in refused.value.remedy
