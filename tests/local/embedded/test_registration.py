"""What the platform does before and around registering a job."""

import json
from http.client import HTTPMessage
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.clients import Credentials, account, assume_role
from local.deployment import EmbeddedAws
from local.registration import MAIN_BRANCH, PLATFORM_ACCOUNT, Job, Platform, RegistrationError, platform, platform_role
from local.web import Answer, Web

TRUSTED = f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/ci-server"
NO_AUTHORITY = Path("/nonexistent")


@pytest.fixture
def invocation_role(embedded: EmbeddedAws) -> str:
    """A role that trusts the platform's own role, as the stack makes one."""
    iam = embedded.aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": TRUSTED}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        made = iam.create_role(RoleName="jobpass-platform-ci-server", AssumeRolePolicyDocument=document)
    except iam.exceptions.EntityAlreadyExistsException:
        made = iam.get_role(RoleName="jobpass-platform-ci-server")
    return str(made["Role"]["Arn"])


def test_the_platform_comes_to_its_invocation_role_from_its_own_account(
    embedded: EmbeddedAws, invocation_role: str
) -> None:
    made = platform(embedded.aws, embedded.web, "https://api", invocation_role)

    arn = embedded.aws.client("sts", made.credentials).get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server/ci-server-1"


def test_its_own_role_may_assume_nothing_else(embedded: EmbeddedAws, invocation_role: str) -> None:
    own = platform_role(embedded.aws, invocation_role)

    with pytest.raises(ClientError, match="AccessDenied"):
        assume_role(embedded.aws, f"{invocation_role}-other", "session", own)


def test_another_platform_has_a_role_of_its_own(embedded: EmbeddedAws, invocation_role: str) -> None:
    own = platform_role(embedded.aws, invocation_role, "scheduler")

    arn = embedded.aws.client("sts", own).get_caller_identity()["Arn"]
    assert arn.startswith(f"arn:aws:sts::{PLATFORM_ACCOUNT}:assumed-role/scheduler/")
    with pytest.raises(ClientError, match="AccessDenied"):
        assume_role(embedded.aws, invocation_role, "session", own)


def test_another_account_does_not_come_to_it(embedded: EmbeddedAws, invocation_role: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        assume_role(embedded.aws, invocation_role, "session", account("444455556666"))


def test_a_call_is_signed_for_api_gateway_with_the_session_token() -> None:
    signer = Platform(Web(1, NO_AUTHORITY), "https://api.example", "us-east-1", Credentials("ASIA", "s", "session"))

    headers = signer.sign("POST", "/v1/jobs", {"Content-Type": "application/json"}, b"{}")

    assert "Credential=ASIA/" in headers["Authorization"]
    assert "/us-east-1/execute-api/aws4_request" in headers["Authorization"]
    assert headers["X-Amz-Security-Token"] == "session"


def test_the_body_is_what_the_api_takes() -> None:
    assert json.loads(Job(MAIN_BRANCH, expires_in_seconds=60).body()) == {
        "profile": "ci",
        "fields": MAIN_BRANCH,
        "audiences": ["sts.amazonaws.com"],
        "roles": ["web-deploy"],
        "expires_in_seconds": 60,
    }


def test_what_a_job_says_beyond_that_is_in_the_body_and_what_is_none_is_left_out() -> None:
    job = Job(MAIN_BRANCH, audiences=None, environment=("google",), pinned=False, aws_claims="none")
    told = json.loads(job.body())

    assert (told["environment"], told["pinned"], told["aws_claims"]) == (["google"], False, "none")
    assert "audiences" not in told


def test_a_registration_has_what_the_job_is_handed_and_does_not_show_it() -> None:
    handed = {"github": {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "j.secret"}}
    made = {"job_id": "j", "request_url": "u", "request_token": "j.secret", "expires_at": "t", "roles": {"deploy": {}}}

    class GrantingWeb(Web):
        def request(self, *_: object, **__: object) -> Answer:
            return Answer(201, HTTPMessage(), json.dumps({**made, "environment": handed}).encode())

    registration = Platform(GrantingWeb(1, NO_AUTHORITY), "https://a", "us-east-1", Credentials("A", "s")).register(
        Job(MAIN_BRANCH)
    )

    assert registration.environment == handed
    assert list(registration.roles) == ["deploy"]
    assert "secret" not in repr(registration)


def test_a_refusal_is_an_error_with_the_apis_words() -> None:
    class RefusedWeb(Web):
        def request(self, *_: object, **__: object) -> Answer:
            return Answer(403, HTTPMessage(), b'{"error": "access_denied"}')

    refused = Platform(RefusedWeb(1, NO_AUTHORITY), "https://api.example", "us-east-1", Credentials())

    with pytest.raises(RegistrationError, match=r"403.*access_denied"):
        refused.register(Job(MAIN_BRANCH))


def test_credentials_do_not_show_their_secret() -> None:
    assert "hidden" not in repr(Credentials("AKIA", "hidden", "hidden"))
