"""Whether a call that failed is made again, and when: botocore's standard mode, which decides for its clients too.

Imported by the first call that fails: a good one needs none of it.
"""

from types import SimpleNamespace
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import (
    ExponentialBackoff,
    RetryContext,
    RetryQuotaChecker,
    StandardRetryConditions,
    ThrottlingErrorDetector,
)

from jobpass_issuer.aws.reply import RefusedError, Reply


class StandardRetries:
    """Botocore's rules for the calls of one service, and how much may be tried again before something succeeds."""

    def __init__(self, service: str, tries: int) -> None:
        detector = ThrottlingErrorDetector(None)
        # What botocore reads of a service's description. None of the operations has errors described as retryable.
        self._operation: Any = SimpleNamespace(error_shapes=(), service_model=SimpleNamespace(service_name=service))
        self._conditions = StandardRetryConditions(max_attempts=tries)
        self._backoff = ExponentialBackoff(service_name=service, throttling_detector=detector)
        self._quota: Any = RetryQuotaChecker(RetryQuota(), detector)
        # Of the call that is being made: what its tries have taken of the quota.
        self._taken: dict[str, Any] = {}

    def wait_seconds(self, error: BotoCoreError | RefusedError, attempts: int) -> float | None:
        """Return how long to wait after so many attempts before the next, or None where there shall be none."""
        if attempts == 1:
            self._taken = {}
        if isinstance(error, RefusedError):
            answered: Any = _response(error.reply)
            parsed: Any = {"Error": {"Code": error.code}}
            raised = None
        else:
            answered, parsed, raised = None, None, error
        context = RetryContext(attempts, self._operation, parsed, answered, raised, self._taken)
        if self._conditions.is_retryable(context) and self._quota.acquire_retry_quota(context):
            return float(self._backoff.delay_amount(context))
        return None

    def succeeded(self, reply: Reply) -> None:
        """Give back to the quota what a good answer gives back."""
        self._quota.release_retry_quota(self._taken, _response(reply))
        self._taken = {}


def _response(reply: Reply) -> SimpleNamespace:
    return SimpleNamespace(status_code=reply.status, headers=reply.headers, content=reply.body)
