"""A stand-in for AWS at the wire: real SDK clients reach it by AWS_ENDPOINT_URL, and it keeps state and can fail.

It speaks as much of each service as the functions use. What it does not know it refuses loudly, so that a test never
passes because a request was not understood. `wire_server` and `edge` are its two doors.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.aws.trouble import Trouble
from tests.aws.wire_dynamodb import DynamoDb
from tests.aws.wire_error import AwsError
from tests.aws.wire_kms import Kms
from tests.aws.wire_logs import Logs
from tests.aws.wire_s3 import S3
from tests.aws.wire_sts import Sts
from tests.aws.wire_tags import TagIndex
from tests.aws.wire_trail import Trail

__all__ = ["WRITES", "Aws", "Call", "Trouble"]
# What changes something; an idle run makes none of these calls.
WRITES = frozenset(
    {
        "kms:CreateKey",
        "kms:TagResource",
        "kms:DisableKey",
        "kms:ScheduleKeyDeletion",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjects",
        "cloudfront:CreateInvalidation",
    }
)


@dataclass
class Call:
    """One request that arrived, and the identifier that its answer bears."""

    operation: str
    body: Any
    user_agent: str
    request_id: str = ""


@dataclass
class Aws:
    """All that the stand-in knows, what it was asked, and what is to fail."""

    dynamodb: DynamoDb = field(default_factory=DynamoDb)
    kms: Kms = field(default_factory=Kms)
    s3: S3 = field(default_factory=S3)
    sts: Sts = field(default_factory=Sts)
    logs: Logs = field(default_factory=Logs)
    trail: Trail = field(default_factory=Trail)
    answers: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    _troubles: dict[str, tuple[Trouble | AwsError, int | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self.tags = TagIndex(self.kms)

    def reset(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def copy(self) -> "Aws":
        """One in the same state, in which nothing has been called yet."""
        copied = Aws()
        copied.kms.take_over(self.kms)
        copied.dynamodb.tables = {name: dict(items) for name, items in self.dynamodb.tables.items()}
        copied.s3.objects, copied.s3.edge = dict(self.s3.objects), dict(self.s3.edge)
        return copied

    def fail(self, operation: str, trouble: Trouble | AwsError, times: int | None = 1) -> None:
        """Let the next calls of an operation, such as `kms:Sign`, fail; with None all of them, until `mend`."""
        self._troubles[operation] = (trouble, times)

    def mend(self) -> None:
        """Let everything work again."""
        self._troubles.clear()

    def take_trouble(self, operation: str) -> Trouble | AwsError | None:
        """Return how this call is to fail, or None where it is not."""
        trouble, times = self._troubles.get(operation, (None, None))
        if trouble is None or times == 0:
            return None
        if times is not None:
            self._troubles[operation] = (trouble, times - 1)
        return trouble

    def arrived(self, call: Call) -> None:
        """Note a call, and do what a test wants done just before it."""
        call.request_id = f"request-{next(self._numbers):04d}"
        self.calls.append(call)
        interfere = self.before.pop(call.operation, None)
        if interfere is not None:
            interfere()

    def operations(self) -> list[str]:
        """The operations that were asked for, in order."""
        return [call.operation for call in self.calls]

    def writes(self) -> list[str]:
        """Those that change something, in order."""
        return [name for name in self.operations() if name in WRITES]

    def counted(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(self.operations())
