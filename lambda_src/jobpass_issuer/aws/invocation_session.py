"""A session of an invocation role, by which requests of a platform are signed (SigV4)."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from jobpass_issuer.aws.failure import required
from jobpass_issuer.aws.sdk_failure import translated

_OPERATION = "sts:AssumeRole"
# The shortest that STS gives.
_SESSION_SECONDS = 900


class InvocationSession:
    """Credentials of the role, and the signatures that they make for API Gateway."""

    def __init__(self, credentials: Credentials, region: str) -> None:
        self._credentials = credentials
        self._region = region

    @classmethod
    def assumed(cls, sts: Any, role_arn: str, session_name: str) -> "InvocationSession":
        """Return a new session of a role.

        Raises:
            DependencyError: STS failed or refused.
        """
        with translated(_OPERATION):
            answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=_SESSION_SECONDS)
        given = required(answer, "Credentials", _OPERATION)
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return cls(Credentials(*(required(given, name, _OPERATION) for name in names)), sts.meta.region_name)

    def headers(self, method: str, url: str, body: bytes | None) -> Mapping[str, str]:
        """Return the headers of a signed request, a JSON body's type among them."""
        request = AWSRequest(method, url, data=body, headers={"Content-Type": "application/json"} if body else {})
        SigV4Auth(self._credentials, "execute-api", self._region).add_auth(request)
        return dict(request.headers.items())
