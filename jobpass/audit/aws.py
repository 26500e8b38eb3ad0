"""AWS as the audit asks it: clients with the environment's credentials, and what their failures mean."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jobpass.errors import JobpassError, RefusedError, UnavailableError

_SEE = "see with `aws sts get-caller-identity` whether AWS can be reached, and as whom"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_NOT_GOOD = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidSignatureException"}
    | {"SignatureDoesNotMatch", "UnrecognizedClientException", "IncompleteSignature", "InvalidAccessKeyId"}
)
_BUSY = frozenset({"Throttling", "ThrottlingException", "SlowDown", "LimitExceededException"})
_MISSING = frozenset({"ResourceNotFoundException", "ValidationError", "NoSuchBucket", "NoSuchKey"})


@dataclass
class Aws:
    """Makes one client of each service and Region, which tries again where AWS is busy."""

    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _session: Any = field(default=None, repr=False)

    def client(self, service: str, region: str = "") -> Any:
        """Return the client of a service, in the Region of the environment unless another is named.

        Raises:
            JobpassError: boto3 is not installed, or there is no Region.
        """
        place = service, region
        if place not in self._clients:
            self._clients[place] = self._made(service, region)
        return self._clients[place]

    def _made(self, service: str, region: str) -> Any:
        try:
            import boto3  # noqa: PLC0415 - it takes half a second, which `--help` need not
            from botocore.config import Config  # noqa: PLC0415
        except ModuleNotFoundError as error:
            text = f"an audit needs the library `{error.name}`, which is not installed"
            raise JobpassError("extra_missing", text, "run: pip install 'jobpass[operator]'") from None
        # One for all: each reads the descriptions of the services anew.
        self._session = self._session or boto3.Session()
        region = region or os.environ.get("AWS_REGION") or self._session.region_name or ""
        if not region:
            raise JobpassError("no_region", "no Region is set", "set AWS_REGION to the Region of the issuer's stack")
        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 8},
            max_pool_connections=32,
            tcp_keepalive=True,
        )
        make: Any = self._session.client  # Its stubs list every service by name; ours comes as a parameter.
        return make(service, region_name=region, config=config)


@contextmanager
def asking(action: str, where: str) -> Iterator[None]:
    """Turn whatever the SDK raises within into what it means; `action` is the permission that is needed.

    Raises:
        JobpassError: the call failed; RefusedError where AWS says no, UnavailableError where it cannot answer now.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see `Aws.client`

    try:
        yield
    except ClientError as error:
        raise _refused(error, action, where) from None
    except BotoCoreError as error:
        name = type(error).__name__
        if name == "NoCredentialsError":
            remedy = "give this shell those of an operator: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID"
            raise JobpassError("no_aws_credentials", "there are no AWS credentials here", remedy) from None
        text = f"AWS cannot be asked for {where} ({name})"
        if "Connect" in name or "Timeout" in name or name in ("HTTPClientError", "SSLError"):
            raise UnavailableError("aws_unreachable", text, _SEE) from None
        raise JobpassError("aws_sdk_failed", text, _SEE) from None


def _refused(error: Any, action: str, where: str) -> JobpassError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _DENIED:
        text = f"these credentials may not call {action} for {where}"
        return RefusedError("not_permitted", text, f"allow {action} to those who audit")
    if code in _NOT_GOOD:
        text = f"AWS does not take the credentials of this environment ({code})"
        return RefusedError("aws_credentials_refused", text, "log in anew, and see that this machine's clock is right")
    if code in _MISSING:
        remedy = "see that AWS_REGION and the credentials are the issuer's, and that the name is right"
        return JobpassError("not_there", f"there is no {where} in this account and Region", remedy)
    if code in _BUSY or status >= 500:
        text = f"AWS does not answer {action} for {where} as it should ({code or status})"
        return UnavailableError("aws_unavailable", text, "try again in a moment, or with a shorter range of time")
    return RefusedError("aws_refused", f"{action} for {where} is refused ({code})", _SEE)
