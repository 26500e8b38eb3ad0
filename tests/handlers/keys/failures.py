"""The AWS failure table: how each call of the keys function can fail, and what then comes of the run."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.aws.cloud import Failure

# Longer than the impatient clients wait.
LATE_SECONDS = 0.6
JWKS = ".well-known/jwks.json"


@dataclass(frozen=True)
class Call:
    """One AWS call, and the runs in which it occurs: the first of all, a revocation, or the deletion of the stack."""

    name: str
    runs: tuple[str, ...]
    throttled: Failure
    server_error: Failure
    access_denied: Failure

    @property
    def changes_something(self) -> bool:
        """Whether it may have had its effect though its answer is lost."""
        return not self.name.partition(":")[2].startswith(("Get", "Describe", "List", "GET"))


@dataclass(frozen=True)
class Case:
    """One cell of the table. `reason` is what the log and the caller read, None where the run carries on."""

    call: Call
    run: str
    kind: str
    failure: Failure
    reason: str | None

    def __str__(self) -> str:
        return f"{self.call.name}-{self.kind}-{self.run}"

    @property
    def late(self) -> bool:
        """Whether the answer never comes."""
        return self.failure.delay_seconds > 0


def _json(name: str, runs: tuple[str, ...], throttled: str, broken: str) -> Call:
    return Call(name, runs, Failure(throttled), Failure(broken, 500), Failure("AccessDeniedException"))


def _xml(name: str, runs: tuple[str, ...], throttled: Failure, broken: str) -> Call:
    return Call(name, runs, throttled, Failure(broken, 500), Failure("AccessDenied", 403))


_SLOW_DOWN = Failure("SlowDown", 503)
_KMS = ("ThrottlingException", "KMSInternalException")
_DYNAMODB = ("ProvisionedThroughputExceededException", "InternalServerError")
CALLS = (
    _json("kms:CreateKey", ("found",), *_KMS),
    _json("kms:GetPublicKey", ("found", "revoke"), *_KMS),
    _json("kms:DescribeKey", ("revoke",), *_KMS),
    _json("kms:ListResourceTags", ("revoke",), *_KMS),
    _json("kms:TagResource", ("revoke",), *_KMS),
    _json("kms:DisableKey", ("revoke",), *_KMS),
    _json("kms:ScheduleKeyDeletion", ("revoke", "delete"), *_KMS),
    _json("tag:GetResources", ("found", "revoke"), "ThrottledException", "InternalServiceException"),
    _json("dynamodb:GetItem", ("found", "revoke", "delete"), *_DYNAMODB),
    _json("dynamodb:PutItem", ("found", "revoke"), *_DYNAMODB),
    _json("dynamodb:DescribeTable", ("found", "revoke"), *_DYNAMODB),
    _xml("s3:GetObject", ("found", "revoke"), _SLOW_DOWN, "InternalError"),
    _xml("s3:PutObject", ("found", "revoke"), _SLOW_DOWN, "InternalError"),
    _xml("s3:DeleteObject", ("delete",), _SLOW_DOWN, "InternalError"),
    _xml("cloudfront:CreateInvalidation", ("found", "revoke"), Failure("Throttling"), "InternalFailure"),
    Call(
        "cloudfront:GET",
        ("found", "revoke"),
        Failure("too many", 429),
        Failure("broken", 502),
        Failure("denied", 403),
    ),
)
# KMS says so of a key that waits for its deletion. What makes it unusable has then come about already.
_WANTED_ANYWAY = frozenset({"kms:TagResource", "kms:DisableKey", "kms:ScheduleKeyDeletion"})


def table() -> Iterator[Case]:
    """Every call, in every run that it occurs in, failing in every way that it can."""
    for call in CALLS:
        for run in call.runs:
            yield from _failures(call, run)


def _failures(call: Call, run: str) -> Iterator[Case]:
    for kind in ("throttled", "server_error", "access_denied"):
        failure: Failure = getattr(call, kind)
        yield Case(call, run, kind, failure, _reason(call, failure.code))
    yield Case(call, run, "timed_out", Failure(delay_seconds=LATE_SECONDS), _reason(call, "ReadTimeoutError"))
    if call.changes_something:
        lost = Failure(delay_seconds=LATE_SECONDS, takes_effect=True)
        yield Case(call, run, "answer_lost", lost, _reason(call, "ReadTimeoutError"))
    if call.name.startswith("kms:"):
        waiting = "KMSInvalidStateException"
        yield Case(call, run, "key_disabled", Failure("DisabledException"), "DisabledException")
        tolerated = call.name in _WANTED_ANYWAY
        yield Case(call, run, "key_pending_deletion", Failure(waiting), None if tolerated else waiting)
    if call.name == "dynamodb:PutItem":
        code = "ConditionalCheckFailedException"
        yield Case(call, run, "condition_failed", Failure(code), code)


def _reason(call: Call, code: str) -> str:
    return f"{JWKS} is not served as published" if call.name == "cloudfront:GET" else code
