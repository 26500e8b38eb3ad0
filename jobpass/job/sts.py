"""A session of an IAM role for an ID token: `sts:AssumeRoleWithWebIdentity`, which nobody signs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.job import sts_answer, sts_remedies
from jobpass.job.credentials import Credentials
from jobpass.job.sts_endpoint import endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobpass.job.https import Answer
    from jobpass.job.retry import Patience

DURATION_SECONDS = 3600
# AWS STS API Reference, "AssumeRoleWithWebIdentity".
SHORTEST_SECONDS, LONGEST_SECONDS = 900, 43200
_ROLE_ARN = re.compile(r"arn:aws[a-z-]{0,20}:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_HIDDEN = "(a token, which is not shown)"
_TOKEN = re.compile(r"\bey[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*")


class ArgumentError(JobpassError):
    """A value is not one that AWS STS takes, and is not sent to it."""

    exit_status = 2

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__("usage", message, remedy)


def check(role_arn: str, session_name: str | None, duration_seconds: int) -> None:
    """Check what a session is asked for by, before anything is sent.

    Raises:
        ArgumentError: STS takes no such value.
    """
    if not _ROLE_ARN.fullmatch(role_arn):
        text = f"{role_arn[:200]!r} is no role's ARN"
        raise ArgumentError(text, "write it whole, like arn:aws:iam::111122223333:role/jobpass-web-deploy")
    if session_name is not None and not _SESSION_NAME.fullmatch(session_name):
        text = f"{session_name[:200]!r} is no name of a session"
        raise ArgumentError(text, "take 2 to 64 letters, digits and characters of _+=,.@-")
    if not SHORTEST_SECONDS <= duration_seconds <= LONGEST_SECONDS:
        text = f"a session cannot last {duration_seconds} seconds"
        raise ArgumentError(text, f"choose {SHORTEST_SECONDS} to {LONGEST_SECONDS}, and no more than the role allows")


def assume(
    token: str,
    role_arn: str,
    *,
    session_name: str,
    duration_seconds: int = DURATION_SECONDS,
    environ: Mapping[str, str],
    patience: Patience | None = None,
) -> Credentials:
    """Return credentials of a role for an ID token.

    `environ` says which STS is asked (`jobpass.job.sts_endpoint`) and, by `AWS_CA_BUNDLE`, whom to trust. What may
    pass (502, 503, 504, throttling, an issuer that STS could not reach, a connection that failed) is tried again, as
    `patience` says. Source: AWS STS API Reference, "AssumeRoleWithWebIdentity".

    Raises:
        ArgumentError: STS takes no such value.
        RefusedError: STS refuses; `code` is its own.
        UnavailableError: STS could not be asked, or did not answer as it does.
    """
    check(role_arn, session_name, duration_seconds)
    import time  # noqa: PLC0415 - built in, and needed here alone
    from urllib.parse import urlencode, urlsplit  # noqa: PLC0415 - slow; `jobpass token` comes here too seldom

    from jobpass.job import https  # noqa: PLC0415 - likewise
    from jobpass.job.retry import Patience  # noqa: PLC0415 - likewise

    found = endpoint(role_arn, environ)
    parameters = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role_arn,
        "RoleSessionName": session_name,
        "DurationSeconds": str(duration_seconds),
        "WebIdentityToken": token,
    }
    body = urlencode(parameters).encode("ascii")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Accept": "text/xml"}

    def once(left_seconds: float) -> Answer:
        return https.send(
            "POST",
            found.url,
            headers,
            body,
            timeout_seconds=min(left_seconds, https.TIMEOUT_SECONDS),
            ca_file=environ.get("AWS_CA_BUNDLE") or None,
            name=found.name,
        )

    answer = (patience or Patience()).ask(once, _passing)
    host = urlsplit(found.url).hostname or ""
    if answer.status == 200:
        return sts_answer.credentials_of(answer.body, time.time(), host)
    raise _error(answer, role_arn, token, host)


def _passing(answer: Answer) -> bool:
    from jobpass.job.retry import PASSING  # noqa: PLC0415 - imported by whoever asks

    if answer.status in PASSING:
        return True
    refusal = sts_answer.refusal_of(answer.body) if answer.status >= 400 else None
    return refusal is not None and refusal.code in sts_remedies.PASSING_CODES


def _error(answer: Answer, role_arn: str, token: str, host: str) -> JobpassError:
    refusal = sts_answer.refusal_of(answer.body)
    if refusal is None and answer.status >= 500:
        text = f"{host} answered {answer.status}"
        return UnavailableError("sts_unavailable", text, sts_remedies.remedy("ServiceUnavailable", "", role_arn))
    if refusal is None:
        return sts_answer.malformed(host, f"its status is {answer.status}")
    # STS quotes what it was sent in some of its texts.
    message = _TOKEN.sub(_HIDDEN, refusal.message.replace(token, _HIDDEN) if token else refusal.message)
    later = answer.status >= 500 or refusal.code in sts_remedies.PASSING_CODES
    kind = UnavailableError if later else RefusedError
    told = f"AWS STS gives no session of {role_arn}: {message or 'without a reason'} ({refusal.code})"
    return kind(refusal.code, told, sts_remedies.remedy(refusal.code, message, role_arn))
