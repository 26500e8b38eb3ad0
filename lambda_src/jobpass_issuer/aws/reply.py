"""What AWS answers to one request, whole and of a bearable size, or a refusal."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.exceptions import ReadTimeoutError as Urllib3ReadTimeoutError

from jobpass_issuer.aws.failure import MALFORMED

# Two items of DynamoDB's 400 KB each, all of whose characters are escaped, fit.
MAX_BODY_BYTES = 2_097_152
_FIRST_ERROR_STATUS = 301
# Reasons of our own, beside AWS's codes.
OVERSIZE = "OversizeAnswer"
CORRUPT = "ChecksumMismatch"


class Reply(NamedTuple):
    """An answer; its `repr` hides the body, which may hold credentials."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_error(self) -> bool:
        """Whether its status tells a failure, as botocore sees it."""
        return self.status >= _FIRST_ERROR_STATUS

    @property
    def request_id(self) -> str | None:
        """The request ID, or None where the answer has none."""
        return self.headers.get("x-amzn-requestid") or None

    def __repr__(self) -> str:
        return f"Reply({self.status})"


class RefusedError(Exception):
    """AWS answered, and not with what was asked for; `code` is AWS's, or one of ours for an answer that is spoilt."""

    def __init__(self, code: str, reply: Reply) -> None:
        super().__init__(code)
        self.code = code
        self.reply = reply


def read(response: Any, url: str) -> Reply:
    """Return the answer whose body has not been read yet.

    Raises:
        RefusedError: it is too large, or ends too soon.
        BotoCoreError: it does not come to its end.
    """
    reply = Reply(response.status_code, response.headers, _body(response.raw, url))
    if len(reply.body) > MAX_BODY_BYTES:
        response.raw.close()
        raise RefusedError(OVERSIZE, reply._replace(body=b""))
    length = reply.headers.get("Content-Length", "")
    if length.isdigit() and len(reply.body) != int(length):
        raise RefusedError(MALFORMED, reply)
    return reply


def _body(raw: Any, url: str) -> bytes:
    try:
        body: bytes = raw.read(MAX_BODY_BYTES + 1)
    except Urllib3ReadTimeoutError as error:
        raise ReadTimeoutError(endpoint_url=url, error=error) from None
    except ProtocolError as error:
        raise ConnectionClosedError(endpoint_url=url, error=error) from None
    except (HTTPError, OSError) as error:
        raise HTTPClientError(error=error) from None
    return body
