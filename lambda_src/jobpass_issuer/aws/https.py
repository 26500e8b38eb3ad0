"""HTTPS as anybody on the internet speaks it: no credentials, no redirects, an answer of bounded size."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO

_TIMEOUT_SECONDS = 5
_MAX_ANSWER_BYTES = 1 << 20


class UnansweredError(Exception):
    """No answer came, or none that can be read; the text is the kind of failure and nothing that was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer; its `repr` hides the body, which may hold a token."""

    status: int
    body: bytes = field(repr=False)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none: a secret in a header would go along, and a document would be somebody else's."""


def ask(method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
    """Send one request over TLS, and return what is answered to it, an error's status and body included.

    Raises:
        UnansweredError: the URL is not https, no answer came within five seconds, or it is longer than a mebibyte.
    """
    if not url.startswith("https://"):
        raise UnansweredError("NotHttps")
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_SECONDS) as response:
            answer = Answer(response.status, response.read(_MAX_ANSWER_BYTES + 1))
    except urllib.error.HTTPError as error:
        with error:
            answer = Answer(error.code, error.read(_MAX_ANSWER_BYTES + 1))
    except urllib.error.URLError as error:
        raise UnansweredError(type(error.reason).__name__) from None
    except (OSError, HTTPException, ValueError) as error:
        raise UnansweredError(type(error).__name__) from None
    if len(answer.body) > _MAX_ANSWER_BYTES:
        raise UnansweredError("TooLong")
    return answer
