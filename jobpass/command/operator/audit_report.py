"""What is said of an audit: whether it is sound, how many of what, and each finding."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jobpass.command.operator.moment import said, written
from jobpass.command.operator.table import Coloured, Row, table
from jobpass.command.terminal import Terminal
from jobpass_issuer.domain.audit import SETTLED_SECONDS, UNSOUND_FATES, UNSOUND_FAULTS, Audit, Fate, Fault, Token
from jobpass_issuer.domain.issuance_record import DenialRecord
from jobpass_issuer.domain.trail_event import TrailEvent

FATES = {
    Fate.MATCHED: "granted and signed",
    Fate.LOST: "signed, and the answer lost",
    Fate.FAILED: "not signed, and that written down",
    Fate.UNSETTLED: "too young to be settled",
    Fate.UNSIGNED_GRANT: "granted without a signature",
    Fate.UNSIGNED_ATTEMPT: "begun, and no end known",
}
FAULTS = {
    Fault.FOREIGN: "signed for somebody else",
    Fault.UNRECORDED: "signed without a record",
    Fault.OVERUSED: "signed once too often",
    Fault.TOUCHED: "key changed by somebody else",
    Fault.REFUSED: "refused to somebody else",
}
_HEAD = ("what", "when", "who", "which")


def lines(audit: Audit, now: int, terminal: Terminal) -> Iterator[str]:
    """Return the audit as a terminal shows it."""
    verdict = terminal.coloured("sound", "green") if audit.is_sound else terminal.coloured("not sound", "red")
    yield f"{verdict}  {written(audit.window.start)} to {written(audit.window.end)}"
    yield ""
    counted = [(f"{times:,}", FATES[fate]) for fate, times in _ordered(audit)]
    denials = sum(_denials(audit).values())
    rows: list[Row] = [
        ("tokens written down", f"{len(audit.tokens):,}"),
        *((f"- {what}", number) for number, what in counted),
        ("signatures that belong to them", f"{signatures(audit):,}"),
        *([("requests denied", f"{denials:,}")] if denials else []),
        *([("signatures whose records may yet come", f"{len(audit.pending):,}")] if audit.pending else []),
    ]
    yield from table((), rows, terminal)
    if audit.fates[Fate.UNSETTLED] or audit.pending:
        yield ""
        settled = said(audit.window.end + SETTLED_SECONDS, now)
        yield terminal.wrapped(f"CloudTrail may be {SETTLED_SECONDS // 60} minutes late: all is settled {settled}.")
    found = list(_findings(audit))
    if found:
        yield ""
        yield from table(_HEAD, found, terminal)
        yield ""
        yield terminal.wrapped("docs/how-to/audit.md says what each means.")


def document(audit: Audit, now: int) -> dict[str, Any]:
    """Return the audit for programs."""
    return {
        "verdict": "sound" if audit.is_sound else "unsound",
        "at": written(now),
        "from": written(audit.window.start),
        "to": written(audit.window.end),
        "tokens": {fate.value: audit.fates[fate] for fate in Fate},
        "signatures": signatures(audit),
        "pending_signatures": len(audit.pending),
        "denials": dict(sorted(_denials(audit).items())),
        "findings": [
            *({"finding": each.fault.value, **call(each.event)} for each in audit.suspects),
            *(
                {"finding": token.fate.value, "at": written(int(token.at)), "jti": token.jti, "job_id": token.job_id}
                for token in audit.tokens
                if token.fate in UNSOUND_FATES
            ),
        ],
    }


def call(event: TrailEvent) -> dict[str, Any]:
    """Return a call for programs."""
    return {
        "at": written(event.at),
        "call": f"{event.source.partition('.')[0]}:{event.name}",
        "caller": event.caller.arn,
        "source_address": event.source_address,
        "event_id": event.event_id,
        "request_id": event.request_id,
        "error": event.error,
        "jti": event.jti,
        "key_arns": sorted(event.key_arns),
    }


def signatures(audit: Audit) -> int:
    """Return how many signatures belong to the tokens of an audit."""
    return sum(len(token.signs) for token in audit.tokens)


def _ordered(audit: Audit) -> list[tuple[Fate, int]]:
    return [(fate, audit.fates[fate]) for fate in Fate if audit.fates[fate]]


def _denials(audit: Audit) -> Counter[str]:
    return Counter(each.record.reason for each in audit.denials if isinstance(each.record, DenialRecord))


def _findings(audit: Audit) -> Iterator[Row]:
    for suspect in audit.suspects:
        event = suspect.event
        colour = "red" if suspect.fault in UNSOUND_FAULTS else "yellow"
        who = f"{event.caller.arn}\nfrom {event.source_address}" if event.source_address else event.caller.arn
        which = f"{event.name}\nevent {event.event_id}"
        yield Coloured(FAULTS[suspect.fault], colour), written(event.at), who, which
    for token in audit.tokens:
        if token.fate in UNSOUND_FATES:
            yield Coloured(FATES[token.fate], "red"), written(int(token.at)), _job(token), f"jti {token.jti}"


def _job(token: Token) -> str:
    return f"job {token.job_id}"
