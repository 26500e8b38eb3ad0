"""Whether a call that failed is made again, and when: the standard mode of AWS's SDKs.

Source: AWS SDKs and tools reference guide, "Retry behavior". Tests hold the rules and their numbers to botocore's.
"""

import random
from collections.abc import Callable

from jobpass_issuer.aws.reply import CORRUPT, RefusedError
from jobpass_issuer.aws.unreachable import PASSING, UnreachableError

# The last is of STS alone: the issuer's documents could not be fetched.
TRANSIENT_CODES = frozenset(
    {"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "IDPCommunicationError"}
)
TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
THROTTLING_STATUS = 429
THROTTLING_CODES = frozenset(
    {
        *("BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete"),
        *("ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled"),
        *("RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException"),
        *("TooManyRequestsException", "TransactionInProgressException"),
    }
)
QUOTA, THROTTLING_COST, OTHER_COST, GOOD_CALL = 500, 5, 14, 1
MOST_SECONDS, MOST_MORE_SECONDS = 20.0, 5.0
THROTTLING_SECONDS, OTHER_SECONDS, DYNAMODB_SECONDS = 1.0, 0.05, 0.025
_RETRY_AFTER = "x-amz-retry-after"

Trouble = RefusedError | UnreachableError


class StandardRetries:
    """The rules for the calls of one service, and how much may be tried again before something succeeds."""

    def __init__(self, service: str, tries: int, draw: Callable[[], float] = random.random) -> None:
        self._other_seconds = DYNAMODB_SECONDS if service == "dynamodb" else OTHER_SECONDS
        self._tries = tries
        self._draw = draw
        self._quota = QUOTA
        # What the last try that was allowed has taken of the quota.
        self._taken = 0

    def wait_seconds(self, error: Trouble, attempts: int) -> float | None:
        """Return how long to wait after so many attempts before the next, or None where there shall be none."""
        throttled = _is_throttling(error)
        if attempts >= self._tries or not (throttled or _is_transient(error)):
            return None
        price = THROTTLING_COST if throttled else OTHER_COST
        if price > self._quota:
            return None
        self._quota -= price
        self._taken = price
        longest = (THROTTLING_SECONDS if throttled else self._other_seconds) * 2.0 ** (attempts - 1)
        wait: float = self._draw() * min(longest, MOST_SECONDS)
        asked = _asked_seconds(error)
        return wait if asked is None else max(wait, min(asked, wait + MOST_MORE_SECONDS))

    def succeeded(self, attempts: int) -> None:
        """Give back to the quota what a good answer after so many attempts gives back."""
        self._quota = min(QUOTA, self._quota + (GOOD_CALL if attempts == 1 else self._taken))


def _is_throttling(error: Trouble) -> bool:
    return isinstance(error, RefusedError) and (
        error.code in THROTTLING_CODES or error.reply.status == THROTTLING_STATUS
    )


def _is_transient(error: Trouble) -> bool:
    if isinstance(error, UnreachableError):
        return error.reason in PASSING
    return error.code in TRANSIENT_CODES or error.reply.status in TRANSIENT_STATUSES or error.code == CORRUPT


def _asked_seconds(error: Trouble) -> float | None:
    """What an answer asks for, in milliseconds; None where it asks for nothing that can be read."""
    said = error.reply.headers.get(_RETRY_AFTER) if isinstance(error, RefusedError) else None
    try:
        asked = -1 if said is None else int(said) / 1000
    except (ValueError, OverflowError):
        return None
    return None if asked < 0 else asked
