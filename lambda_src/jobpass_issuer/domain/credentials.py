"""Credentials drawn for a job: for which role, by what token, for how long, and how its SDK is told."""

from dataclasses import dataclass, field
from enum import Enum

from jobpass_issuer.domain.errors import (
    AccessDeniedError,
    InvalidRequestError,
    InvalidTargetError,
    IssuerError,
    Problem,
)
from jobpass_issuer.domain.issuance import TokenRequest, role_terms
from jobpass_issuer.domain.standing import Entitlement

# STS makes no shorter session (STS API, "AssumeRoleWithWebIdentity").
MIN_SESSION_SECONDS = 900
MAX_SESSION_NAME_LENGTH = 64
# The token goes to STS at once and nowhere else.
TOKEN_LIFETIME_SECONDS = 60


class Refusal(Enum):
    """Why STS gives no session, where trying again does not help."""

    UNTRUSTED = "untrusted"
    TAGS_TOO_LONG = "tags too long"
    REGION_DISABLED = "Region disabled"
    OTHER_TERMS = "other terms"


_CHANGED_ROLE = (
    "its trust policy is not the one that was deployed, or was made within the last minute; deploy again, or try again "
    "shortly"
)
_REMEDIES = {
    Refusal.TAGS_TOO_LONG: (
        "the job's session tags are too long together for STS: have the platform register shorter fields, or "
        "`aws_claims: none`"
    ),
    Refusal.REGION_DISABLED: (
        "STS is not activated for the role's account in this Region: activate it in IAM's account settings"
    ),
    Refusal.OTHER_TERMS: (
        "STS takes the session's terms for wrong: the role's maximum session duration is not the one that was "
        "deployed; deploy again"
    ),
}


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What STS is asked for."""

    role_arn: str
    session_name: str
    duration_seconds: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What STS gave; `expires_at` is UTC in RFC 3339, and the `repr` shows nothing else."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: str


def token_request(entitlement: Entitlement, role_arn: str | None) -> TokenRequest:
    """Return the ID token that draws credentials for a role, which may be left out where the job has exactly one.

    It is pinned to the role, and for the first of the job's audiences that the role takes.

    Raises:
        InvalidRequestError: no role is named, and the job has several.
        InvalidTargetError: the role is not the job's, the job has none, or no audience of the job's is the role's.
    """
    arn = _only_role(entitlement) if role_arn is None else role_arn
    terms = role_terms(entitlement, arn)
    for audience in entitlement.aws_audiences:
        if audience in terms.audiences:
            return TokenRequest(audience, arn, TOKEN_LIFETIME_SECONDS)
    listed = ", ".join(terms.audiences)
    raise InvalidTargetError(
        f"role_arn: the role takes tokens for {listed} only: have the platform register the job with that audience",
        [Problem("role_arn", "takes no audience of this job's")],
    )


def _only_role(entitlement: Entitlement) -> str:
    """The one role that was registered; what has been lost of several since does not choose for the job."""
    roles = tuple(entitlement.registration.roles)
    if not roles:
        text = "this job has no role: have the platform register it with one under `roles`"
        raise InvalidTargetError(text, [Problem("role_arn", "cannot be: this job has no role")])
    if len(roles) > 1:
        text = f"is missing: this job has several roles; append `?role_arn=` and one of: {', '.join(roles)}"
        raise InvalidRequestError.of([Problem("role_arn", text)])
    return roles[0]


def session_request(entitlement: Entitlement, role_arn: str, now: int) -> SessionRequest:
    """Return what to ask of STS: a session until the registration's end, as far as the role and STS allow.

    Where less than STS's least is left, the session outlives the registration by the rest of that.

    Raises:
        InvalidTargetError: the role is not the job's.
    """
    registration = entitlement.registration
    longest = role_terms(entitlement, role_arn).max_session_seconds
    duration = max(MIN_SESSION_SECONDS, min(longest, registration.expires_at - now))
    # The job's identifier whole, so that CloudTrail leads from a call to its registration.
    room = MAX_SESSION_NAME_LENGTH - len(registration.job_id) - 1
    return SessionRequest(role_arn, f"{registration.platform[:room]}-{registration.job_id}", duration)


def refusal(entitlement: Entitlement, role_arn: str, reason: Refusal) -> IssuerError:
    """Return the answer to a job whose token STS gives no session for, with the obstacle where it is known.

    Of a trust policy STS says no more than that it does not authorize; the registration knows what stood in the way
    when it was made.
    """
    if reason is Refusal.UNTRUSTED:
        obstacle = entitlement.registration.obstacles.get(role_arn)
        return AccessDeniedError(f"the role does not trust this job: {obstacle or _CHANGED_ROLE}")
    return AccessDeniedError(_REMEDIES[reason])


def container_answer(credentials: Credentials, role_arn: str) -> dict[str, str]:
    """Return credentials as AWS SDKs take them from a container (AWS SDKs and Tools Reference Guide, "Container
    credential provider").
    """
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "Expiration": credentials.expires_at,
        "AccountId": role_arn.split(":")[4],
        "RoleArn": role_arn,
    }
