"""What the steps of one run share: the deployment, who acts in it, and what they have come by so far."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import quote

from local.demo.local_sts import LocalSts
from local.demo.secrecy import Secrets
from local.deployment import Deployment
from local.registration import AUDIENCE, MAIN_BRANCH, Job, Platform, RegistrationError
from local.web import Answer, Web

OTHER_AUDIENCE = "vault.example.com"
DEV_BRANCH = {**MAIN_BRANCH, "ref": "refs/heads/dev", "branch": "dev"}
RELEASE_TAG = {**MAIN_BRANCH, "ref_type": "tag", "ref": "refs/tags/v1.2.0", "tag": "v1.2.0"}


class NeedsError(Exception):
    """A step needs what an earlier one should have brought."""


@dataclass(frozen=True)
class RegisteredJob:
    """A job as its registration was answered; `roles` says for each role asked about whether it is open to the job."""

    job_id: str
    subject: str
    request_url: str
    request_token: str = field(repr=False)
    expires_at: str
    roles: Mapping[str, Mapping[str, Any]]


@dataclass
class Scene:
    """The shared state of one run."""

    deployment: Deployment
    secrets: Secrets = field(default_factory=Secrets)
    # A job of the CI server's own numbering, as SEMAPHORE_JOB_ID has it; not Jobpass's job_id.
    ci_job_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    platform_or_none: Platform | None = None
    job_or_none: RegisteredJob | None = None
    token_or_none: str | None = field(default=None, repr=False)
    discovery: dict[str, Any] = field(default_factory=dict)
    jwk_set: dict[str, Any] = field(default_factory=dict)
    # AWS_ACCESS_KEY_ID and so on, as the guide's commands export them in the job's shell.
    job_credentials: dict[str, str] = field(default_factory=dict, repr=False)
    bucket: str = ""

    @property
    def web(self) -> Web:
        """Sends HTTPS requests to the issuer and its API."""
        return self.deployment.web

    @property
    def platform(self) -> Platform:
        """The CI server."""
        return self.platform_or_none or _needs("assume-invocation-role")

    @property
    def job(self) -> RegisteredJob:
        """The job on the main branch that the story follows."""
        return self.job_or_none or _needs("register-job")

    @property
    def token(self) -> str:
        """That job's ID token for AWS."""
        return self.token_or_none or _needs("fetch-token")

    @cached_property
    def sts(self) -> LocalSts:
        """The local STS, as anybody may call it."""
        return LocalSts(
            self.deployment.aws.client("sts"), self.web, self.deployment.embedded.endpoint_url, self.secrets
        )

    def role(self, output: str = "RoleWebDeployArn") -> str:
        """A trusting role's ARN."""
        return self.deployment.output(output)

    def register(self, job: Job, platform: Platform | None = None) -> RegisteredJob:
        """Register a job; raises RegistrationError when the API refuses."""
        answer = (platform or self.platform).call("POST", "/v1/jobs", job.body())
        if answer.status != 201:
            raise RegistrationError(f"POST /v1/jobs answered {answered(answer)}")
        made = json.loads(answer.body)
        self.secrets.keep_request_token(made["request_token"])
        return RegisteredJob(
            made["job_id"],
            made["subject"],
            made["request_url"],
            made["request_token"],
            made["expires_at"],
            made["roles"],
        )

    def ask(
        self, job: RegisteredJob, audience: str, *, role_arn: str | None = None, request_token: str | None = None
    ) -> Answer:
        """Ask for an ID token as a job does: the URL and the bearer token that it was given, and nothing else."""
        return ask_for_token(self.web, job.request_url, request_token or job.request_token, audience, role_arn)

    def fetch(self, job: RegisteredJob, audience: str = AUDIENCE, role_arn: str | None = None) -> str:
        """An ID token; raises NeedsError when it is not granted."""
        answer = self.ask(job, audience, role_arn=role_arn)
        if answer.status != 200:
            raise NeedsError(f"no ID token for this step: {answered(answer)}")
        return self.secrets.keep_id_token(str(json.loads(answer.body)["value"]))


def ask_for_token(web: Web, request_url: str, request_token: str, audience: str, role_arn: str | None = None) -> Answer:
    """GET the request URL, which holds a `?` already, with `&audience=` appended (GitHub Docs, "OpenID Connect")."""
    url = f"{request_url}&audience={quote(audience, safe='')}"
    if role_arn:
        url += f"&role_arn={quote(role_arn, safe='')}"
    return web.request("GET", url, {"Authorization": f"Bearer {request_token}", "Accept": "application/json"})


def answered(answer: Answer) -> str:
    """A refusal in one line, as its sender words it; an answer that is no refusal shows its status alone.

    The body of a grant holds a secret.
    """
    if answer.status < 400:
        return str(answer.status)
    try:
        body = json.loads(answer.body)
        if "error" in body:
            return f"{answer.status} {body['error']}: {body['error_description']}"
        return f"{answer.status} {body['message']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status} {answer.body[:300].decode(errors='replace')}"


def _needs(step: str) -> NoReturn:
    raise NeedsError(f"this needs what the step {step} should have brought")
