"""The audit function: joins every signature with its record, twenty minutes behind, and looks at strangers at once.

It is invoked

- every 15 minutes by the schedule, with `{"command": "audit"}`;
- by CloudFormation, for what `jobpass_issuer.handlers.audit_trail` does;
- by EventBridge, for calls of KMS by anybody but the functions whose they are: an event with `"source": "aws.kms"`,
  `"detail-type": "AWS API Call via CloudTrail"` and CloudTrail's record as `detail`. A rule cannot know the keys, which
  no stack owns: it may pass on Signs and changes of any key of the account, and those of the issuer's ring are looked
  at. Callers that are no role's session have no `userIdentity.sessionContext`, and must be passed on too.

Variables: `TABLE_NAME`, `TOKEN_LOG_GROUP` (name), `TOKEN_ROLE_ARN`, `KEYS_ROLE_ARN`, `LOG_RETENTION_DAYS` (of that
group). A function is taken to have the name of its role. Calls: `dynamodb:GetItem` of the items `ring` and `audit`,
`dynamodb:PutItem` of `audit`, `logs:FilterLogEvents` on the group, `cloudtrail:LookupEvents` (which knows no resource).
It wants as much time as Lambda gives, 900 s.

Metrics, with no dimension but `service`; a finding that there is none of is not written:

| metric | when | of what |
|---|---|---|
| `ForeignSign` | at once, and at the join | signatures by anybody but the token function |
| `KeyTouched` | at once, and at the join | changes of a key by anybody but the keys function |
| `KeyCallRefused` | at once, and at the join | either of both, refused by KMS |
| `UnrecordedSign` | join | signatures for the token function that no record tells of, or too many of one token |
| `UnsignedGrant` | join | tokens granted without a signature |
| `UnsignedAttempt` | join | tokens begun of which nobody knows how they ended |
| `AuditedTokens` | join, each five minutes' worth | tokens written down |
| `BusiestJobTokens` | join, each five minutes' worth | tokens of the job that began the most |
| `AuditRan` | each run that came to its end | 1 |
| `AuditIncomplete` | each run that did not, or that left something out for good | 1 |
"""

import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.dynamodb_audit import AuditProgress
from jobpass_issuer.aws.dynamodb_key_ring import KeyRingTable
from jobpass_issuer.aws.event_history import EventHistory
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.issuance_log import IssuanceLog
from jobpass_issuer.domain.audit import Audit, Fate, Fault, Suspect, Watched, Window, join, suspect_of
from jobpass_issuer.domain.audit_schedule import slices
from jobpass_issuer.domain.issuance_record import AttemptRecord
from jobpass_issuer.domain.trail_event import TrailEvent
from jobpass_issuer.handlers.audit_trail import serve_deployment
from jobpass_issuer.handlers.settings import AuditSettings
from jobpass_issuer.handlers.telemetry import count, logger, measure

# What is left must do for the end of a slice: a call with its tries, the metrics, the progress.
_RESERVE_MILLISECONDS = 30_000
_METRICS_OF_FAULTS = {
    Fault.FOREIGN: "ForeignSign",
    Fault.UNRECORDED: "UnrecordedSign",
    Fault.OVERUSED: "UnrecordedSign",
    Fault.TOUCHED: "KeyTouched",
    Fault.REFUSED: "KeyCallRefused",
}
_METRICS_OF_FATES = {Fate.UNSIGNED_GRANT: "UnsignedGrant", Fate.UNSIGNED_ATTEMPT: "UnsignedAttempt"}
# Nobody waits for it: it has time to be throttled.
PATIENT = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 6}, tcp_keepalive=True
)


class _OutOfTimeError(Exception):
    """The run must end before Lambda ends it."""


@cache
def _settings() -> AuditSettings:
    return AuditSettings.read()


@cache
def _dynamodb() -> Any:
    return client("dynamodb", PATIENT)


@cache
def _logs() -> Any:
    return client("logs", PATIENT)


@cache
def _cloudtrail() -> Any:
    return client("cloudtrail", PATIENT)


def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
    """Look at a stranger's call, serve the deployment, or carry the audit on, and return what was found.

    Raises:
        RuntimeError: an AWS call failed; what was audited is kept, and the next run goes on.
    """
    if "RequestType" in event:
        serve_deployment(event)
        return {}
    try:
        if "detail" in event:
            return _look_at(event["detail"])
        return _carry_on(context.get_remaining_time_in_millis)
    except DependencyError as error:
        logger.error("dependency failed", operation=error.operation, reason=error.reason)
        count("DependencyFailure", error.operation)
        if "detail" not in event:
            count("AuditIncomplete")
        raise RuntimeError(str(error)) from None


def _look_at(detail: object) -> Mapping[str, Any]:
    try:
        event = TrailEvent.of(detail)
    except ValueError:
        logger.error("no event of CloudTrail")
        count("AuditIncomplete")
        return {"suspect": False}
    suspect = suspect_of(event, _watched(frozenset()))
    if suspect is not None:
        _accuse(suspect)
        measure(_METRICS_OF_FAULTS[suspect.fault], 1, MetricUnit.Count)
    return {"suspect": suspect is not None}


def _carry_on(remaining_milliseconds: Callable[[], int]) -> Mapping[str, Any]:
    progress = AuditProgress(_dynamodb(), _settings().table_name)
    until = progress.read()
    windows, left_out_seconds = slices(until, int(time.time()), _settings().log_retention_days)
    if left_out_seconds:
        logger.error("left out for good", until=until, seconds=left_out_seconds)
        count("AuditIncomplete")

    def go_on() -> None:
        if remaining_milliseconds() < _RESERVE_MILLISECONDS:
            raise _OutOfTimeError

    done = 0
    try:
        for window in windows:
            audit = _audited(window, go_on)
            # Told first and written down then: what is told twice alarms no less, what is never told does not.
            _tell(audit)
            if not progress.advance(window.end, until):
                logger.warning("another run goes on")
                return {"audited": done, "until": until}
            until, done = window.end, done + 1
    except _OutOfTimeError:
        logger.error("out of time", until=until, left=len(windows) - done)
        count("AuditIncomplete")
        return {"audited": done, "until": until}
    count("AuditRan")
    return {"audited": done, "until": until}


def _audited(window: Window, go_on: Callable[[], None]) -> Audit:
    """Read a window with its edges, and join it."""
    edges = window.with_edges
    log = IssuanceLog(_logs(), _settings().token_log_group, go_on)
    lines = list(log.read(edges))
    if log.unreadable:
        logger.error("unreadable records", lines=log.unreadable, start=edges.start, end=edges.end)
        count("AuditIncomplete")
    # A key may have left the ring since.
    signed_with = {line.record.key_arn for line in lines if isinstance(line.record, AttemptRecord)}
    watched = _watched(frozenset(signed_with))
    history = EventHistory(_cloudtrail(), go_on)
    events = [event for arn in sorted(watched.key_arns) for event in history.of_key(arn, edges)]
    return join(lines, events, watched, window, time.time())


def _watched(further: frozenset[str]) -> Watched:
    settings = _settings()
    ring = KeyRingTable(_dynamodb(), settings.table_name).read()
    keys = frozenset(key.key_arn for key in ring.keys)
    return Watched(keys | further, settings.token_role_arn, settings.keys_role_arn)


def _tell(audit: Audit) -> None:
    """Log each finding, and measure."""
    for suspect in audit.suspects:
        _accuse(suspect)
    for token in audit.tokens:
        if token.fate in _METRICS_OF_FATES:
            logger.error("token without signature", fate=token.fate.value, jti=token.jti, job_id=token.job_id)
    found: dict[str, int] = {}
    for fault, times in audit.faults.items():
        found[_METRICS_OF_FAULTS[fault]] = found.get(_METRICS_OF_FAULTS[fault], 0) + times
    for fate, metric in _METRICS_OF_FATES.items():
        found |= {metric: audit.fates[fate]} if audit.fates[fate] else {}
    job_id, tokens = audit.busiest_job
    logger.info(
        "audited",
        start=audit.window.start,
        end=audit.window.end,
        tokens={fate.value: times for fate, times in audit.fates.items()},
        busiest_job=job_id,
        findings=found,
    )
    for metric, value in {**found, "AuditedTokens": len(audit.tokens), "BusiestJobTokens": tokens}.items():
        measure(metric, value, MetricUnit.Count)


def _accuse(suspect: Suspect) -> None:
    """Log a call that cannot be accounted for, with what a person needs to find it in CloudTrail."""
    event = suspect.event
    logger.error(
        "suspect call",
        fault=suspect.fault.value,
        call=event.name,
        caller=event.caller.arn,
        source_address=event.source_address,
        event_id=event.event_id,
        called_at=event.at,
        error=event.error,
        key_arns=sorted(event.key_arns),
        jti=event.jti,
    )
