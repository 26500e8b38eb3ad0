"""Signatures of AWS: whose, for which Region, and how long a session of the invocation role is kept."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.exceptions import ClientError

from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.platform import Jobs, SettingsError
from jobpass.platform.aws_failure import failure
from jobpass.platform.invocation_role import InvocationRole
from jobpass.platform.region import region_of
from tests.platform.api_server import OWN_KEY_ID, OWN_SECRET, REGION, ROLE_ARN, ApiServer

FIELDS = {"ref": "main"}


def signed_by(role: InvocationRole) -> str:
    """The access key ID that a request is signed with."""
    headers = role.headers("GET", "http://127.0.0.1/v1/jobs/x", {}, None)
    return headers["Authorization"].partition("Credential=")[2].partition("/")[0]


class TestSessions:
    """Sessions of the invocation role."""

    def test_one_serves_every_request(self, api: ApiServer, signed: Jobs) -> None:
        job = signed.register("ci", FIELDS)
        signed.show(job.job_id)
        signed.end(job.job_id)

        assert [each["RoleArn"] for each in api.assumed] == [ROLE_ARN]
        assert api.assumed[0]["RoleSessionName"] == "jobpass"
        assert [request.path for request in api.received][1:] == [
            "/v1/jobs",
            f"/v1/jobs/{job.job_id}",
            f"/v1/jobs/{job.job_id}",
        ]

    def test_one_serves_every_thread(self, api: ApiServer, signed: Jobs) -> None:
        at_once = threading.Barrier(16)

        def register(_: int) -> str:
            at_once.wait()
            return signed.register("ci", FIELDS).job_id

        with ThreadPoolExecutor(16) as threads:
            made = list(threads.map(register, range(16)))

        assert len(set(made)) == 16
        assert len(api.assumed) == 1

    def test_it_is_renewed_before_its_end_and_kept_where_that_fails(self, api: ApiServer) -> None:
        now = time.time()
        times = [now]
        role = InvocationRole(REGION, ROLE_ARN, clock=lambda: times[-1])

        assert signed_by(role) == "ASIA1"
        times.append(now + 3600 - 970)
        assert signed_by(role) == "ASIA1"
        times.append(now + 3600 - 950)
        assert signed_by(role) == "ASIA2"

        api.sts_error = (403, "AccessDenied")
        times.append(time.time() + 3590)
        assert signed_by(role) == "ASIA2"
        times.append(time.time() + 3610)
        with pytest.raises(RefusedError):
            signed_by(role)

        api.sts_error = None
        assert signed_by(role) == "ASIA3"

    def test_its_name_is_the_platforms_choice(self, api: ApiServer) -> None:
        Jobs(api.url, invocation_role_arn=ROLE_ARN, session_name="ci-7").register("ci", FIELDS)

        assert api.assumed[0]["RoleSessionName"] == "ci-7"

    def test_credentials_may_be_given(self, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.delenv("AWS_REGION")
        session = boto3.Session(OWN_KEY_ID, OWN_SECRET, region_name=REGION)

        assert Jobs(api.url, invocation_role_arn=ROLE_ARN, session=session).register("ci", FIELDS).job_id

    def test_who_has_a_session_of_it_already_needs_no_other(
        self, api: ApiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.secrets["ASIAOWN"] = ("given-secret", "given-token")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAOWN")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "given-secret")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "given-token")

        assert Jobs(api.url).register("ci", FIELDS).job_id
        assert api.assumed == []


class TestNoSession:
    """STS gives none."""

    @pytest.mark.parametrize(
        ("status", "sts_code", "code", "remedy"),
        [
            (403, "AccessDenied", "invocation_role_denied", "two sides must allow it"),
            (403, "ExpiredToken", "aws_credentials_expired", "log in anew"),
            (403, "InvalidClientTokenId", "aws_credentials_unknown", "aws configure list"),
            (403, "SignatureDoesNotMatch", "aws_credentials_unknown", "aws configure list"),
            (400, "ValidationError", "invocation_role_refused", "aws sts assume-role"),
        ],
    )
    def test_its_refusal_is_explained_without_its_text(
        self, status: int, sts_code: str, code: str, remedy: str, api: ApiServer, signed: Jobs
    ) -> None:
        api.sts_error = (status, sts_code)

        with pytest.raises(RefusedError) as refused:
            signed.register("ci", FIELDS)
        assert refused.value.code == code
        assert remedy in refused.value.remedy
        assert "secret-name" not in f"{refused.value} {refused.value.remedy}"
        assert refused.value.__cause__ is None
        assert api.jobs == {}

    def test_its_trouble_may_pass(self, api: ApiServer, signed: Jobs) -> None:
        api.sts_error = (503, "ServiceUnavailable")

        with pytest.raises(UnavailableError) as refused:
            signed.register("ci", FIELDS)
        assert refused.value.code == "sts_unavailable"

    @pytest.mark.parametrize(("status", "sts_code"), [(400, "Throttling"), (500, "NewFailure")])
    def test_other_trouble_may_pass_too(self, status: int, sts_code: str) -> None:
        told = failure(
            ClientError(
                {"Error": {"Code": sts_code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
                "AssumeRole",
            ),
            ROLE_ARN,
        )

        assert (type(told), told.code) == (UnavailableError, "sts_unavailable")

    def test_it_cannot_be_reached(self, signed: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")

        with pytest.raises(UnavailableError) as refused:
            signed.register("ci", FIELDS)
        assert refused.value.code == "sts_unreachable"
        assert "HTTPS_PROXY" in refused.value.remedy

    @pytest.mark.parametrize("role_arn", [ROLE_ARN, None])
    def test_a_machine_without_credentials_is_told_so(
        self, role_arn: str | None, api: ApiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

        with pytest.raises(JobpassError) as refused:
            Jobs(api.url, invocation_role_arn=role_arn).register("ci", FIELDS)
        assert refused.value.code == "no_aws_credentials"
        assert "`principals`" in refused.value.remedy

    def test_a_profile_that_is_not_there_is_told(self, signed: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nobody")

        with pytest.raises(JobpassError) as refused:
            signed.register("ci", FIELDS)
        assert refused.value.code == "aws_credentials_unusable"
        assert "ProfileNotFound" in refused.value.message


class TestRegion:
    """The Region that requests are signed for: the stack's."""

    @pytest.mark.parametrize(
        ("host", "region"),
        [
            ("a1b2c3.execute-api.eu-central-1.amazonaws.com", "eu-central-1"),
            ("A1B2C3.Execute-Api.EU-Central-1.AmazonAWS.com", "eu-central-1"),
            ("a1b2c3.execute-api.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("a1b2c3.execute-api.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("a1b2c3.execute-api.ap-southeast-2.api.aws", "ap-southeast-2"),
            ("a1b2c3-vpce-0123.execute-api.eu-west-3.amazonaws.com", "eu-west-3"),
            ("a1b2c3.execute-api.localhost", None),
            ("api.example.com", None),
            ("127.0.0.1", None),
        ],
    )
    def test_the_host_name_says_it(self, host: str, region: str | None) -> None:
        assert region_of(host) == region

    @pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
    def test_else_the_environment(self, name: str, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_REGION")
        monkeypatch.setenv(name, REGION)

        assert Jobs(api.url, invocation_role_arn=ROLE_ARN).register("ci", FIELDS).job_id

    def test_else_nothing(self, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_REGION")

        with pytest.raises(SettingsError) as refused:
            Jobs(api.url, invocation_role_arn=ROLE_ARN)
        assert refused.value.code == "no_region"
        assert "AWS_REGION" in refused.value.remedy


@pytest.mark.parametrize("arn", ["", "web-deploy", "arn:aws:iam::1:role/x", "arn:aws:sts::444455556666:role/x", "x\n"])
def test_what_is_no_roles_arn_is_refused(arn: str, api: ApiServer) -> None:
    with pytest.raises(SettingsError) as refused:
        Jobs(api.url, invocation_role_arn=arn)
    assert refused.value.code == "invocation_role_arn"


@pytest.mark.parametrize("name", ["x", "a b", "x" * 65, "ü" * 3])
def test_what_is_no_sessions_name_is_refused(name: str, api: ApiServer) -> None:
    with pytest.raises(SettingsError) as refused:
        Jobs(api.url, invocation_role_arn=ROLE_ARN, session_name=name)
    assert refused.value.code == "session_name"


def test_the_sdk_says_nothing_by_itself(api: ApiServer, signed: Jobs, capfd: pytest.CaptureFixture[str]) -> None:
    api.sts_error = (403, "AccessDenied")
    with pytest.raises(RefusedError):
        signed.register("ci", FIELDS)

    assert capfd.readouterr() == ("", "")
