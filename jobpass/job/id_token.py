"""An ID token, fetched from the endpoint that a job was given."""

from __future__ import annotations

from jobpass.errors import JobpassError, RefusedError, UnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobpass.job.https import Answer
    from jobpass.job.request_source import RequestSource
    from jobpass.job.retry import Patience

_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_LONGEST_TEXT = 1000
# What to do about what the issuer says, by its `error` (reference of the HTTP API, "Errors").
REMEDIES = {
    "invalid_request": "correct what the issuer names, and ask again",
    "invalid_target": "ask for what the job was registered with, or have the platform register it with this as well",
    "invalid_token": (
        "the registration has ended, or the request token is not the whole of it: "
        "have the platform register the job again, and set what it answers"
    ),
    "access_denied": "`jobpass explain` says which field stands in the way",
    "not_found": "set the request URL as the registration's answer has it",
}
_NO_AUDIENCE_REMEDY = "name one with `--audience` (in Python, with `audience`)"
_REFUSED_REMEDY = "ask whoever runs the issuer"
_LATER_REMEDY = "try again in a minute; if it goes on, tell whoever runs the issuer"
_NOT_AN_ISSUER = "check that the request URL is the one of the registration's answer, and that nothing stands between"


class IdToken:
    """A signed ID token and what its payload says, unverified; times are seconds since 1970. `repr` hides the token."""

    __slots__ = ("audience", "expires_at", "issued_at", "issuer", "subject", "value")

    def __init__(
        self, value: str, *, issuer: str, subject: str, audience: str, issued_at: int, expires_at: int
    ) -> None:
        self.value = value
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.issued_at = issued_at
        self.expires_at = expires_at

    def __repr__(self) -> str:
        return f"IdToken(subject={self.subject!r}, audience={self.audience!r}, expires_at={self.expires_at})"


def fetch(
    source: RequestSource,
    audience: str | None = None,
    *,
    expires_in_seconds: int | None = None,
    role_arn: str | None = None,
    patience: Patience | None = None,
) -> IdToken:
    """Return a new ID token; for the registration's default audience where none is given.

    `role_arn` pins it to one role. Answers that may pass (502, 503, 504) and failed connections are tried again.

    Raises:
        RefusedError: the issuer says no; `code` is its `error`.
        UnavailableError: it cannot be reached, or does not answer as an issuer does.
        JobpassError: the source cannot say what is asked for.
    """
    from jobpass.job import https, retry  # noqa: PLC0415 - slow, and only for those who ask

    method, url = source.request(audience, expires_in_seconds, role_arn)
    headers = {"Authorization": f"Bearer {source.token}", "Accept": "application/json, text/plain"}
    body = b"" if method == "POST" else None

    def once(left_seconds: float) -> Answer:
        seconds = min(https.TIMEOUT_SECONDS, left_seconds)
        return https.send(method, url, headers, body, timeout_seconds=seconds, name=source.url_name)

    answer = (patience or retry.Patience()).ask(once)
    if answer.status != 200:
        raise _error(answer, source)
    return _read(_token(answer, source), source)


def get_id_token(
    audience: str | None = None, *, expires_in_seconds: int | None = None, role_arn: str | None = None
) -> str:
    """Return a new ID token of the job that runs this, as `fetch` does, from the environment's first whole block.

    Raises:
        JobpassError: the environment does not say where to ask; or as `fetch`.
    """
    import os  # noqa: PLC0415 - imported by Python itself

    from jobpass.job.request_source import find  # noqa: PLC0415 - whoever has a source does not need it

    return fetch(find(os.environ), audience, expires_in_seconds=expires_in_seconds, role_arn=role_arn).value


def _token(answer: Answer, source: RequestSource) -> str:
    """Return the token in an answer: alone, as Windmill has it, or as the JSON member `value`."""
    try:
        text = answer.body.decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    if source.workspace is None:
        value = _json(answer).get("value")
        text = value if isinstance(value, str) else ""
    parts = text.split(".")
    if len(parts) != 3 or not all(part and _BASE64URL.issuperset(part) for part in parts):
        raise _unexpected(source, "with no token in it")
    return text


def _read(text: str, source: RequestSource) -> IdToken:
    import base64  # noqa: PLC0415 - only once there is a token
    import json  # noqa: PLC0415 - the same

    part = text.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        audience = claims["aud"] if isinstance(claims["aud"], str) else ", ".join(claims["aud"])
        return IdToken(
            text,
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            audience=audience,
            issued_at=int(claims["iat"]),
            expires_at=int(claims["exp"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise _unexpected(source, "with a token that is no ID token") from None


def _error(answer: Answer, source: RequestSource) -> JobpassError:
    """Return what an answer that is no token means."""
    said = _json(answer)
    code, described = said.get("error"), said.get("error_description") or said.get("message")
    host = _host(source)
    told = _shown(described, source) if isinstance(described, str) and described else ""
    text = told or f"{host} answered {answer.status}"
    if 300 <= answer.status < 400:
        return _unexpected(source, f"with a redirect ({answer.status}), which a secret does not follow")
    if answer.status >= 500 or answer.status == 429:
        request_id = said.get("request_id")
        named = f" (request {_shown(request_id, source)})" if isinstance(request_id, str) and request_id else ""
        return UnavailableError(
            _code(code, "issuer_unavailable"), f"{told and f'{host}: '}{text}{named}", _LATER_REMEDY
        )
    if 400 <= answer.status < 500:
        word = _code(code, {401: "invalid_token", 403: "access_denied", 404: "not_found"}.get(answer.status, "refused"))
        # The issuer speaks of the request's URL, which is not this reader's to write.
        no_audience = word == "invalid_request" and text.startswith("audience: is missing")
        remedy = _NO_AUDIENCE_REMEDY if no_audience else REMEDIES.get(word, _REFUSED_REMEDY)
        return RefusedError(word, text, remedy)
    return _unexpected(source, f"with {answer.status}")


def _json(answer: Answer) -> dict[str, object]:
    import json  # noqa: PLC0415 - only once there is an answer

    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _code(given: object, otherwise: str) -> str:
    """An error's code as RFC 6749 has them, so that nothing else stands where programs compare one."""
    fits = isinstance(given, str) and given.isascii() and given.replace("_", "").isalnum() and len(given) <= 64
    return given if fits and isinstance(given, str) else otherwise


def _shown(text: str, source: RequestSource) -> str:
    """A stranger's words for a terminal: one line, printable, without the secret that they may repeat."""
    # Before it is cut: what is left of a secret is no longer found.
    told = text.replace(source.token, "(the request token)")[:_LONGEST_TEXT]
    return "".join(each if each.isprintable() else " " for each in told)


def _host(source: RequestSource) -> str:
    from jobpass.job.https import checked  # noqa: PLC0415 - imported by now

    return checked(source.url, source.url_name).hostname or ""


def _unexpected(source: RequestSource, how: str) -> UnavailableError:
    return UnavailableError("unexpected_answer", f"{_host(source)} answered {how}", _NOT_AN_ISSUER)
