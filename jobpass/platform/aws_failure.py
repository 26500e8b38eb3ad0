"""What it means for a platform that STS gives it no session of its invocation role."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from jobpass.errors import JobpassError, RefusedError, UnavailableError

_CREDENTIALS = (
    *(CredentialRetrievalError, PartialCredentialsError, ProfileNotFound, ConfigNotFound),
    *(NoRegionError, SSOError, TokenRetrievalError),
)
# STS API Reference, "Common Errors".
_OUTDATED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId")
_BUSY = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure")


def failure(error: BotoCoreError | ClientError, role_arn: str | None) -> JobpassError:
    """Return what a failure of the SDK means, with its remedy; STS's own text may name others and is left out."""
    if isinstance(error, ClientError):
        return _refusal(error, role_arn)
    if isinstance(error, NoCredentialsError):
        return no_credentials()
    if isinstance(error, _CREDENTIALS):
        text = f"the AWS credentials of this machine cannot be had ({type(error).__name__})"
        remedy = (
            "`aws sts get-caller-identity` says what is wrong with them: an unknown profile, or a login that is over"
        )
        return JobpassError("aws_credentials_unusable", text, remedy)
    if isinstance(error, (HTTPClientError, NoConnectionError)):
        text = f"STS could not be reached ({type(error).__name__})"
        remedy = "check that this machine may reach it (a proxy goes into HTTPS_PROXY, an endpoint of one's own into "
        return UnavailableError("sts_unreachable", text, remedy + "AWS_ENDPOINT_URL_STS), and try again")
    text = f"the AWS SDK failed ({type(error).__name__})"
    return JobpassError("aws_sdk_failed", text, "see that `aws sts get-caller-identity` works in this environment")


def no_credentials() -> JobpassError:
    """Return the error for a machine on which boto3 finds no credentials."""
    text = "this machine has no AWS credentials that boto3 finds, and a platform signs with them"
    remedy = "give it those of a role that jobpass.yaml names in the platform's `principals`; a platform that can have "
    return JobpassError("no_aws_credentials", text, remedy + "none signs by `public_keys` of its own instead")


def _refusal(error: ClientError, role_arn: str | None) -> JobpassError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in ("AccessDenied", "AccessDeniedException"):
        text = f"STS does not let this machine assume the invocation role {role_arn}"
        remedy = (
            "two sides must allow it: `principals` of the platform in jobpass.yaml must name the role of this machine "
            "(`aws sts get-caller-identity` says which it is), and that role's own policy sts:AssumeRole on the "
            "invocation role"
        )
        return RefusedError("invocation_role_denied", text, remedy)
    if code in _OUTDATED:
        text = f"the AWS credentials of this machine are no longer good ({code})"
        return RefusedError("aws_credentials_expired", text, "log in anew, and see that this machine's clock is right")
    if code in _UNKNOWN:
        text = f"STS does not know the AWS credentials of this machine ({code})"
        return RefusedError("aws_credentials_unknown", text, "see where they come from: `aws configure list`")
    if code in _BUSY or status >= 500:
        return UnavailableError("sts_unavailable", f"STS does not answer as it should ({code})", "try again later")
    text = f"STS gives no session of the invocation role {role_arn} ({code})"
    return RefusedError("invocation_role_refused", text, "see what `aws sts assume-role` says of it on this machine")
