"""Who may call the platform routes: signed by an invocation role, and nobody whose name is merely alike."""

import json

import pytest

from local.clients import Credentials
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, PLATFORM_ACCOUNT, Job, Platform
from tests.e2e import callers
from tests.e2e.asking import QUERY, bearer, error_of
from tests.e2e.registering import body, described


class TestCallers:
    """Who is no platform."""

    @pytest.fixture
    def signed(self, platform: Platform) -> dict[str, str]:
        """The headers of a good registration."""
        return platform.sign("POST", "/v1/jobs", {"Content-Type": "application/json"}, body())

    def send(self, platform: Platform, headers: dict[str, str], content: bytes = body(), path: str = "/v1/jobs") -> int:
        return platform.web.request("POST", platform.api_url + path, headers, content).status

    def test_the_signature_alone_opens_the_door(self, platform: Platform, signed: dict[str, str]) -> None:
        assert self.send(platform, signed) == 201
        assert self.send(platform, {"Content-Type": "application/json"}) == 403

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_neither_is_a_job_shown_or_ended_unsigned(self, platform: Platform, method: str) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        assert platform.web.request(method, f"{platform.api_url}/v1/jobs/{job.job_id}").status == 403
        assert described(platform.look_at(job.job_id))["ended_at"] is None

    def test_a_jobs_own_request_token_opens_nothing_here(self, platform: Platform) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        answer = platform.web.request("DELETE", f"{platform.api_url}/v1/jobs/{job.job_id}", dict(bearer(job)))
        assert answer.status in (401, 403)
        assert described(platform.look_at(job.job_id))["ended_at"] is None

    def test_a_tampered_request_is_refused(self, platform: Platform, signed: dict[str, str]) -> None:
        last = signed["Authorization"][-1]
        tampered = signed["Authorization"][:-1] + ("0" if last != "0" else "1")
        without_session = {name: value for name, value in signed.items() if name.lower() != "x-amz-security-token"}
        assert self.send(platform, {**signed, "Authorization": tampered}) == 403
        assert self.send(platform, without_session) == 403
        assert self.send(platform, {**signed, "X-Amz-Date": "20200101T000000Z"}) == 403
        assert self.send(platform, signed, body(expires_in_seconds=86400)) == 403
        assert self.send(platform, signed, path="/v1/jobs?x=1") == 403

    def test_an_unknown_access_key_is_refused(self, deployment: Deployment) -> None:
        stranger = callers.caller(deployment, Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40))
        assert stranger.call("POST", "/v1/jobs", body()).status == 403

    @pytest.mark.parametrize("action", ["s3:GetObject", "execute-api:ManageConnections"])
    def test_a_role_that_may_not_invoke_is_refused_by_the_gateway(self, deployment: Deployment, action: str) -> None:
        with callers.role(deployment, "outsider", {**callers.INVOCATION, "Action": action}) as credentials:
            answer = callers.caller(deployment, credentials).call("POST", "/v1/jobs", body())
        assert answer.status == 403
        assert b"access_denied" not in answer.body

    def test_the_invocation_role_is_good_for_the_platform_routes_alone(
        self, deployment: Deployment, platform: Platform
    ) -> None:
        policies = deployment.aws.client("iam").get_role_policy(
            RoleName="jobpass-platform-ci-server", PolicyName="invoke"
        )["PolicyDocument"]
        (statement,) = policies["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
        routes = {arn.partition("/$default/")[2] for arn in statement["Resource"]}
        assert routes == {"POST/v1/jobs", "GET/v1/jobs/*", "DELETE/v1/jobs/*"}
        assert platform.call("GET", f"/v1/token?{QUERY}").status == 401

    @pytest.mark.parametrize(
        "name",
        [
            "jobpass-platform-ci-server-evil",
            "jobpass-platform-ci-serve",
            "jobpass-platform-ci-server1",
            "Jobpass-Platform-Ci-Server",
            "evil-jobpass-platform-ci-server",
            "jobpass-platform-",
            "administrator",
        ],
    )
    def test_a_role_whose_name_is_merely_alike_is_refused_by_the_function(
        self, deployment: Deployment, platform: Platform, name: str
    ) -> None:
        """Each may invoke the API, and its session has the name of the platform's role."""
        job = platform.register(Job(MAIN_BRANCH))
        with callers.role(deployment, name, callers.INVOCATION) as credentials:
            alike = callers.caller(deployment, credentials)
            for answer in (alike.call("POST", "/v1/jobs", body()), alike.look_at(job.job_id), alike.end(job.job_id)):
                error_of(answer, 403, "access_denied")
        assert described(platform.look_at(job.job_id))["ended_at"] is None

    def test_the_accounts_own_root_is_no_platform(self, deployment: Deployment) -> None:
        answer = callers.caller(deployment, Credentials()).call("POST", "/v1/jobs", body())
        error_of(answer, 403, "access_denied")

    def test_a_role_of_that_very_name_in_another_account_comes_not_through(self, deployment: Deployment) -> None:
        """AWS answers 403; the embedded AWS, which keeps accounts apart, does not even find the API (404)."""
        name = "jobpass-platform-ci-server"
        with callers.role(deployment, name, callers.INVOCATION, account_id=PLATFORM_ACCOUNT) as credentials:
            answer = callers.caller(deployment, credentials).call("POST", "/v1/jobs", body())
        assert answer.status in (403, 404)

    @pytest.mark.parametrize(
        ("user_arn", "status"),
        [
            ("arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server/s", 201),
            ("arn:aws:sts::111122223333:assumed-role/jobpass-platform-ci-server/s", 403),
            ("arn:aws-cn:sts::000000000000:assumed-role/jobpass-platform-ci-server/s", 403),
            ("arn:aws:iam::000000000000:role/jobpass-platform-ci-server", 403),
            ("arn:aws:iam::000000000000:user/jobpass-platform-ci-server", 403),
            ("arn:aws:sts::000000000000:federated-user/jobpass-platform-ci-server", 403),
            ("arn:aws:sts::000000000000:assumed-role/x/jobpass-platform-ci-server", 403),
            ("arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server", 403),
            ("arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server/s\n", 403),
            ("", 403),
        ],
    )
    def test_the_deployed_function_compares_account_and_role_whole(
        self, deployment: Deployment, user_arn: str, status: int
    ) -> None:
        """Asked as the gateway asks it, since the gateway here vouches for no other account's caller."""
        event = {
            "version": "2.0",
            "routeKey": "POST /v1/jobs",
            "rawPath": "/v1/jobs",
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {"requestId": "r-1", "authorizer": {"iam": {"userArn": user_arn}}},
            "body": body().decode(),
            "isBase64Encoded": False,
        }
        functions = deployment.aws.client("lambda")
        payload = functions.invoke(FunctionName=deployment.output("JobsFunctionName"), Payload=json.dumps(event))
        answer = json.loads(payload["Payload"].read())
        assert answer["statusCode"] == status
        if status == 403:
            assert json.loads(answer["body"])["error"] == "access_denied"
