"""Signatures of requests (SigV4), by botocore's signer and by AWS's clock where the function's own is wrong."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest

from jobpass_issuer.aws.process_credentials import Credentials

# AWS takes signatures of five minutes before and after; what differs by less is not the clock's fault.
_TOLERATED = timedelta(minutes=4)


class Clock:
    """The time as AWS has it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time now."""
        return datetime.now(UTC) + self._ahead

    def corrected(self, date: str | None) -> bool:
        """Go by the `Date` of an answer from here on, if it is far from the time that is had; return whether it is."""
        try:
            said = parsedate_to_datetime(date or "")
        except ValueError:
            return False
        if said.tzinfo is None or abs(said - self.now()) < _TOLERATED:
            return False
        self._ahead = said - datetime.now(UTC)
        return True


class _Signer(SigV4Auth):
    def __init__(self, credentials: Credentials, service: str, region: str, clock: Clock) -> None:
        # Of credentials it reads the three attributes.
        super().__init__(cast("Any", credentials), service, region)
        self._clock = clock

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._clock.now().strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc]


def sign(request: AWSRequest, credentials: Credentials, service: str, region: str, clock: Clock) -> None:
    """Add the headers that prove who asks, and when."""
    _Signer(credentials, service, region, clock).add_auth(request)
