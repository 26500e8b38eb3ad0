"""What AWS STS answers, read with suspicion: it ends up in files and shells."""

from __future__ import annotations

import re

from jobpass.errors import UnavailableError
from jobpass.job.credentials import Credentials

# AWS STS API Reference, "Credentials", has \w for the key ID and no pattern for the rest, which is base64.
_ACCESS_KEY_ID = re.compile(r"\w{16,128}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{1,256}")
_SESSION_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{1,16384}")
_EXPIRATION = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z", re.ASCII)
_CODE = re.compile(r"[A-Za-z][\w.:-]{0,127}", re.ASCII)
# Far beyond any answer of STS: an element's path is kept, and a stranger's would fill the memory.
_DEEPEST, _LONGEST_NAME, _MOST_ELEMENTS = 16, 64, 200
_LONGEST_MESSAGE = 1000


class Refusal:
    """An error of STS: its code and its text, without control characters."""

    __slots__ = ("code", "message")

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message


def credentials_of(body: bytes, now: float, host: str) -> Credentials:
    """Return the credentials in the answer to AssumeRoleWithWebIdentity, at a Unix time.

    Raises:
        UnavailableError: there are none in it, their characters are not those of credentials, or they have ended.
    """
    found = _leaves(body)
    prefix = "AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/Credentials/"
    key_id, secret, token = (
        _matched(pattern, found.get(prefix + name, ""), name, host)
        for name, pattern in (
            ("AccessKeyId", _ACCESS_KEY_ID),
            ("SecretAccessKey", _SECRET),
            ("SessionToken", _SESSION_TOKEN),
        )
    )
    expires_at = _unix(found.get(prefix + "Expiration", ""))
    if expires_at is None:
        raise malformed(host, "there is no Expiration in it")
    if expires_at <= now:
        raise UnavailableError(
            "sts_answer",
            f"the credentials that {host} gave have ended before they were used",
            "set this machine's clock right (NTP), and try again",
        )
    return Credentials(key_id, secret, token, expires_at)


def refusal_of(body: bytes) -> Refusal | None:
    """Return the error in an answer; None where it is none of STS's."""
    found = _leaves(body)
    code = _printable(found.get("ErrorResponse/Error/Code", ""))
    message = _printable(found.get("ErrorResponse/Error/Message", ""))
    return Refusal(code, message) if _CODE.fullmatch(code) else None


def malformed(host: str, detail: str) -> UnavailableError:
    """Return the error for an answer that STS does not give."""
    return UnavailableError(
        "sts_answer",
        f"{host} does not answer as AWS STS does: {detail}",
        "see that AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and a proxy, where they are set, lead to AWS",
    )


def _matched(pattern: re.Pattern[str], value: str, name: str, host: str) -> str:
    if not value:
        raise malformed(host, f"there is no {name} in it")
    if not pattern.fullmatch(value):
        raise malformed(host, f"{name} has characters that credentials have not")
    return value


def _unix(text: str) -> int | None:
    found = _EXPIRATION.fullmatch(text)
    if not found:
        return None
    from datetime import datetime, timezone  # noqa: PLC0415 - not before there are credentials

    try:
        return int(datetime(*map(int, found.groups()), tzinfo=timezone.utc).timestamp())  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _leaves(body: bytes) -> dict[str, str]:
    """Return the texts of an XML document by the paths of their elements, namespaces aside; of equals, the last.

    A document that is none, that declares a type (which STS never does, and entities hang on), or that is deeper or
    larger than any answer of STS, has no texts.
    """
    from itertools import count  # noqa: PLC0415 - built in
    from xml.parsers import expat  # noqa: PLC0415 - not before there is an answer

    path: list[str] = []
    texts: dict[str, str] = {}
    begun = count(1)
    held: list[str] = []

    def begin(name: str, _: dict[str, str]) -> None:
        path.append(name.rpartition(" ")[2])
        if len(path) > _DEEPEST or len(path[-1]) > _LONGEST_NAME or next(begun) > _MOST_ELEMENTS:
            raise _StrangeError
        held.clear()

    def end(_: str) -> None:
        texts["/".join(path)] = "".join(held).strip()
        held.clear()
        path.pop()

    def refuse(*_: object) -> None:
        raise _StrangeError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = held.append, refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _StrangeError, ValueError, LookupError):
        return {}
    return texts


class _StrangeError(Exception):
    """The document is not one that STS writes."""


def _printable(text: str) -> str:
    words = " ".join(text.split())
    return "".join(each for each in words if each.isprintable())[:_LONGEST_MESSAGE]
