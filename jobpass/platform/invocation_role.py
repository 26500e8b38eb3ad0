"""SigV4 with a platform's invocation role, whose sessions are kept and renewed before their end."""

import re
import threading
import time
from collections.abc import Callable, Mapping

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from jobpass.errors import JobpassError
from jobpass.job.freshness import credentials_renewal
from jobpass.platform.aws_failure import failure, no_credentials
from jobpass.platform.errors import SettingsError

SERVICE = "execute-api"
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})


class InvocationRole:
    """Signs requests with sessions of the invocation role, or where none is named, with the credentials as they are.

    Safe for threads: one session serves them all, and one thread renews it.
    """

    routes = "/v1/jobs"

    def __init__(
        self,
        region: str,
        role_arn: str | None = None,
        *,
        session: boto3.Session | None = None,
        session_name: str = "jobpass",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the API's Region; `session` has the platform's own credentials, which boto3 finds unless given.

        Raises:
            SettingsError: the role's ARN or the session's name is none.
        """
        if role_arn is not None and not _ROLE_ARN.fullmatch(role_arn):
            text = f"{role_arn!a} is no ARN of a role"
            raise SettingsError("invocation_role_arn", text, "take the output `Platform…InvocationRoleArn`, whole")
        if not _SESSION_NAME.fullmatch(session_name):
            text = f"{session_name!a} is no name of a session"
            raise SettingsError("session_name", text, "write 2 to 64 letters, digits and + = , . @ _ -")
        self._region = region
        self._role_arn = role_arn
        self._session = session
        self._session_name = session_name
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: ReadOnlyCredentials | None = None
        self._renew_at = self._ends_at = 0.0

    def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """Return the headers of one request with its signature.

        Raises:
            JobpassError: there are no credentials to sign with: none here, or STS gives none for the role.
        """
        request = AWSRequest(method, url, headers=dict(headers), data=body)
        SigV4Auth(self._credentials(), SERVICE, self._region).add_auth(request)
        return dict(request.headers.items())

    def _credentials(self) -> ReadOnlyCredentials:
        with self._lock:
            if self._kept is not None and self._clock() < self._renew_at:
                return self._kept
            try:
                return self._drawn()
            except (BotoCoreError, ClientError) as error:
                refused = failure(error, self._role_arn)
            except JobpassError as error:
                refused = error
            # What is kept is good until its end: a renewal that fails before that is tried at the next request.
            if self._kept is not None and self._clock() < self._ends_at:
                return self._kept
            raise refused

    def _drawn(self) -> ReadOnlyCredentials:
        session = self._session = self._session or boto3.Session()
        if self._role_arn is None:
            own = session.get_credentials()
            if own is None:
                raise no_credentials()
            return own.get_frozen_credentials()  # which botocore renews by itself
        sts = session.client("sts", region_name=self._region, config=_CONFIG)
        given = sts.assume_role(RoleArn=self._role_arn, RoleSessionName=self._session_name)["Credentials"]
        now, self._ends_at = self._clock(), given["Expiration"].timestamp()
        self._renew_at = credentials_renewal(now, self._ends_at)
        self._kept = ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return self._kept
