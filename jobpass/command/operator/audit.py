"""`jobpass audit`: every signature accounted for, or one identity followed to what was done with it."""

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jobpass.audit.aws import Aws
from jobpass.audit.event_history import EventHistory
from jobpass.audit.events import Events, parsed
from jobpass.audit.following import follow
from jobpass.audit.issuer import Issuer
from jobpass.audit.records import ALL, TOKENS_AT_ONCE, Progress, registrations, with_member, written
from jobpass.audit.trail_files import TrailFiles
from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, REFUSED, UsageError
from jobpass.command.operator import audit_report, identity_report
from jobpass.command.operator.configuration_here import configuration_here
from jobpass.command.operator.moment import LAST_SECOND, seconds_of
from jobpass.command.operator.progress import progress
from jobpass.command.terminal import Terminal
from jobpass.errors import RefusedError
from jobpass.explain.quoting import quoted
from jobpass_issuer.domain.audit import Audit, Token, Window, Written, join
from jobpass_issuer.domain.issuance_record import AttemptRecord, DenialRecord

DEFAULT_STACK = "jobpass"
DEFAULT_SECONDS = 3600
# A registration lives for days before its last token.
_REGISTERED_SECONDS = 8 * 86400
_TRAIL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_PLAIN = re.compile(r"[^\"\\*\x00-\x1f]+")
# STS's global endpoint is there, and its events with it.
_GLOBAL_REGION = "us-east-1"


class _Reading(NamedTuple):
    """Where everything is read."""

    aws: Aws
    issuer: Issuer
    events: Events
    window: Window
    now: int
    progress: Progress


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the audit, or the way of an identity.

    Raises:
        RefusedError: nobody has asked for tokens under the name that is to be followed.
        JobpassError: AWS cannot be asked.
    """
    now = int(time.time())
    window = _window(options, now)
    trail = _trail(options.trail)
    wanted = [name for name in ("jti", "job", "subject") if getattr(options, name) is not None]
    if len(wanted) > 1:
        raise UsageError("several identities are named", "name one: `--jti`, `--job` or `--subject`")
    if wanted and not _PLAIN.fullmatch(getattr(options, wanted[0])):
        raise UsageError(f"`--{wanted[0]}` has characters that no identity has", "write it as the token has it")
    with progress("looking the issuer up", terminal) as doing:
        aws = Aws()
        issuer = Issuer.of(_stack(options.stack), aws)
        reading = _Reading(aws, issuer, _events(aws, issuer, trail, options.region, doing), window, now, doing)
        if wanted:
            return _tell_identity(reading, wanted[0], getattr(options, wanted[0]), options, terminal)
        audit = _audited(reading)
    if options.json:
        terminal.say_json(audit_report.document(audit, now))
    else:
        for line in audit_report.lines(audit, now, terminal):
            terminal.say(line)
    return GOOD if audit.is_sound else REFUSED


def _audited(reading: _Reading) -> Audit:
    """Join all that a window has."""
    edges = reading.window.with_edges
    lines = list(written(reading.aws, reading.issuer.token_log_group, edges, reading.progress, ALL))
    return _joined(lines, reading)


def _joined(lines: Sequence[Written], reading: _Reading) -> Audit:
    # The index of tags may not know a key yet, or no more.
    signed_with = frozenset(each.record.key_arn for each in lines if isinstance(each.record, AttemptRecord))
    watched = reading.issuer.watched(signed_with)
    events = [parsed(each) for each in reading.events.of_keys(watched.key_arns, reading.window.with_edges)]
    return join(lines, events, watched, reading.window, reading.now)


def _tell_identity(reading: _Reading, kind: str, value: str, options: argparse.Namespace, terminal: Terminal) -> int:
    lines = list(dict.fromkeys(_lines_of(reading, kind, value)))
    if not lines:
        text = f"no token was asked for by {kind} {quoted(value)} in this range of time"
        remedy = (
            "see that `--from` and `--to` enclose it (`iat` in the token), and that the stack is the token's issuer"
        )
        raise RefusedError("unknown_identity", text, remedy)
    tokens = _tokens(lines, reading)
    sessions = follow(tokens, reading.events, reading.now)
    jobs = {token.job_id for token in tokens} | {
        each.record.job_id for each in lines if isinstance(each.record, DenialRecord) and each.record.job_id
    }
    since = Window(reading.window.start - _REGISTERED_SECONDS, reading.window.end)
    registered = {
        job_id: list(registrations(reading.aws, reading.issuer.jobs_log_group, since, job_id))
        for job_id in sorted(jobs)
        if _PLAIN.fullmatch(job_id)
    }
    denials = [each for each in lines if isinstance(each.record, DenialRecord)]
    identity = identity_report.Identity(registered, tokens, sessions, denials)
    if options.json:
        terminal.say_json(identity_report.document(identity))
    else:
        for line in identity_report.lines(identity, terminal):
            terminal.say(line)
    return GOOD if identity.is_sound else REFUSED


def _tokens(lines: Sequence[Written], reading: _Reading) -> list[Token]:
    """The tokens with their signatures, looked for about their times alone."""
    begun = [each.at for each in lines if not isinstance(each.record, DenialRecord)]
    if not begun:
        return []
    about = Window(int(min(begun)), int(max(begun)) + 1)
    audit = _joined(lines, reading._replace(window=about))
    return list(audit.tokens)


def _lines_of(reading: _Reading, kind: str, value: str) -> Iterator[Written]:
    """The records of an identity: what a pattern finds is compared, since there a `*` is not itself."""

    def found(member: str, *texts: str) -> Iterator[Written]:
        pattern = with_member(member, *texts)
        for each in written(
            reading.aws, reading.issuer.token_log_group, reading.window.with_edges, reading.progress, pattern
        ):
            if getattr(each.record, member, None) in texts:
                yield each

    lines = list(found({"job": "job_id"}.get(kind, kind), value))
    if kind == "jti":
        yield from lines
        return
    # The grant names the token alone: job and subject are the attempt's.
    yield from (each for each in lines if isinstance(each.record, DenialRecord))
    jtis = list(dict.fromkeys(each.record.jti for each in lines if not isinstance(each.record, DenialRecord)))
    for start in range(0, len(jtis), TOKENS_AT_ONCE):
        yield from found("jti", *jtis[start : start + TOKENS_AT_ONCE])


def _events(aws: Aws, issuer: Issuer, trail: tuple[str, str] | None, more: list[str] | None, doing: Progress) -> Events:
    if trail is None:
        regions = dict.fromkeys([issuer.region, _GLOBAL_REGION, *(more or [])])
        return EventHistory(aws, doing, tuple(regions))
    return TrailFiles(aws, doing, *trail, issuer.account_id, issuer.region)


def _stack(named: str | None) -> str:
    if named:
        return named
    configuration = configuration_here()
    return configuration.name if configuration else DEFAULT_STACK


def _trail(named: str | None) -> tuple[str, str] | None:
    if named is None:
        return None
    found = _TRAIL.fullmatch(named)
    if found is None:
        raise UsageError(f"`--trail` {quoted(named)} names no bucket", "write it as s3://BUCKET or s3://BUCKET/PREFIX")
    return found[1], (found[2] or "").strip("/")


def _window(options: argparse.Namespace, now: int) -> Window:
    end = now if options.to is None else min(_moment("--to", options.to), now)
    start = end - DEFAULT_SECONDS if options.since is None else _moment("--from", options.since)
    if start >= end:
        raise UsageError("the range of time is empty", "let `--from` be before `--to`, and both in the past")
    return Window(start, end)


def _moment(name: str, text: str) -> int:
    try:
        moment = int(text) if text.isascii() and text.isdigit() else seconds_of(text)
    except (ValueError, OverflowError):
        moment = -1
    if not 0 <= moment <= LAST_SECOND:
        raise UsageError(f"`{name}` is no moment", "write it as 2027-01-15T08:00:00Z, or in Unix seconds")
    return moment


COMMAND = Command(
    name="audit",
    description="Account for every signature: join the issuance records of the token function's log with CloudTrail's "
    "Sign events of the issuer's keys. It tells signatures for somebody else, signatures without a record, records "
    "without a signature, and changes of keys by anybody but the keys function; it ends with 1 where there is any. "
    "What is younger than 15 minutes, CloudTrail may not have yet: it is told as unsettled.\n\n"
    "With `--jti`, `--job` or `--subject` it follows one identity: the registration, each token's records and "
    "signature, the sessions that AWS roles gave for it, and the calls that were made with these.\n\n"
    "Events are looked up in CloudTrail's event history, 90 days back, at 100 events a second; for more, "
    "`--trail` reads a trail's files in S3. docs/how-to/audit.md has the permissions and the limits.",
    arguments=(
        Argument(
            ("--from",),
            "where the range begins (default: an hour before its end)",
            {"metavar": "TIME", "dest": "since"},
        ),
        Argument(("--to",), "where the range ends (default: now)", {"metavar": "TIME"}),
        Argument(("--jti",), "follow one token, by its `jti`", {"metavar": "JTI"}),
        Argument(("--job",), "follow one job, by its `job_id`", {"metavar": "JOB_ID"}),
        Argument(("--subject",), "follow all jobs with this subject, letter for letter", {"metavar": "SUBJECT"}),
        Argument(
            ("--trail",),
            "read the files that a trail has written there, instead of the event history",
            {"metavar": "S3_URL"},
        ),
        Argument(
            ("--region",),
            "a further Region whose event history may have sessions of the identity and their calls; may be repeated",
            {"metavar": "REGION", "action": "append"},
        ),
        Argument(
            ("--stack",),
            "the issuer's stack (default: the `name` of the jobpass.yaml here, or else `jobpass`)",
            {"metavar": "NAME"},
        ),
    ),
    examples=(
        "jobpass audit",
        "jobpass audit --from 2027-01-15T00:00:00Z --to 2027-01-16T00:00:00Z --trail s3://acme-trail",
        "jobpass audit --jti 5f0c3a52-9d7c-4a6e-8f64-0d5a3c1b2e47 --from 2027-01-15T08:00:00Z",
    ),
    run=run,
)
