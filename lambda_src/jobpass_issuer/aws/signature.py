"""Signatures of requests, by AWS's clock where the function's own is wrong.

Source: IAM user guide, "Create a signed AWS API request" (Signature Version 4). Of all that it can sign, this signs
what is sent here: a POST to `/` without a query. Tests hold it to botocore's signer.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from jobpass_issuer.aws.process_credentials import Credentials

_ALGORITHM, _END = "AWS4-HMAC-SHA256", "aws4_request"
# AWS takes signatures of five minutes before and after; what differs by less is not the clock's fault.
_TOLERATED = timedelta(minutes=4)
# No clock is wrong by more, and a time that goes beyond what can be counted with would fail all calls from then on.
_CREDIBLE = timedelta(days=36_525)


class Clock:
    """The time as AWS has it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time now."""
        return datetime.now(UTC) + self._ahead

    def corrected(self, date: str | None) -> bool:
        """Go by the `Date` of an answer from here on, if it is far from the time that is had; return whether it is.

        A date that cannot be read, or is a lifetime away, is nobody's time.
        """
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a clock that is right needs none of it

        try:
            said = parsedate_to_datetime(date or "")
        except (ValueError, OverflowError):
            return False
        if said.tzinfo is None or abs(said - self.now()) < _TOLERATED:
            return False
        ahead = said - datetime.now(UTC)
        if abs(ahead) > _CREDIBLE:
            return False
        self._ahead = ahead
        return True


def signed(
    headers: Mapping[str, str],
    body: bytes,
    host: str,
    credentials: Credentials,
    service: str,
    region: str,
    at: datetime,
) -> dict[str, str]:
    """Return headers with those that prove who asks, and when; all but the user agent are part of the proof.

    A proxy may change what a client says of itself (botocore leaves it out as well).
    """
    timestamp = at.strftime("%Y%m%dT%H%M%SZ")
    said = {**headers, "X-Amz-Date": timestamp}
    if credentials.token:
        said["X-Amz-Security-Token"] = credentials.token
    covered = {name.lower(): " ".join(value.split()) for name, value in said.items() if name != "User-Agent"}
    covered["host"] = host
    names = sorted(covered)
    told = ";".join(names)
    lines = "".join(f"{name}:{covered[name]}\n" for name in names)
    canonical = f"POST\n/\n\n{lines}\n{told}\n{sha256(body).hexdigest()}"
    scope = f"{timestamp[:8]}/{region}/{service}/{_END}"
    text = f"{_ALGORITHM}\n{timestamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = _key(credentials.secret_key, timestamp[:8], region, service)
    proof = hmac.digest(key, text.encode(), "sha256").hex()
    said["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={told}, Signature={proof}"
    )
    return said


# One for each service on each day; those of yesterday are of no use any more.
@lru_cache(maxsize=8)
def _key(secret_key: str, *parts: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (*parts, _END):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
