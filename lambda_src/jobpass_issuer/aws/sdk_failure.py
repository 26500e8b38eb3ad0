"""What botocore's clients raise, as our failures; the token function has no such client, and does not load this."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, request_id_of, required

# Makes DynamoDB say something in every answer.
CONFIRMATION = {"ReturnConsumedCapacity": "TOTAL"}


def code_of(error: ClientError) -> str:
    """Return AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


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
