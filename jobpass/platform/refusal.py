"""What an answer of the API that is no grant means, and what to do about it; API Gateway's own answers too."""

import re
from email.utils import parsedate_to_datetime

from jobpass.errors import JobpassError, UnavailableError
from jobpass.job.https import Answer
from jobpass.platform.document import Document
from jobpass.platform.errors import Problem, RequestRefusedError

# A signature of AWS may be five minutes off, a client assertion 30 seconds ahead.
SKEW_WORTH_TELLING_SECONDS = 30
_REMEDIES = {
    "invalid_request": "correct what is named; jobpass.yaml says what this platform may register",
    "access_denied": "take the URL of the API and the invocation role from the outputs of one deployment, and see that "
    "its jobpass.yaml still has this platform",
    "invalid_client": "compare the platform's name, the key's `kid` and the key itself with `public_keys` in "
    "jobpass.yaml, the issuer URL with the output `IssuerUrl`, and this machine's clock with the time",
    "not_found": "name the `job_id` that this platform's own registration answered with; one that expired long ago is "
    "no longer known",
}
# As RFC 6749 has codes; programs compare them.
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_GATEWAY = {
    403: (
        "gateway_forbidden",
        "API Gateway takes no call with this signature",
        (
            "sign with a session of the platform's invocation role (JOBPASS_INVOCATION_ROLE_ARN; the machine's own "
            "role is refused here), for the Region where the stack is (AWS_REGION), and by a clock that is right; see "
            "that JOBPASS_API_URL is the output `ApiUrl` with nothing behind it"
        ),
    ),
    404: (
        "no_such_route",
        "the API has no such route",
        (
            "see that the URL is the output `ApiUrl`; the routes for client assertions are there only where a platform "
            "in jobpass.yaml has `public_keys`"
        ),
    ),
    413: ("request_too_large", "the registration is larger than the API takes", "keep it within 65,536 bytes"),
    429: (
        "throttled",
        "the API has more requests than it takes at once",
        "ask again later, and register fewer jobs at a time",
    ),
}


def error_of(answer: Answer, action: str, now: float) -> JobpassError:
    """Return what an answer other than the wanted one means; `action` is what was asked for, `now` in seconds.

    An error of the API's functions keeps its `error` as code, its `problems` and its `request_id`.
    """
    document = Document.read(answer.body)
    members = document.members if document else {}
    code = members.get("error")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return _gateways(answer, action, now)
    message = f"{action}: {_line(members.get('error_description')) or code}"
    request_id = _line(members.get("request_id")) or None
    if answer.status >= 500:
        named = f" (request_id {request_id})" if request_id else ""
        remedy = "ask again later; if it stays so, give the request_id to whoever runs the issuer: its log has it"
        return UnavailableError(code, message + named, remedy)
    if answer.status == 401:
        message += _skew(answer, now)
    remedy = _REMEDIES.get(code, "docs/reference/http-api.md lists what each error means")
    problems = _problems(members.get("problems"))
    return RequestRefusedError(code, message, remedy, problems=problems, request_id=request_id)


def _gateways(answer: Answer, action: str, now: float) -> JobpassError:
    """What API Gateway answers in the place of a function, or whoever else stands there."""
    if answer.status in _GATEWAY:
        code, text, remedy = _GATEWAY[answer.status]
        if answer.status == 429:
            return UnavailableError(code, f"{action}: {text}", remedy)
        if answer.status == 403:
            text += _skew(answer, now)
        return RequestRefusedError(code, f"{action}: {text}", remedy)
    if answer.status >= 500:
        text = f"{action}: the API answered {answer.status}"
        return UnavailableError("unavailable", text, "ask again later; if it stays so, see the log of its function")
    text = f"{action}: what answered {answer.status} is not the API of Jobpass"
    return UnavailableError("unexpected_answer", text, "see that the URL is the output `ApiUrl`, letter for letter")


def _problems(listed: object) -> list[Problem]:
    if not isinstance(listed, list):
        return []
    read = [(each.get("field"), each.get("problem")) for each in listed if isinstance(each, dict)]
    return [Problem(_line(field), _line(text)) for field, text in read if _line(field) and _line(text)]


def _line(value: object) -> str:
    """A stranger's words, in one printable line: they end up on terminals and in logs. Empty for what is no text."""
    return "".join(each if each.isprintable() else " " for each in value) if isinstance(value, str) else ""


def _skew(answer: Answer, now: float) -> str:
    """By how much this machine's clock is off the API's, where that may be why."""
    try:
        seconds = round(now - parsedate_to_datetime(answer.headers.get("date", "")).timestamp())
    except (TypeError, ValueError, OverflowError):
        return ""
    if abs(seconds) < SKEW_WORTH_TELLING_SECONDS:
        return ""
    return f"; this machine's clock is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} the API's"
