"""What is read after a load: the token function's records and failures, and CloudTrail's events of the keys."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobpass.audit import records
from jobpass.audit.aws import Aws
from jobpass.audit.events import parsed
from jobpass.audit.issuer import Issuer
from jobpass.audit.trail_files import TrailFiles
from jobpass_issuer.domain.audit import SETTLED_SECONDS, Audit, Window, Written, join
from jobpass_issuer.domain.issuance_record import AttemptRecord
from jobpass_issuer.domain.trail_event import TrailEvent
from local import clients
from local.deployment import Deployment

STACK = "jobpass"
_FAILED_CALLS = '{ $.message = "dependency failed" }'
# The embedded AWS gathers events for a third of a second before it writes a file; on a busy machine for longer.
_DELIVERED_SECONDS = 20.0
_LOOK_SECONDS = 0.4


@dataclass
class _Embedded(Aws):
    """The audit's way to AWS, led to the embedded one whatever the environment says."""

    embedded: clients.Aws | None = None
    _ready: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = "") -> Any:
        """Return the client of a service."""
        if service not in self._ready and self.embedded:
            self._ready[service] = self.embedded.client(service)
        return self._ready[service]


@dataclass(frozen=True)
class FailedCall:
    """A call of AWS's that the token function gave up: of which request, and why."""

    request_id: str
    operation: str
    reason: str


@dataclass(frozen=True)
class Evidence:
    """What was written down of a window, joined; all of it is settled, since the embedded AWS delivers at once."""

    lines: tuple[Written, ...]
    events: tuple[TrailEvent, ...]
    failed_calls: tuple[FailedCall, ...]
    audit: Audit

    @property
    def signs(self) -> int:
        """How many signatures CloudTrail has."""
        return len({each.event_id for each in self.events if each.is_sign and each.error is None})


def read(deployment: Deployment, window: Window, signs: Callable[[Audit], int]) -> Evidence:
    """Read and join a window, again until CloudTrail has as many signatures as there must be, or has had its time."""
    deadline = time.monotonic() + _DELIVERED_SECONDS
    while True:
        found = _read(deployment, window)
        if found.signs >= signs(found.audit) or time.monotonic() > deadline:
            return found
        time.sleep(_LOOK_SECONDS)


def _read(deployment: Deployment, window: Window) -> Evidence:
    aws = _Embedded(embedded=deployment.aws)
    issuer = Issuer.of(STACK, aws)
    edges = window.with_edges
    lines = tuple(records.written(aws, issuer.token_log_group, edges, _quietly))
    signed_with = frozenset(each.record.key_arn for each in lines if isinstance(each.record, AttemptRecord))
    watched = issuer.watched(signed_with)
    trail = TrailFiles(aws, _quietly, _bucket(aws), "", issuer.account_id, issuer.region)
    events = tuple(parsed(each) for each in trail.of_keys(watched.key_arns, edges))
    logged = [json.loads(each["message"]) for each in records.lines(aws, issuer.token_log_group, window, _FAILED_CALLS)]
    failed = tuple(FailedCall(each["request_id"], each["operation"], each["reason"]) for each in logged)
    audit = join(lines, events, watched, window, window.end + SETTLED_SECONDS + 1)
    return Evidence(
        tuple(each for each in lines if each.at in window),
        tuple(each for each in events if each.at in window),
        failed,
        audit,
    )


def _bucket(aws: Aws) -> str:
    trails = aws.client("cloudtrail").describe_trails()["trailList"]
    return next(str(each["S3BucketName"]) for each in trails if each["Name"] == f"{STACK}-audit")


def _quietly(_text: str) -> None:
    """Nobody watches: it takes seconds."""
