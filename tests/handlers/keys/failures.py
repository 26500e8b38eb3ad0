"""The keys function's part of the fault table: how each call can fail in its runs, and what its caller then reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.aws.edge import ANSWER, LOOK
from tests.aws.trouble import STATUSES, Trouble, error_of
from tests.aws.wire_error import AwsError
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import rows_of

JWKS = ".well-known/jwks.json"
# How botocore and the standard library name what they meet on the wire.
_BY_THE_WIRE = {
    Trouble.SLOW: "ReadTimeoutError",
    Trouble.LOST: "ReadTimeoutError",
    Trouble.DROPPED: "ConnectionClosedError",
}
# KMS says so of a key that waits for its deletion. What makes it unusable has then come about already.
_WANTED_ANYWAY = frozenset({"kms:TagResource", "kms:DisableKey", "kms:ScheduleKeyDeletion"})


@dataclass(frozen=True)
class Case:
    """One cell of the table. `reason` is what the log and the caller read, None where the run carries on."""

    row: Row
    trouble: Trouble | AwsError
    reason: str | None

    def __str__(self) -> str:
        kind = self.trouble.value if isinstance(self.trouble, Trouble) else self.trouble.code
        return f"{self.row.operation}-{kind}-{self.row.scene}"

    @property
    def late(self) -> bool:
        """Whether the answer never comes."""
        return self.trouble in {Trouble.SLOW, Trouble.LOST}


def cases() -> Iterator[Case]:
    """Every call, in every run that it occurs in, failing in every way that it can."""
    for row in rows_of("keys"):
        for trouble in row.troubles:
            yield Case(row, trouble, _reason(row, trouble))
        if row.operation.startswith("kms:"):
            waiting = "KMSInvalidStateException"
            yield Case(row, AwsError("DisabledException"), "DisabledException")
            yield Case(row, AwsError(waiting), None if row.operation in _WANTED_ANYWAY else waiting)
        if row.operation == "dynamodb:PutItem":
            yield Case(row, AwsError("ConditionalCheckFailedException"), "ConditionalCheckFailedException")


def _reason(row: Row, trouble: Trouble) -> str:
    if row.operation == LOOK:
        return f"{JWKS} is not served as published"
    if row.operation == ANSWER:
        return str(STATUSES[trouble]) if trouble in STATUSES else ""
    error = error_of(row.operation, trouble)
    if error is not None:
        return error.code
    return _BY_THE_WIRE.get(trouble, "")  # whatever the library calls what it cannot read
