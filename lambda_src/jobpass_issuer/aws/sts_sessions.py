"""Sessions of trusting roles, which STS gives for an ID token: the one call that is not signed with credentials."""

from collections.abc import Mapping
from datetime import UTC, datetime

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, required
from jobpass_issuer.aws.patience import Limits
from jobpass_issuer.aws.query_service import QueryService
from jobpass_issuer.domain.credentials import Credentials, Refusal, SessionRequest

_OPERATION = "sts:AssumeRoleWithWebIdentity"
# Who asks for credentials is an AWS SDK, which waits 2 s (botocore: three tries, 1 s between) or 1 s (JavaScript, v3).
# Of that, reading and signing take some 50 ms, and a good answer of STS 100 to 300: so one try of at most 0.5 + 1.2 s
# still answers botocore within its 2 s, with words rather than with silence. A second try here could not, and need not:
# the SDKs, JavaScript's too, try again by themselves, and then find STS with the issuer's keys already fetched.
LIMITS = Limits(connect_seconds=0.5, read_seconds=1.2, tries=1)
_REFUSALS = {
    "AccessDenied": Refusal.UNTRUSTED,
    "PackedPolicyTooLarge": Refusal.TAGS_TOO_LONG,
    "RegionDisabledException": Refusal.REGION_DISABLED,
    "ValidationError": Refusal.OTHER_TERMS,
}
# STS has no provider for the token, or no key. New ones are everywhere within a minute; what lasts longer is for those
# who run the issuer to mend, and not for the job.
_UNCHECKED = "InvalidIdentityToken"
_UNCHECKED_ADVICE = (
    "STS could not check the job's ID token; right after a deployment this passes within a minute. If it does not, see "
    "whether the issuer's documents are served, and the role's account has the OIDC provider"
)


class SessionRefusedError(Exception):
    """STS gives no session, and will not when it is asked again."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class StsSessions:
    """STS, as anybody may ask it who has an ID token."""

    def __init__(self, sts: QueryService) -> None:
        self._sts = sts

    def draw(self, request: SessionRequest, id_token: str) -> Credentials:
        """Return the credentials of a new session.

        Raises:
            SessionRefusedError: STS refuses for a reason that does not pass by itself.
            DependencyError: STS failed, or could not check the token.
        """
        try:
            answer = self._sts.call(
                "AssumeRoleWithWebIdentity",
                {
                    "RoleArn": request.role_arn,
                    "RoleSessionName": request.session_name,
                    "DurationSeconds": request.duration_seconds,
                    "WebIdentityToken": id_token,
                },
            )
        except DependencyError as error:
            if error.reason == _UNCHECKED:
                raise DependencyError(_OPERATION, _UNCHECKED, _UNCHECKED_ADVICE) from None
            if error.reason in _REFUSALS:
                raise SessionRefusedError(_REFUSALS[error.reason]) from None
            raise
        _is_for(request, answer)
        given = required(answer, "Credentials", _OPERATION)
        access_key_id, secret_access_key, session_token, expires_at = (
            required(given, name, _OPERATION)
            for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
        )
        return Credentials(access_key_id, secret_access_key, session_token, _timestamp(expires_at))


def _is_for(request: SessionRequest, answer: Mapping[str, Mapping[str, str]]) -> None:
    """See that an answer is to this request: whatever went wrong on the way, nobody gets another job's credentials.

    Raises:
        DependencyError: it is of another role or session, or does not say.
    """
    said = required(required(answer, "AssumedRoleUser", _OPERATION), "Arn", _OPERATION)
    role_name = request.role_arn.rpartition("/")[2]
    if said.partition(":assumed-role/")[2] != f"{role_name}/{request.session_name}":
        raise DependencyError(_OPERATION, MALFORMED)


def _timestamp(said: str) -> str:
    """The end of a session as AWS's SDKs read it.

    Raises:
        DependencyError: it is no time, or not of any time zone.
    """
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise DependencyError(_OPERATION, MALFORMED)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
