"""What the platform does: it has a role of its own, assumes its invocation role, and registers a job by SigV4."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from local.clients import Aws, Credentials, account, assume_role
from local.web import Answer, Web

PLATFORM_ACCOUNT = "111122223333"
PLATFORM_ROLE = "ci-server"
AUDIENCE = "sts.amazonaws.com"
# What the example configuration trusts: one project's main branch (jobpass.yaml, roles.web-deploy).
MAIN_BRANCH = {
    "project_id": "936a5312-a3b8-4921-8b3f-2cec8baac574",
    "repo": "web",
    "ref_type": "branch",
    "ref": "refs/heads/main",
}


class RegistrationError(Exception):
    """The API did not register the job; the message has its status and its own words."""


@dataclass(frozen=True)
class Registration:
    """A registered job, and what the platform hands to it: `environment` has each block that it asked for."""

    job_id: str
    request_url: str
    request_token: str = field(repr=False)
    expires_at: str
    environment: Mapping[str, Any] = field(default_factory=dict, repr=False)
    roles: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """What the platform says of a job when it registers it; what is None it leaves out."""

    fields: Mapping[str, str]
    profile: str = "ci"
    audiences: Sequence[str] | None = (AUDIENCE,)
    roles: Sequence[str] = ("web-deploy",)
    expires_in_seconds: int = 3600
    environment: Sequence[str] | None = None
    pinned: bool | None = None
    aws_claims: str | None = None

    def body(self) -> bytes:
        """The body of POST /v1/jobs."""
        members = {
            "profile": self.profile,
            "fields": dict(self.fields),
            "audiences": self.audiences,
            "roles": self.roles,
            "expires_in_seconds": self.expires_in_seconds,
            "environment": self.environment,
            "pinned": self.pinned,
            "aws_claims": self.aws_claims,
        }
        return json.dumps({name: value for name, value in members.items() if value is not None}).encode()


@dataclass(frozen=True)
class Platform:
    """A platform with the credentials of its invocation role; registers, looks at and ends jobs."""

    web: Web
    api_url: str
    region: str
    credentials: Credentials

    def call(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """One signed call of the API."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return self.web.request(method, self.api_url + path, self.sign(method, path, headers, body), body)

    def sign(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """The headers with a SigV4 signature for API Gateway (service name execute-api)."""
        request = AWSRequest(method, self.api_url + path, headers=dict(headers), data=body)
        given = self.credentials
        signing = SigningCredentials(given.access_key_id, given.secret_access_key, given.session_token)
        SigV4Auth(signing, "execute-api", self.region).add_auth(request)
        return dict(request.headers.items())

    def register(self, job: Job) -> Registration:
        """Register a job. Raises RegistrationError when the API refuses."""
        answer = self.call("POST", "/v1/jobs", job.body())
        if answer.status != 201:
            said = answer.body[:500].decode(errors="replace")
            raise RegistrationError(f"POST /v1/jobs answered {answer.status}: {said}")
        made = json.loads(answer.body)
        return Registration(
            made["job_id"],
            made["request_url"],
            made["request_token"],
            str(made["expires_at"]),
            made["environment"],
            made["roles"],
        )

    def end(self, job_id: str) -> Answer:
        """End a job."""
        return self.call("DELETE", f"/v1/jobs/{job_id}")

    def look_at(self, job_id: str) -> Answer:
        """Look at a job."""
        return self.call("GET", f"/v1/jobs/{job_id}")


def platform(aws: Aws, web: Web, api_url: str, invocation_role_arn: str, session_name: str = "ci-server-1") -> Platform:
    """A platform that came to its invocation role the way a real one does: from a role in an account of its own."""
    own = platform_role(aws, invocation_role_arn)
    invocation = assume_role(aws, invocation_role_arn, session_name, own)
    return Platform(web, api_url, aws.region, invocation)


def platform_role(aws: Aws, invocation_role_arn: str, role_name: str = PLATFORM_ROLE) -> Credentials:
    """Credentials of a platform's own role, which is made when absent and may assume the invocation role alone."""
    root = account(PLATFORM_ACCOUNT)
    iam = aws.client("iam", root)
    trust = _policy("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{PLATFORM_ACCOUNT}:root"})
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=trust)
    allowed = _policy("sts:AssumeRole", Resource=invocation_role_arn)
    # A policy for each issuer that it registers jobs with: a second one must not take the first one's place.
    name = f"register-with-{invocation_role_arn.rpartition('/')[2]}"
    iam.put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=allowed)
    arn = f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{role_name}"
    return assume_role(aws, arn, f"server-{int(time.time())}", root)


def _policy(action: str, **rest: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})
