"""What AWS answers to one request, whole and of a bearable size, or a refusal."""

from collections.abc import Mapping
from typing import NamedTuple

# Two items of DynamoDB's 400 KB each, all of whose characters are escaped, fit.
MAX_BODY_BYTES = 2_097_152
_FIRST_ERROR_STATUS = 301
# Reasons of our own, beside AWS's codes.
OVERSIZE = "OversizeAnswer"
CORRUPT = "ChecksumMismatch"


class Reply(NamedTuple):
    """An answer; the names of `headers` are in lower case. Its `repr` hides the body, which may hold credentials."""

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
