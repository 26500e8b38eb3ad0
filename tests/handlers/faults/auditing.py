"""The audit function over the stand-in: a quarter of an hour with one token, and the calls that are asked of it."""

import time
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain.audit_schedule import BEHIND_SECONDS, SLICE_SECONDS
from jobpass_issuer.handlers import audit
from tests.aws.wire import Aws
from tests.handlers.conftest import TABLE
from tests.handlers.faults.table import SCHEDULE
from tests.handlers.issuing import establish

ENVIRONMENT = {
    "TOKEN_LOG_GROUP": "/aws/lambda/jobpass-token",
    "TOKEN_ROLE_ARN": "arn:aws:iam::000000000000:role/token-function",
    "KEYS_ROLE_ARN": "arn:aws:iam::000000000000:role/keys-function",
    "LOG_RETENTION_DAYS": "90",
}


@dataclass(frozen=True)
class Context:
    """What the function reads of Lambda's context."""

    left_milliseconds: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        """Time enough."""
        return self.left_milliseconds


def prepare(aws: Aws) -> None:
    """Put a ring into the table, and the audit one slice behind."""
    establish(aws)
    until = (int(time.time()) - BEHIND_SECONDS) // SLICE_SECONDS * SLICE_SECONDS - SLICE_SECONDS
    aws.dynamodb.items(TABLE)["audit"] = {"pk": {"S": "audit"}, "audited_until": {"N": str(until)}}


def invoke(scene: str) -> Any:
    """Run on schedule, or look at a stranger's call."""
    detail = {
        "eventName": "Sign",
        "eventTime": "2026-01-01T00:00:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventID": "e",
    }
    event = {"command": "audit"} if scene == SCHEDULE else {"source": "aws.kms", "detail": detail}
    return audit.handler(event, Context())


def audited_until(aws: Aws) -> str:
    """How far the audit has come."""
    return str(aws.dynamodb.items(TABLE)["audit"]["audited_until"]["N"])
