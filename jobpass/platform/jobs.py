"""The client of the platform routes: registers jobs, looks at them and ends them."""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobpass.errors import JobpassError
from jobpass.job.https import TIMEOUT_SECONDS, checked
from jobpass.job.retry import Patience
from jobpass.platform.api import Api, Signer
from jobpass.platform.errors import SettingsError
from jobpass.platform.job import Job, RegisteredJob
from jobpass.platform.signing import by_assertion, by_invocation_role

if TYPE_CHECKING:
    import boto3

log = logging.getLogger("jobpass")


class Jobs:
    """The jobs of one platform. One object serves a whole process, and any number of threads.

    A request is sent again when the connection fails or a gateway answers 502, 503 or 504: at most five times within a
    minute. A registration whose answer is lost on the way may so be made twice. Nobody knows the secret of the one
    that was lost, so nobody can use it, and it expires like any other.
    """

    def __init__(
        self,
        api_url: str,
        *,
        invocation_role_arn: str | None = None,
        region: str | None = None,
        session: "boto3.Session | None" = None,
        session_name: str = "jobpass",
        signer: Signer | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        patience: Patience | None = None,
    ) -> None:
        """Take the output `ApiUrl`, and the ARN of the platform's invocation role, which requests are signed with.

        Without that role they are signed with the credentials as boto3 finds them, which must be a session of it
        already. The Region is `region`, else that of the API's host name, else that of the environment. `session` has
        the platform's own credentials. `signer` takes the place of all these: `by_assertion` makes one.

        Raises:
            SettingsError: what is given does not serve, or the Region is nowhere said.
            JobpassError: the URL is none that a secret may come from, or boto3 is not installed.
        """
        url = api_url.rstrip("/")
        parts = checked(url, "the API's URL")
        if parts.query or "?" in url:
            raise SettingsError("api_url", "the API's URL has a query", "take the output `ApiUrl`, letter for letter")
        if signer is None:
            host = parts.hostname or ""
            signer = by_invocation_role(host, invocation_role_arn, region, session, session_name)
        self._api = Api(url, signer, timeout_seconds=timeout_seconds, patience=patience or Patience())

    @classmethod
    def by_assertion(
        cls,
        api_url: str,
        *,
        issuer_url: str,
        platform: str,
        key_id: str,
        private_key: str | bytes,
        timeout_seconds: float = TIMEOUT_SECONDS,
        patience: Patience | None = None,
    ) -> "Jobs":
        """Return the client of a platform without AWS credentials, which signs with a key of its own.

        `issuer_url` is the output `IssuerUrl`, `platform` its name and `key_id` the `kid` of its public key in
        jobpass.yaml. `private_key` is a PEM text: RSA of 2048 bits or more, or EC on P-256.

        Raises:
            SettingsError: one of them cannot be what it should be.
            JobpassError: the URL is none that a secret may come from, or cryptography is not installed.
        """
        signer = by_assertion(issuer_url=issuer_url, platform=platform, key_id=key_id, private_key=private_key)
        return cls(api_url, signer=signer, timeout_seconds=timeout_seconds, patience=patience)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Jobs":
        """Return the client that the environment describes.

        JOBPASS_API_URL; and JOBPASS_INVOCATION_ROLE_ARN (or INVOCATION_ROLE_ARN), with AWS_REGION where the API's host
        name does not say it; or JOBPASS_PLATFORM, JOBPASS_ISSUER_URL, JOBPASS_PLATFORM_KEY_FILE and
        JOBPASS_PLATFORM_KEY_ID.

        Raises:
            SettingsError: something is missing, there by half, or does not serve.
        """
        from jobpass.platform.environment import described  # noqa: PLC0415 - which describes this class

        return described(cls, environ)

    def register(
        self,
        profile: str,
        fields: Mapping[str, str],
        *,
        audiences: Sequence[str] | None = None,
        roles: Sequence[str] = (),
        pinned: bool = False,
        expires_in_seconds: int | None = None,
        aws_claims: str | None = None,
        environment: Sequence[str] | None = None,
    ) -> RegisteredJob:
        """Register a job and return it with its secret; what is None is as the HTTP API has it unless given.

        Raises:
            RequestRefusedError: the API refuses; `problems` has each field, up to 20 at once.
            UnavailableError: there is no answer, also not after five times.
            JobpassError: the request could not be signed.
        """
        members: dict[str, Any] = {
            "profile": profile,
            "fields": dict(fields),
            "audiences": _listed("audiences", audiences),
            "roles": _listed("roles", roles) or None,
            "pinned": pinned or None,
            "expires_in_seconds": expires_in_seconds,
            "aws_claims": aws_claims,
            "environment": _listed("environment", environment),
        }
        return self.register_body({name: value for name, value in members.items() if value is not None})

    def register_body(self, body: Mapping[str, Any]) -> RegisteredJob:
        """Register the job of a body as `POST /v1/jobs` takes it, such as one from a file; raises as `register`."""
        return RegisteredJob.of(self._api.register(body))

    def show(self, job_id: str) -> Job:
        """Return a job of this platform's; raises as `register`, with the code `not_found` where it has none."""
        return Job.of(self._api.show(job_id))

    def end(self, job_id: str) -> Job:
        """End a job and return it; ending twice keeps the first time. Raises as `show`.

        From then on it gets no token. One that it has already lives to its `exp` and 300 s on, credentials drawn with
        it to their own end.
        """
        return Job.of(self._api.end(job_id))

    @contextmanager
    def registered(self, profile: str, fields: Mapping[str, str], **options: Any) -> Iterator[RegisteredJob]:
        """Register a job for as long as the block runs, and end it whatever happens; takes what `register` takes.

        Where the job cannot be ended, that is raised; but an exception of the block goes first, and then carries it as
        a note, and the logger `jobpass` has it as an error. SIGTERM ends Python without any of this: let it raise
        SystemExit (`signal.signal(SIGTERM, lambda *_: sys.exit(143))`), or the registration stands until it expires.

        Raises:
            JobpassError: as `register` and `end`.
        """
        job = self.register(profile, fields, **options)
        try:
            yield job
        except BaseException as error:
            try:
                self.finish(job)
            except JobpassError as failed:
                told = f"Jobpass: {failed.message}; it expires at {job.expires_at:%Y-%m-%d %H:%M:%S} UTC"
                error.add_note(told)
                log.error(told)  # noqa: TRY400 - where in this module it failed helps nobody
            raise
        self.finish(job)

    def finish(self, job: RegisteredJob) -> None:
        """End a job, whose registration may have expired, and be forgotten, before its work was done."""
        try:
            self.end(job.job_id)
        except JobpassError as error:
            if error.code != "not_found" or time.time() < job.expires_at.timestamp():
                raise


def _listed(name: str, values: Sequence[str] | None) -> list[str] | None:
    """The values as a list. A text is one too in Python, of letters."""
    if isinstance(values, str):
        text = f"{name} is a text, and must be a list of them"
        raise SettingsError("not_a_list", text, f"write {name}=[{values[:80]!r}]")
    return None if values is None else list(values)
