"""The figures of a load, for people and for programs."""

import os
import platform
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median, quantiles
from typing import Any

from jobpass_issuer.domain.audit import Fate, Fault
from jobpass_issuer.domain.issuance_record import KINDS
from tests.load.run import Ran

_MOST_SHOWN = 20


def document(ran: Ran) -> dict[str, Any]:
    """Return the figures as plain values; times in seconds."""
    audit = ran.evidence.audit
    calls = Counter(f"{each.operation} {each.reason}" for each in ran.evidence.failed_calls)
    refused = Counter(
        str(each.last.document.get("error")) for each in ran.outcomes if each.last and 400 <= each.last.status < 500
    )
    records = Counter(each.record.KIND for each in ran.evidence.lines)
    signed = [token for token in audit.tokens if token.signs]
    return {
        "verdict": "sound" if ran.is_sound else "unsound",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": {
            "tokens": ran.load.tokens, "jobs": ran.load.jobs, "share": ran.load.share, "seed": ran.load.seed,
        },
        "seconds": round(ran.seconds, 1),
        "requests": sum(len(each.answers) + each.unanswered for each in ran.outcomes),
        "granted": sum(each.token is not None for each in ran.outcomes),
        "refused": dict(sorted(refused.items())),
        "gone_without": len(ran.given_up),
        "tried_again": {
            "jobs": sum(len(each.answers) + each.unanswered > 1 for each in ran.outcomes),
            "unanswered": sum(each.unanswered for each in ran.outcomes),
            "because_of": dict(calls.most_common()),
        },
        "latency": {
            "of_an_answer": spread([answer.seconds for each in ran.outcomes for answer in each.answers]),
            "of_a_token": spread([each.seconds for each in ran.outcomes if each.token is not None]),
        },
        "faults": {operation: dict(sorted(each.items())) for operation, each in ran.befallen.items()},
        "records": {kind: records[kind] for kind in KINDS},
        "signatures": {
            "in_cloudtrail": ran.evidence.signs,
            "joined": sum(len(token.signs) for token in signed),
            "of_a_token_granted": sum(len(token.signs) for token in signed if token.fate is Fate.MATCHED),
            "of_a_token_lost": sum(len(token.signs) for token in signed if token.fate is Fate.LOST),
        },
        "fates": {fate.value: audit.fates[fate] for fate in Fate},
        "unjoined": {
            **{fault.value: audit.faults[fault] for fault in Fault}, "pending": len(audit.pending),
        },
        "wrong": by_kind(ran.wrong),
        "unaccounted": by_kind(ran.unaccounted),
        "findings": [*ran.wrong, *ran.unaccounted],
    }  # fmt: skip


def lines(ran: Ran) -> Iterator[str]:
    """Return the figures as a person reads them."""
    told = document(ran)
    tried, latency, signatures = told["tried_again"], told["latency"], told["signatures"]
    befallen = sum(sum(each.values()) for each in told["faults"].values())
    rows: list[tuple[str, str]] = [
        ("tokens granted", f"{told['granted']:,} of {ran.load.tokens:,}, in {told['seconds']:,} s"),
        ("by jobs at once", f"{ran.load.jobs}, in {told['requests']:,} requests"),
        ("refused, as was due", _counted(told["refused"])),
        ("calls that failed on order", f"{befallen:,}"),
        *((f"  {operation}", _counted(each)) for operation, each in told["faults"].items()),
        ("requests tried again", f"{tried['jobs']:,}, {tried['unanswered']:,} tries unanswered"),
        *((f"  503: {reason}", f"{times:,}") for reason, times in tried["because_of"].items()),
        ("went without", f"{told['gone_without']:,}"),
        ("an answer took", _seconds(latency["of_an_answer"])),
        ("a token took", _seconds(latency["of_a_token"])),
        ("records", _counted(told["records"])),
        ("signatures in CloudTrail", f"{signatures['in_cloudtrail']:,}, {signatures['joined']:,} of them joined"),
        ("  of tokens granted", f"{signatures['of_a_token_granted']:,}"),
        ("  of tokens lost", f"{signatures['of_a_token_lost']:,}"),
        ("tokens written down", _counted({name: times for name, times in told["fates"].items() if times})),
        ("unjoined", _counted({name: times for name, times in told["unjoined"].items() if times})),
        ("wrong answers", _counted(told["wrong"])),
        ("unaccounted for", _counted(told["unaccounted"])),
    ]
    width = max(len(name) for name, _ in rows)
    yield from (f"{name:<{width}}  {value}" for name, value in rows)
    yield ""
    yield from told["findings"][:_MOST_SHOWN]
    if len(told["findings"]) > _MOST_SHOWN:
        yield f"and {len(told['findings']) - _MOST_SHOWN:,} more"
    yield told["verdict"]


def spread(seconds: Sequence[float]) -> dict[str, float] | None:
    """Return the median, the 95th and 99th of a hundred, and the longest, in seconds; None of fewer than two."""
    if len(seconds) < 2:
        return None
    parts = quantiles(seconds, n=100, method="inclusive")
    found = {"median": median(seconds), "p95": parts[94], "p99": parts[98], "longest": max(seconds)}
    return {name: round(value, 3) for name, value in found.items()}


def by_kind(findings: Sequence[str]) -> dict[str, int]:
    """Count findings by what they say before the identifier in parentheses."""
    return dict(Counter(re.sub(r" \([^()]*\)$", "", each) for each in findings).most_common())


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{times:,} {name}" for name, times in counts.items()) or "none"


def _seconds(told: dict[str, float] | None) -> str:
    return "unknown" if told is None else ", ".join(f"{name} {value:.2f} s" for name, value in told.items())
