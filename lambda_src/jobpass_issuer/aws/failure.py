"""AWS's failures as ours: the code is kept, the message, which holds ARNs, is not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from jobpass_issuer.domain.errors import TemporarilyUnavailableError

RETRY_AFTER_SECONDS = 2
# The reason of an answer that is not what the call answers.
MALFORMED = "MalformedAnswer"
_DESCRIPTION = "a service that Jobpass depends on did not answer as it should; try again shortly"
# Makes DynamoDB say something in every answer.
CONFIRMATION = {"ReturnConsumedCapacity": "TOTAL"}


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


def code_of(error: ClientError) -> str:
    """Return AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


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


def confirmed(answer: Mapping[str, Any], operation: str) -> Mapping[str, Any]:
    """Return DynamoDB's answer, which may be empty, once it is certain that it is whole.

    Asked for with `CONFIRMATION`, since otherwise nothing tells "no such item" or "written" from a lost answer.

    Raises:
        DependencyError: it is not.
    """
    required(answer, "ConsumedCapacity", operation)
    return answer


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Turn whatever botocore raises within, and what the reading of its answer does, into a DependencyError.

    Raises:
        DependencyError: AWS refused the call, could not be reached, or answered what cannot be read.
    """
    # Whoever calls by a client of botocore's has it already; who does not shall not wait for it.
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        raise DependencyError(operation, code_of(error), request_id=request_id_of(error.response)) from None
    except (BotoCoreError, ResponseParserError) as error:
        # Of an answer that it cannot parse, botocore's words hold the body, and the body may hold credentials.
        raise DependencyError(operation, type(error).__name__) from None
    except (LookupError, TypeError, ValueError, AttributeError):
        # What its parsers raise where an answer has another shape than they know, such as XML without its result.
        raise DependencyError(operation, MALFORMED) from None
