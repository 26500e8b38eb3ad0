"""The account of a load: each answer, record and signature held against the others, by the audit's join and beyond it.

What a job was told is what the audit does not know: a token that a job has must be a grant's, by its digest; a request
that was refused or could not be served must be on record with the identifier that the answer has.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

from jobpass_issuer.domain.audit import Audit, Fate, Token
from jobpass_issuer.domain.issuance_record import DenialRecord
from tests.load.asking import Outcome
from tests.load.evidence import Evidence
from tests.load.faults import Befallen

_ACCOUNTED = frozenset({Fate.MATCHED, Fate.LOST, Fate.FAILED})


def unaccounted(outcomes: list[Outcome], evidence: Evidence, befallen: Befallen) -> Iterator[str]:
    """Return whatever stands alone: in a few words, and its identifier."""
    yield from _unjoined(evidence)
    yield from _tokens(outcomes, evidence)
    yield from _refusals(outcomes, evidence)
    yield from _failures(outcomes, evidence)
    due = signs_due(evidence.audit, befallen)
    if evidence.signs < due:
        yield f"signatures that CloudTrail has not ({due - evidence.signs} of {due})"


def signs_due(audit: Audit, befallen: Befallen) -> int:
    """How many signatures were made at the least: one for each grant, one for each answer of KMS that was lost."""
    grants = sum(1 for token in audit.tokens if token.grant is not None)
    return grants + befallen.get("kms:Sign", {}).get("lost", 0)


def _unjoined(evidence: Evidence) -> Iterator[str]:
    for token in evidence.audit.tokens:
        if token.fate not in _ACCOUNTED:
            yield f"{token.fate} ({token.jti})"
    for suspect in evidence.audit.suspects:
        yield f"{suspect.fault} signature or call ({suspect.event.event_id})"
    for event in evidence.audit.pending:
        yield f"signature without a record ({event.event_id})"


def _tokens(outcomes: list[Outcome], evidence: Evidence) -> Iterator[str]:
    """A token that a job has is one that was granted, and the other way round."""
    granted = {each.grant.token_sha256: each for each in evidence.audit.tokens if each.grant is not None}
    received = {
        hashlib.sha256(outcome.token.encode()).hexdigest(): outcome for outcome in outcomes if outcome.token is not None
    }
    for digest, outcome in received.items():
        token = granted.get(digest)
        if token is None:
            yield f"token without a grant ({digest})"
        elif token.job_id != outcome.wish.job.job_id:
            yield f"token of another job's grant ({digest})"
    jobs = {outcome.wish.job.job_id for outcome in outcomes}
    gone = [each for digest, each in granted.items() if each.job_id in jobs and digest not in received]
    # A try whose answer did not arrive may have been granted a token.
    if len(gone) > sum(outcome.unanswered for outcome in outcomes):
        yield from (f"grant whose token no job has ({each.jti})" for each in gone)


def _refusals(outcomes: list[Outcome], evidence: Evidence) -> Iterator[str]:
    """A refusal that a job was told is on record, with its reason, and no other is."""
    told = Counter(
        (str(answer.document.get("request_id")), str(answer.document.get("error")), answer.status)
        for outcome in outcomes
        for answer in outcome.answers
        if 400 <= answer.status < 500
    )
    jobs = {outcome.wish.job.job_id for outcome in outcomes}
    denials = [each.record for each in evidence.lines if isinstance(each.record, DenialRecord)]
    written = Counter((each.request_id, each.reason, each.status) for each in denials if each.job_id in jobs)
    yield from (f"refusal without a record ({request})" for request, *_ in told - written)
    if (written - told).total() > sum(outcome.unanswered for outcome in outcomes):
        yield from (f"record of a refusal that no job was told ({request})" for request, *_ in written - told)


def _failures(outcomes: list[Outcome], evidence: Evidence) -> Iterator[str]:
    """A 503 is of a call that failed; where that was the signature's, its attempt and its failure are on record."""
    unserved = {
        str(answer.document.get("request_id"))
        for outcome in outcomes
        for answer in outcome.answers
        if answer.status == 503
    }
    calls = {each.request_id: each for each in evidence.failed_calls}
    failed = {_request(each): each for each in evidence.audit.tokens if each.failures}
    yield from (f"503 without a call that failed ({each})" for each in sorted(unserved - calls.keys()))
    for request_id in sorted(unserved & calls.keys()):
        if calls[request_id].operation == "kms:Sign" and request_id not in failed:
            yield f"503 for a signature without a record ({request_id})"
    jobs = {outcome.wish.job.job_id for outcome in outcomes}
    untold = [each for request_id, each in failed.items() if each.job_id in jobs and request_id not in unserved]
    if len(untold) > sum(outcome.unanswered for outcome in outcomes):
        yield from (f"failure that no job was told ({each.jti})" for each in untold)


def _request(token: Token) -> str:
    return token.attempt.request_id if token.attempt is not None else ""
