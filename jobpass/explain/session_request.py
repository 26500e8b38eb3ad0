"""The parameters of AssumeRoleWithWebIdentity beside the token (AWS STS API reference)."""

import re

from jobpass.explain import sts_errors
from jobpass.explain.federation import DEFAULT_SESSION_SECONDS, Request, Role
from jobpass.explain.quoting import quoted
from jobpass.explain.refusal import Refusal

SHORTEST_SECONDS, LONGEST_SECONDS = 900, 43_200

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def wrong_parameter(request: Request) -> Refusal | None:
    """Return what STS says of a session name or a duration that no role takes."""
    if request.session_name is not None and not _SESSION_NAME.fullmatch(request.session_name):
        return _constraint(
            "roleSessionName",
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
            f"the session name is {quoted(request.session_name)}; AWS takes 2 to 64 letters, digits and + = , . @ _ -",
            "choose a session name of that form",
        )
    seconds = request.duration_seconds
    if seconds is None or SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        return None
    bound, limit = ("greater", SHORTEST_SECONDS) if seconds < SHORTEST_SECONDS else ("less", LONGEST_SECONDS)
    return _constraint(
        "durationSeconds",
        f"Member must have value {bound} than or equal to {limit}",
        f"DurationSeconds is {seconds}; AWS takes {SHORTEST_SECONDS} to {LONGEST_SECONDS}",
        f"ask for {limit} s",
    )


def wrong_provider_id(request: Request) -> Refusal | None:
    """Return what STS says of a ProviderId, which is for tokens that are no OIDC ID tokens."""
    given = request.provider_id
    if given is None:
        return None
    remedy = "leave the parameter ProviderId out"
    cause = f"ProviderId is {quoted(given)}: an ID token names its issuer itself"
    if given == "www.amazon.com":
        return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_AMAZON_TOKEN, cause, remedy)
    if given == "graph.facebook.com":
        return Refusal("IDPRejectedClaim", sts_errors.FACEBOOK_REJECTED, cause, remedy)
    return Refusal(sts_errors.ACCESS_DENIED, sts_errors.UNRECOGNIZED_PROVIDER, cause, remedy)


def session_seconds(request: Request) -> int:
    """Return how long the session would last: the token's `exp` does not shorten it."""
    return DEFAULT_SESSION_SECONDS if request.duration_seconds is None else request.duration_seconds


def too_long(request: Request, role: Role) -> Refusal | None:
    """Return what STS says of a session longer than the role allows."""
    if session_seconds(request) <= role.max_session_seconds:
        return None
    return Refusal(
        sts_errors.VALIDATION_ERROR,
        sts_errors.OVER_MAXIMUM_DURATION,
        f"the session is to last {session_seconds(request)} s; the role allows {role.max_session_seconds} s",
        f"ask for at most {role.max_session_seconds} s, or raise the role's maximum session duration",
        recorded=False,
    )


def _constraint(member: str, constraint: str, cause: str, remedy: str) -> Refusal:
    message = sts_errors.CONSTRAINT.format(member=member, constraint=constraint)
    return Refusal(sts_errors.VALIDATION_ERROR, message, cause, remedy, recorded=False)
