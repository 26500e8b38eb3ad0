"""What to do about each error of AWS STS, from the job's side."""

from __future__ import annotations

from collections.abc import Mapping

# What STS says when it, or the issuer's documents, cannot be asked now; like a 503 it may pass.
PASSING_CODES = frozenset(
    {
        "IDPCommunicationError",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_DOCTOR = "`jobpass doctor ISSUER_URL` looks at it as STS does, and names what to mend"
_CLOCK = "set the clock of the issuer right (NTP)"
_NOT_AWS = (
    "see that AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, where they are set, lead to AWS: it has no reason for this"
)

# By the beginnings of texts, where one code has several; what follows in them varies.
_BY_TEXT: Mapping[str, Mapping[str, str]] = {
    "AccessDenied": {
        "Unrecognized OAuth provider": _NOT_AWS,
    },
    "InvalidIdentityToken": {
        "No OpenIDConnect provider": "create the issuer's OIDC provider in the role's own account: its URL is the "
        "token's `iss`, letter for letter",
        "Couldn't retrieve verification key": f"STS found no key of the issuer to verify with: {_DOCTOR}",
        "Incorrect token audience": "ask for the token with an audience (`--audience`) that the OIDC provider in the "
        "role's account has as a client ID",
        "The web identity token provided could not be validated": "ask for the token with an audience (`--audience`) "
        "that the OIDC provider in the role's account has as a client ID; where it has, the issuer's keys are "
        f"wrong: {_DOCTOR}",
        "The target role ARN is not present": "the token is pinned to other roles: have the platform register the job "
        "with this one under `roles`",
        "The roles claim": "have the platform register the job with this role under `roles`",
        "Token issued in the future": _CLOCK,
        "Token not yet valid": _CLOCK,
    },
    "ValidationError": {
        "The requested DurationSeconds exceeds": "ask for a shorter session (`--duration`), or raise the role's "
        "`max_session_seconds`",
    },
}

_BY_CODE: Mapping[str, str] = {
    "ExpiredTokenException": "try again with a new token; when it stays so, " + _CLOCK,
    "IDPCommunicationError": f"STS could not reach the issuer: {_DOCTOR}; then try again",
    "IDPRejectedClaim": _NOT_AWS,
    "InternalFailure": "try again in a few minutes; when it stays so, it is the token that STS cannot read: "
    "`jobpass explain` looks at it claim by claim",
    "MalformedPolicyDocument": _NOT_AWS,
    "PackedPolicyTooLarge": "have the job carry fewer or shorter session tags: shorten the profile's `session_tags`, "
    "or register the job with `aws_claims` set to `none`",
    "RegionDisabledException": "activate STS for this Region in the role's account (IAM, account settings), or set "
    "AWS_REGION to one where it is active",
    "ServiceUnavailable": "try again in a few minutes; the AWS Health Dashboard says whether STS is disturbed",
    "ValidationError": "correct the value that it names",
}
_THROTTLED = "try again in a minute; a job that draws credentials often should draw them once, with `jobpass exec`"


def remedy(code: str, message: str, role_arn: str) -> str:
    """Return what to do about an error of STS in the session of a role."""
    for beginning, found in _BY_TEXT.get(code, {}).items():
        if message.startswith(beginning):
            return found
    if code == "AccessDenied":
        return (
            f"`jobpass explain {role_arn} --registration FILE`, run where you may read the role and with what the "
            "registration answered, names the condition that stands in the way; a role that is seconds old refuses "
            "everybody: try again in a quarter of a minute"
        )
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in PASSING_CODES:
        return _THROTTLED
    return f"`jobpass explain --error {_quoted(message or code)}` says what it may mean"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
