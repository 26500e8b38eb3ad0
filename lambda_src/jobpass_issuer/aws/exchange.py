"""Requests to one service: sent as AWS's SDKs send them, mended where that can be, tried again where that helps.

What can be mended is mended once a call and at once, within the time of the try that found it out: a connection that
AWS has closed meanwhile, credentials that are no longer good, a clock that is wrong. All else is for the retries.
"""

import os
import sys
import time
from binascii import crc32
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from jobpass_issuer.aws import patience
from jobpass_issuer.aws.connection import Connections
from jobpass_issuer.aws.endpoint import endpoint_url, region_of
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.process_credentials import ProcessCredentials
from jobpass_issuer.aws.reply import CORRUPT, RefusedError, Reply
from jobpass_issuer.aws.signature import Clock, signed
from jobpass_issuer.aws.unreachable import CLOSED, UnreachableError

if TYPE_CHECKING:
    from jobpass_issuer.aws.retry import StandardRetries

# AWS's words for credentials that are no longer good.
_STALE = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})
# And for a signature of another time, among other things: only the answer's `Date` tells whether the clock is to blame.
_UNTIMELY = frozenset(
    {
        *("AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"),
        "SignatureDoesNotMatch",
    }
)
_credentials = ProcessCredentials()
_clock = Clock()
_Trouble = RefusedError | UnreachableError


def user_agent() -> str:
    """Return who asks, in the form that AWS's SDKs have."""
    words = ["jobpass-issuer/1", "ua/2.1", "lang/python#{}.{}.{}".format(*sys.version_info)]
    environment = os.environ.get("AWS_EXECUTION_ENV")
    return " ".join([*words, *([f"exec-env/{environment}"] if environment else []), "cfg/retry-mode#standard"])


class Exchange:
    """What is sent to one service, and what it answers; `code_of` reads the code of an answer that is an error."""

    def __init__(
        self, service: str, code_of: Callable[[Reply], str], limits: patience.Limits, *, signed: bool = True
    ) -> None:
        self._service = service
        self._code_of = code_of
        self._limits = limits
        self._signed = signed
        self._region = region_of(os.environ)
        self._url = endpoint_url(service, self._region, os.environ)
        self._connections = Connections(self._url, limits.connect_seconds, limits.read_seconds)
        self._user_agent = user_agent()
        self._retries: StandardRetries | None = None

    def post(self, operation: str, headers: Mapping[str, str], body: bytes, said: str = "") -> Reply:
        """Return the answer to a request; `said` is added to the user agent of each of its tries.

        Raises:
            DependencyError: AWS refused, could not be reached, or answered what cannot be relied on.
        """
        agent = f"{self._user_agent} {said}" if said else self._user_agent
        attempts, mended = 1, set[str]()
        began = time.monotonic()
        left = None
        while True:
            try:
                reply = self._sent({**headers, "User-Agent": agent}, body, left)
            except (RefusedError, UnreachableError) as error:
                mend, taken = self._mend(error), time.monotonic() - began
                if mend and mend not in mended and taken < self._limits.read_seconds / 2:
                    # What connecting did not take of the try is left for reading: both together are one try's time.
                    mended.add(mend)
                    left = self._limits.read_seconds - taken
                    continue
                wait = self._wait_seconds(error, attempts)
                if wait is None:
                    raise _failure(f"{self._service}:{operation}", error) from None
            else:
                if self._retries is not None:
                    self._retries.succeeded(attempts)
                return reply
            time.sleep(wait)
            attempts += 1
            began, left = time.monotonic(), None

    def _sent(self, headers: Mapping[str, str], body: bytes, read_seconds: float | None) -> Reply:
        if self._signed:
            host, credentials = self._connections.host, _credentials.current()
            headers = signed(headers, body, host, credentials, self._service, self._region, _clock.now())
        reply = self._connections.post("/", headers, body, read_seconds)
        if reply.is_error:
            raise RefusedError(self._code_of(reply), reply)
        checksum = reply.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(crc32(reply.body)):
            raise RefusedError(CORRUPT, reply)
        return reply

    def _mend(self, error: _Trouble) -> str:
        """Put right what can be before the next try; return what that is, or nothing."""
        if isinstance(error, UnreachableError):
            return "connection" if error.reason == CLOSED else ""
        if not self._signed:
            return ""
        if error.code in _STALE:
            _credentials.forget()
            return "credentials"
        if error.code in _UNTIMELY and _clock.corrected(error.reply.headers.get("date")):
            return "clock"
        return ""

    def _wait_seconds(self, error: _Trouble, attempts: int) -> float | None:
        """How long to wait for another try, None where it would not help, or the caller has no patience for it."""
        left = patience.left_seconds()
        if left is not None and not patience.tried_again(attempts, left):
            return None
        if self._retries is None:
            from jobpass_issuer.aws.retry import StandardRetries  # noqa: PLC0415 - a good call needs none of it

            self._retries = StandardRetries(self._service, self._limits.tries)
        wait = self._retries.wait_seconds(error, attempts)
        return None if wait is None or (left is not None and wait + patience.TRY_SECONDS > left) else wait


def _failure(operation: str, error: _Trouble) -> DependencyError:
    if isinstance(error, RefusedError):
        return DependencyError(operation, error.code, request_id=error.reply.request_id)
    return DependencyError(operation, error.reason)
