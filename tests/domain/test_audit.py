"""The join of records and signatures: any loss, repetition, delay or stranger is told as what it is."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.aws import patience
from jobpass_issuer.domain.audit import (
    APART_SECONDS,
    MOST_SIGNS,
    SETTLED_SECONDS,
    Audit,
    Fate,
    Fault,
    Watched,
    Window,
    Written,
    join,
    suspect_of,
)
from jobpass_issuer.domain.audit_schedule import BEHIND_SECONDS, FIRST_SECONDS, SLICE_SECONDS, slices
from jobpass_issuer.domain.issuance_record import AttemptRecord, DenialRecord, FailureRecord, GrantRecord
from jobpass_issuer.domain.trail_event import Caller, TrailEvent

KEY = "arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111"
OTHER_KEY = KEY.replace("1111-1111", "1111-2222")
TOKEN_ROLE = "arn:aws:iam::111122223333:role/jobpass-token"
KEYS_ROLE = "arn:aws:iam::111122223333:role/jobpass-keys"
WATCHED = Watched(frozenset({KEY}), TOKEN_ROLE, KEYS_ROLE)
FUNCTION = Caller("arn:aws:sts::111122223333:assumed-role/jobpass-token/jobpass-token", TOKEN_ROLE, "jobpass-token")
KEYS_FUNCTION = Caller("arn:aws:sts::111122223333:assumed-role/jobpass-keys/jobpass-keys", KEYS_ROLE, "jobpass-keys")
PERSON = Caller("arn:aws:iam::111122223333:user/mallory")
START = 1_800_000_000
WINDOW = Window(START, START + 900)
LATER = WINDOW.end + SETTLED_SECONDS + APART_SECONDS
AT = START + 60


def attempt(jti: str, at: float = AT, key_arn: str = KEY) -> Written:
    record = AttemptRecord(
        jti=jti,
        issuer="https://oidc.example.com",
        subject="job:nightly",
        audience="vault.example.com",
        lifetime_seconds=300,
        at=int(at),
        kid="kid",
        key_arn=key_arn,
        platform="ci-server",
        profile="ci",
        job_id="job-1",
    )
    return Written(at, record)


def grant(jti: str, request_id: str, at: float = AT) -> Written:
    return Written(at, GrantRecord(jti, request_id, "ab" * 32, "kid", "job-1"))


def failure(jti: str, at: float = AT) -> Written:
    return Written(at, FailureRecord(jti, "kms:Sign", "ReadTimeoutError", "job-1"))


def sign(jti: str, request_id: str, at: int = AT) -> TrailEvent:
    return TrailEvent(
        event_id=f"event-{request_id}",
        at=at,
        source="kms.amazonaws.com",
        name="Sign",
        caller=FUNCTION,
        request_id=request_id,
        user_agent=f"Botocore/1.44 ua/2.1 jti/{jti}",
        read_only=True,
        key_arns=frozenset({KEY}),
    )


def audited(lines: list[Written], events: list[TrailEvent], now: float = LATER) -> Audit:
    return join(lines, events, WATCHED, WINDOW, now)


WHOLE = [attempt("a"), grant("a", "r")]


def test_a_granted_token_and_its_signature_belong_together() -> None:
    audit = audited(WHOLE, [sign("a", "r")])

    assert audit.is_sound
    assert audit.fates == {Fate.MATCHED: 1}
    assert audit.faults == {}
    assert [(token.jti, token.job_id, len(token.signs)) for token in audit.tokens] == [("a", "job-1", 1)]
    assert audit.busiest_job == ("job-1", 1)


def test_nothing_at_all_is_sound() -> None:
    audit = audited([], [])
    assert audit.is_sound
    assert audit.busiest_job == ("", 0)


@pytest.mark.parametrize(
    ("lines", "events", "fate"),
    [
        ([attempt("a"), failure("a")], [], Fate.FAILED),
        ([attempt("a"), failure("a")], [sign("a", "r")], Fate.LOST),
        ([attempt("a")], [sign("a", "r")], Fate.LOST),
        ([grant("a", "r")], [sign("a", "r")], Fate.MATCHED),
        (WHOLE, [sign("a", "lost"), sign("a", "r")], Fate.MATCHED),
        (WHOLE, [replace(sign("a", "r"), user_agent="Botocore/1.44")], Fate.MATCHED),
    ],
    ids=["failed", "answer lost", "killed after", "attempt lost", "tried twice", "agent cut off"],
)
def test_what_is_accounted_for(lines: list[Written], events: list[TrailEvent], fate: Fate) -> None:
    audit = audited(lines, events)
    assert (audit.fates, audit.faults, audit.is_sound) == ({fate: 1}, {}, True)


@pytest.mark.parametrize(
    ("lines", "events", "fate"),
    [
        (WHOLE, [], Fate.UNSIGNED_GRANT),
        (WHOLE, [sign("a", "another")], Fate.UNSIGNED_GRANT),
        (WHOLE, [replace(sign("a", "r"), error="ThrottlingException")], Fate.UNSIGNED_GRANT),
        ([attempt("a")], [], Fate.UNSIGNED_ATTEMPT),
    ],
    ids=["no call", "another call", "refused call", "no end"],
)
def test_a_record_without_a_signature(lines: list[Written], events: list[TrailEvent], fate: Fate) -> None:
    assert audited(lines, events).fates == {fate: 1}
    assert not audited(lines, events).is_sound
    early = audited(lines, events, now=AT + SETTLED_SECONDS)
    assert (early.fates, early.is_sound) == ({Fate.UNSETTLED: 1}, True)


@pytest.mark.parametrize(
    "event",
    [
        sign("unknown", "r2"),
        replace(sign("a", "r2"), user_agent="Botocore/1.44"),
        replace(sign("a", "r2"), user_agent="jti/a jti/b"),
        replace(sign("a", "r2"), key_arns=frozenset({OTHER_KEY})),
        sign("a", "r2", AT + APART_SECONDS + 1),
        sign("a", "r2", AT - APART_SECONDS - 1),
    ],
    ids=["unknown jti", "no jti", "two jti", "another key", "too late", "too early"],
)
def test_a_signature_without_a_record(event: TrailEvent) -> None:
    watched = replace(WATCHED, key_arns=frozenset({KEY, OTHER_KEY}))

    audit = join(WHOLE, [sign("a", "r"), event], watched, WINDOW, LATER)

    assert (audit.fates, audit.faults, audit.is_sound) == ({Fate.MATCHED: 1}, {Fault.UNRECORDED: 1}, False)
    early = join(WHOLE, [sign("a", "r"), event], watched, WINDOW, event.at + SETTLED_SECONDS)
    assert (early.faults, early.pending, early.is_sound) == ({}, (event,), True)


def test_one_token_is_signed_no_more_often_than_the_sdk_tries() -> None:
    # A closed connection is made anew once a call, beside its tries.
    assert patience.LIMITS.tries + 1 == MOST_SIGNS

    events = [sign("a", f"r{number}") for number in range(MOST_SIGNS + 1)]
    lines = [attempt("a"), grant("a", f"r{MOST_SIGNS}")]

    assert audited(lines, events[1:]).is_sound
    audit = audited(lines, events)
    assert (audit.fates, audit.faults, audit.is_sound) == ({Fate.MATCHED: 1}, {Fault.OVERUSED: 1}, False)


@pytest.mark.parametrize(
    "caller",
    [
        PERSON,
        KEYS_FUNCTION,
        replace(FUNCTION, session="mallory"),
        replace(FUNCTION, role_arn=TOKEN_ROLE.replace("1111", "2222")),
        replace(FUNCTION, function_arn="arn:aws:lambda:eu-central-1:111122223333:function:other"),
    ],
    ids=["user", "keys function", "another session", "another account", "another function"],
)
def test_a_stranger_who_signs_is_told_even_with_a_known_jti(caller: Caller) -> None:
    event = replace(sign("a", "r2"), caller=caller)

    audit = audited(WHOLE, [sign("a", "r"), event], now=AT + 1)

    assert (audit.fates, audit.faults, audit.is_sound) == ({Fate.MATCHED: 1}, {Fault.FOREIGN: 1}, False)
    assert audit.suspects[0].event == event
    # And cannot stand for the signature of a grant.
    assert audited(WHOLE, [replace(event, request_id="r")]).fates == {Fate.UNSIGNED_GRANT: 1}


def test_a_stranger_who_is_refused_is_told_and_has_changed_nothing() -> None:
    event = replace(sign("a", "r2"), caller=PERSON, error="AccessDenied")
    audit = audited([], [event])
    assert (audit.faults, audit.is_sound) == ({Fault.REFUSED: 1}, True)


def test_who_changes_a_key() -> None:
    change = replace(sign("a", "r"), name="PutKeyPolicy", read_only=False, user_agent="")
    cases = {
        PERSON: (change, Fault.TOUCHED),
        FUNCTION: (change, Fault.TOUCHED),
        replace(PERSON, arn="refused"): (replace(change, error="AccessDenied"), Fault.REFUSED),
    }
    for caller, (event, fault) in cases.items():
        suspect = suspect_of(replace(event, caller=caller), WATCHED)
        assert suspect is not None
        assert suspect.fault is fault
    fine = [
        replace(change, caller=KEYS_FUNCTION),
        replace(change, caller=PERSON, read_only=True),
        replace(change, caller=PERSON, key_arns=frozenset({OTHER_KEY})),
        replace(change, caller=PERSON, by_service=True, name="DeleteKey"),
        replace(change, caller=PERSON, source="sts.amazonaws.com"),
    ]
    assert [suspect_of(event, WATCHED) for event in fine] == [None] * len(fine)


def test_what_lies_outside_the_window_is_matched_and_not_told() -> None:
    edge = [attempt("a", WINDOW.start - 1), grant("a", "r", WINDOW.start - 1)]
    assert audited(edge, [sign("a", "r", WINDOW.start)]).fates == {}
    assert audited(edge, [sign("a", "r", WINDOW.start)]).is_sound
    last = [attempt("a", WINDOW.end - 0.5), grant("a", "r", WINDOW.end)]
    assert audited(last, [sign("a", "r", WINDOW.end)]).fates == {Fate.MATCHED: 1}
    assert audited([], [replace(sign("a", "r", WINDOW.end), caller=PERSON)]).faults == {}


def test_denials_are_told_once() -> None:
    denial = Written(AT, DenialRecord("invalid_token", 401, "job-1"))
    assert audited([denial, denial, replace(denial, at=WINDOW.end)], []).denials == (denial,)


@dataclass(frozen=True)
class Case:
    """What befell one token, and how it must be told."""

    lines: tuple[str, ...]
    signs: int
    granted_sign: bool
    fate: Fate | None
    unrecorded: int = 0


# Every way in which lines and events of one token can be there or be lost, with what it then is.
CASES = [
    Case((), 0, False, None),
    Case((), 2, False, None, unrecorded=2),
    *(
        Case(
            (*begun, *failed), signs, False, Fate.LOST if signs else (Fate.FAILED if failed else Fate.UNSIGNED_ATTEMPT)
        )
        for begun in (("attempt",),)
        for failed in ((), ("failure",))
        for signs in (0, 1, 2, 3)
    ),
    *(
        Case((*begun, "grant"), signs, granted, Fate.MATCHED if granted else Fate.UNSIGNED_GRANT)
        for begun in ((), ("attempt",), ("attempt", "failure"))
        for signs, granted in ((0, False), (1, True), (1, False), (3, True), (3, False))
    ),
]


@given(st.data())
def test_any_loss_repetition_delay_or_stranger_is_told_as_what_it_is(data: st.DataObject) -> None:
    lines: list[Written] = []
    events: list[TrailEvent] = []
    fates: Counter[Fate] = Counter()
    faults: Counter[Fault] = Counter()
    for number, case in enumerate(data.draw(st.lists(st.sampled_from(CASES), max_size=8))):
        at = data.draw(st.integers(WINDOW.start, WINDOW.end - 12))
        jti = f"jti-{number}"
        makers = {
            "attempt": attempt(jti, at + 0.25),
            "grant": grant(jti, f"granted-{number}", at + 5),
            "failure": failure(jti, at + 9),
        }
        lines += [makers[each] for each in case.lines]
        ids = [
            f"granted-{number}" if each == 0 and case.granted_sign else f"r-{number}-{each}"
            for each in range(case.signs)
        ]
        events += [sign(jti, each, at + data.draw(st.integers(0, 10))) for each in ids]
        fates.update([case.fate] if case.fate else [])
        faults.update({Fault.UNRECORDED: case.unrecorded} if case.unrecorded else {})
    for number in range(data.draw(st.integers(0, 3))):
        jti = data.draw(st.sampled_from(["jti-0", "jti-1", "unknown"]))
        at = data.draw(st.integers(WINDOW.start, WINDOW.end - 1))
        events.append(replace(sign(jti, f"stranger-{number}", at), caller=PERSON))
        faults[Fault.FOREIGN] += 1
    # What is none of ours, and what came twice, in any order.
    events += [replace(sign("x", f"o-{each}"), key_arns=frozenset({OTHER_KEY}), caller=PERSON) for each in range(2)]
    lines += data.draw(st.lists(st.sampled_from(lines), max_size=5)) if lines else []
    events += data.draw(st.lists(st.sampled_from(events), max_size=5))
    lines, events = data.draw(st.permutations(lines)), data.draw(st.permutations(events))

    audit = audited(lines, events)

    assert audit.fates == fates
    assert audit.faults == faults
    # Read too early, with any part of it missing, it accuses strangers alone.
    now = WINDOW.start + SETTLED_SECONDS
    few_lines = data.draw(st.lists(st.sampled_from(lines), unique=True)) if lines else []
    few_events = data.draw(st.lists(st.sampled_from(events), unique=True))
    assert set(audited(few_lines, few_events, now=now).faults) <= {Fault.FOREIGN}
    assert not set(audited(few_lines, few_events, now=now).fates) & {Fate.UNSIGNED_ATTEMPT, Fate.UNSIGNED_GRANT}


@given(st.data())
def test_windows_that_follow_each_other_tell_everything_once(data: st.DataObject) -> None:
    ats = data.draw(st.lists(st.integers(WINDOW.start, WINDOW.end - 1), min_size=1, max_size=6))
    lines = [line for n, at in enumerate(ats) for line in (attempt(f"j{n}", at), grant(f"j{n}", f"r{n}", at + 1))]
    events = [sign(f"j{n}", f"r{n}", at + data.draw(st.integers(0, 2))) for n, at in enumerate(ats)]
    cut = data.draw(st.integers(WINDOW.start, WINDOW.end))
    told: Counter[Fate] = Counter()
    for window in (Window(WINDOW.start, cut), Window(cut, WINDOW.end)):
        edges = window.with_edges
        seen_lines = [line for line in lines if line.at in edges]
        seen_events = [event for event in events if event.at in edges]
        audit = join(seen_lines, seen_events, WATCHED, window, LATER)
        assert audit.is_sound
        told += audit.fates

    assert told == {Fate.MATCHED: len(ats)}


def test_the_first_run_takes_the_last_quarter_that_is_settled() -> None:
    now = START + 7
    windows, left_out = slices(None, now, 30)
    assert windows[-1].end == (now - BEHIND_SECONDS) // SLICE_SECONDS * SLICE_SECONDS
    assert (windows[-1].end - windows[0].start, left_out) == (FIRST_SECONDS, 0)


@given(st.integers(0, 3 * 86400), st.integers(0, 3600))
def test_runs_that_were_missed_are_made_up_for(behind: int, past: int) -> None:
    now = START // SLICE_SECONDS * SLICE_SECONDS + past
    until = (now - BEHIND_SECONDS - behind) // SLICE_SECONDS * SLICE_SECONDS

    windows, left_out = slices(until, now, 30)

    ends = [until, *(window.end for window in windows)]
    assert [window.start for window in windows] == ends[:-1]
    assert ends[-1] <= now - BEHIND_SECONDS < ends[-1] + SLICE_SECONDS
    assert left_out == 0
    assert slices(ends[-1], now, 30) == ([], 0)


def test_what_is_kept_no_more_is_left_out_and_said() -> None:
    windows, left_out = slices(START - 10 * 86400, START, 1)
    assert left_out == windows[0].start - (START - 10 * 86400) > 8 * 86400
    assert windows[0].start >= START - 86400
