"""A boto3 session whose credentials a job draws, and draws anew before they end. Needs boto3."""

from __future__ import annotations

import os

import boto3
import botocore.session
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials

from jobpass.job import request_source, sts
from jobpass.job.freshness import credentials_left_seconds
from jobpass.job.role_credentials import RoleCredentials


def aws_session(
    role_arn: str,
    *,
    audience: str | None = None,
    duration_seconds: int = sts.DURATION_SECONDS,
    session_name: str | None = None,
    region_name: str | None = None,
) -> boto3.Session:
    """Return a boto3 session with credentials of a role, which renew themselves for as long as the job lives.

    They are drawn at once, so that a refusal comes here and not from the first client. When less than 960 s of them is
    left, or half of a shorter session, the next call of AWS draws new ones; where that fails, the old ones go on being
    used until a third of that time is left, and then the error is raised. Other credentials of the machine are not
    looked for.

    Raises:
        ArgumentError: AWS STS takes no such role, name or duration.
        RefusedError: the issuer or STS says no; `code` is theirs.
        UnavailableError: one of them cannot be reached, or does not answer as it should.
        JobpassError: the environment does not say where to ask for tokens.
    """
    source = request_source.find(os.environ)
    role = RoleCredentials(
        source, role_arn, audience=audience, duration_seconds=duration_seconds, session_name=session_name
    )

    def drawn() -> dict[str, str]:
        credentials = role.draw()
        return {
            "access_key": credentials.access_key_id,
            "secret_key": credentials.secret_access_key,
            "token": credentials.session_token,
            "expiry_time": credentials.expiration,
        }

    left_seconds = int(credentials_left_seconds(duration_seconds))
    credentials = RefreshableCredentials.create_from_metadata(
        drawn(), drawn, _Given.METHOD, advisory_timeout=left_seconds, mandatory_timeout=left_seconds // 3
    )
    session = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
    return boto3.Session(botocore_session=session, region_name=region_name)


class _Given(CredentialProvider):
    """Where the session finds its credentials: here, whatever the machine has besides."""

    METHOD = "jobpass"

    def __init__(self, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        """Return the credentials."""
        return self._credentials
