"""The account of a load has a finding for whatever is taken out of a whole one, or put into it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from jobpass_issuer.domain.audit import Window, Written, join
from jobpass_issuer.domain.issuance_record import AttemptRecord, DenialRecord, GrantRecord
from jobpass_issuer.domain.trail_event import TrailEvent
from local.registration import Registration
from tests.domain.test_audit import AT, LATER, START, WATCHED, attempt, failure, sign
from tests.load.account import unaccounted
from tests.load.asking import Outcome, Told
from tests.load.evidence import Evidence, FailedCall
from tests.load.figures import by_kind
from tests.load.wishes import AWS, Wish, Working

JOB = Working(Registration("job-1", "", "", ""), "", "", "")
WINDOW = Window(START, START + 900)
TOKENS = ("first", "second")


def told(status: int, request_id: str, **members: str) -> Told:
    body = json.dumps({"request_id": request_id, **members}).encode()
    return Told(AT, 0.1, status, {}, body)


def granted(jti: str, kms_request_id: str, token: str) -> Written:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Written(AT, GrantRecord(jti, kms_request_id, digest, "kid", "job-1"))


def begun(jti: str, request_id: str) -> Written:
    record = attempt(jti).record
    assert isinstance(record, AttemptRecord)
    return Written(AT, replace(record, request_id=request_id))


@dataclass
class World:
    """Two tokens, the second after a 503 whose signature was lost and a 503 of DynamoDB's, and a refusal."""

    lines: list[Written] = field(
        default_factory=lambda: [
            begun("a", "r1"), granted("a", "k1", TOKENS[0]),
            begun("b", "r2"), failure("b"),
            begun("c", "r4"), granted("c", "k4", TOKENS[1]),
            Written(AT, DenialRecord("invalid_target", 400, "job-1", request_id="r5")),
        ]
    )  # fmt: skip
    events: list[TrailEvent] = field(default_factory=lambda: [sign("a", "k1"), sign("b", "k2"), sign("c", "k4")])
    failed_calls: list[FailedCall] = field(
        default_factory=lambda: [
            FailedCall("r2", "kms:Sign", "ReadTimeoutError"), FailedCall("r3", "dynamodb:BatchGetItem", "Throttling"),
        ]
    )  # fmt: skip
    outcomes: list[Outcome] = field(
        default_factory=lambda: [
            Outcome(Wish(JOB, AWS, 300), [told(200, "r1", value=TOKENS[0])]),
            Outcome(Wish(JOB, AWS, 300), [told(503, "r2"), told(503, "r3"), told(200, "r4", value=TOKENS[1])]),
            Outcome(Wish(JOB, "x", 300, refusal="invalid_target"), [told(400, "r5", error="invalid_target")]),
        ]
    )
    lost: int = 1

    def findings(self) -> list[str]:
        audit = join(self.lines, self.events, WATCHED, WINDOW, LATER)
        evidence = Evidence(tuple(self.lines), tuple(self.events), tuple(self.failed_calls), audit)
        return list(by_kind(list(unaccounted(self.outcomes, evidence, {"kms:Sign": {"lost": self.lost}}))))


def test_a_whole_account_has_no_findings() -> None:
    assert World().findings() == []


def without_record(world: World, number: int) -> None:
    del world.lines[number]


def with_foreign_signature(world: World) -> None:
    world.events.append(replace(sign("a", "k9"), caller=replace(world.events[0].caller, role_arn="arn:other")))


def with_anothers_token(world: World) -> None:
    other = replace(JOB, registration=replace(JOB.registration, job_id="job-2"))
    world.outcomes[0].wish = replace(world.outcomes[0].wish, job=other)


def with_a_grant_nobody_has(world: World) -> None:
    del world.outcomes[0]


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (lambda world: without_record(world, 1), ["token without a grant"]),
        (lambda world: without_record(world, 6), ["refusal without a record"]),
        (lambda world: world.lines.__delitem__(slice(2, 4)),
         ["unrecorded signature or call", "503 for a signature without a record"]),
        (lambda world: world.lines.__delitem__(slice(0, 2)), ["unrecorded signature or call", "token without a grant"]),
        (lambda world: world.lines.append(begun("z", "r9")), ["unsigned_attempt"]),
        (lambda world: world.events.pop(0), ["unsigned_grant", "signatures that CloudTrail has not"]),
        (lambda world: world.events.pop(1), ["signatures that CloudTrail has not"]),
        (with_foreign_signature, ["foreign signature or call"]),
        (with_anothers_token, ["token of another job's grant"]),
        (with_a_grant_nobody_has, ["grant whose token no job has"]),
        (lambda world: world.outcomes.pop(2), ["record of a refusal that no job was told"]),
        (lambda world: world.failed_calls.pop(1), ["503 without a call that failed"]),
        (lambda world: world.outcomes[1].answers.pop(0), ["failure that no job was told"]),
    ],
    ids=["grant", "denial", "lost token's records", "token's records", "attempt more", "sign of a grant",
         "sign of a lost answer", "foreign sign", "another job's grant", "token received", "refusal told",
         "failed call", "503 told"],
)  # fmt: skip
def test_whatever_stands_alone_is_told(change: Callable[[World], object], findings: list[str]) -> None:
    world = World()
    change(world)
    assert world.findings() == findings


def test_a_try_without_an_answer_may_have_been_granted_or_refused() -> None:
    world = World()
    with_a_grant_nobody_has(world)
    world.outcomes[0].unanswered = 1
    assert world.findings() == []
