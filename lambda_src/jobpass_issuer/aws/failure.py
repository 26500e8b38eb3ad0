"""AWS's failures as ours: the code is kept, the message, which holds ARNs, is not."""

from collections.abc import Mapping
from typing import Any

from jobpass_issuer.domain.errors import TemporarilyUnavailableError

RETRY_AFTER_SECONDS = 2
# The reason of an answer that is not what the call answers.
MALFORMED = "MalformedAnswer"
_DESCRIPTION = "a service that Jobpass depends on did not answer as it should; try again shortly"


class DependencyError(TemporarilyUnavailableError):
    """An AWS call failed; `operation` and `reason` are for the log and the metric, the description for the caller.

    `request_id` is AWS's, where an answer came that has one.
    """

    def __init__(
        self, operation: str, reason: str, description: str = _DESCRIPTION, *, request_id: str | None = None
    ) -> None:
        super().__init__(description, RETRY_AFTER_SECONDS)
        self.operation = operation
        self.reason = reason
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.operation}: {self.reason}"


class KeyUnusableError(DependencyError):
    """KMS will not sign with this key, now or later: it is disabled, waits for its deletion, or is gone."""


def request_id_of(answer: Mapping[str, Any]) -> str | None:
    """Return the request ID of AWS's answer, a refusal's too, or None where it has none."""
    said = answer.get("ResponseMetadata", {}).get("RequestId")
    return str(said) if said else None


def required(answer: Mapping[str, Any], member: str, operation: str) -> Any:
    """Return a member that AWS's answer always has; botocore takes a body that was cut short for an empty answer.

    Raises:
        DependencyError: it is not there.
    """
    if member not in answer:
        raise DependencyError(operation, MALFORMED, request_id=request_id_of(answer))
    return answer[member]
