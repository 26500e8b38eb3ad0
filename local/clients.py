"""SDK clients for the embedded AWS that a developer's own AWS settings cannot redirect."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local.emulator import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY


@dataclass(frozen=True)
class Credentials:
    """An access key, temporary when it has a session token."""

    access_key_id: str = ACCESS_KEY_ID
    secret_access_key: str = SECRET_ACCESS_KEY
    session_token: str | None = None

    def __repr__(self) -> str:
        """The key ID alone: the rest is secret."""
        return f"Credentials({self.access_key_id})"


def account(account_id: str) -> Credentials:
    """The root of another account on the same emulator: a twelve-digit access key ID selects the account."""
    return Credentials(access_key_id=account_id)


@dataclass(frozen=True)
class Aws:
    """How clients reach one embedded AWS."""

    endpoint_url: str
    authority: Path
    region: str = REGION

    def client(self, service: str, credentials: Credentials | None = None) -> Any:
        """A boto3 client; by default as the root of the issuer's account.

        Endpoint, trust and credentials are given here, and neither profile, configuration files nor proxies of the
        environment are read.
        """
        chosen = credentials or Credentials()
        isolated = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        session = boto3.Session(
            botocore_session=isolated,
            region_name=self.region,
            aws_access_key_id=chosen.access_key_id,
            aws_secret_access_key=chosen.secret_access_key,
            aws_session_token=chosen.session_token,
        )
        make_client: Any = session.client  # Its stubs list every service by name; ours comes as a parameter.
        return make_client(
            service,
            endpoint_url=self.endpoint_url,
            verify=str(self.authority),
            config=Config(proxies={}, retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=60),
        )


def assume_role(aws: Aws, role_arn: str, session_name: str, credentials: Credentials) -> Credentials:
    """Temporary credentials of a role; raises what the SDK raises when STS refuses."""
    answer = aws.client("sts", credentials).assume_role(RoleArn=role_arn, RoleSessionName=session_name)
    given = answer["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
