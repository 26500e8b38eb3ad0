"""The law of trying again: bounded, with jitter, and never before its time."""

from contextlib import suppress
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.job.https import Answer, NoAnswerError
from jobpass.job.retry import (
    ATTEMPTS,
    FIRST_SECONDS,
    LONGEST_SECONDS,
    OVERALL_SECONDS,
    PASSING,
    Patience,
    delay_seconds,
    retry_after_seconds,
)

NOW = 1_800_000_000.0
SHARES = st.floats(0, 1, exclude_max=True)


class Clock:
    """Time that passes when somebody waits, or as each attempt takes it."""

    def __init__(self, attempt_seconds: float = 0) -> None:
        self.at = 0.0
        self.attempt_seconds = attempt_seconds
        self.waits: list[float] = []

    def patience(self, share: float = 0.5) -> Patience:
        """Patience by this clock."""
        return Patience(clock=lambda: self.at, now=lambda: NOW + self.at, sleep=self.wait, random=lambda: share)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.at += seconds


class Asked:
    """Somebody who is asked: each attempt's outcome in turn, and the seconds that each was given."""

    def __init__(self, clock: Clock, *outcomes: Answer | NoAnswerError) -> None:
        self.clock = clock
        self.outcomes = list(outcomes)
        self.given: list[float] = []

    def __call__(self, left_seconds: float) -> Answer:
        self.given.append(left_seconds)
        self.clock.at += min(self.clock.attempt_seconds, left_seconds)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, NoAnswerError):
            raise outcome
        return outcome


def busy(retry_after: str | None = None, status: int = 503) -> Answer:
    """An answer that may pass."""
    return Answer(status, {} if retry_after is None else {"retry-after": retry_after}, b"")


GOOD = Answer(200, {}, b"")


@given(st.integers(1, 1000), st.none() | st.floats(-10, 10**6), SHARES)
def test_a_wait_is_never_before_its_time_and_its_jitter_is_bounded(
    attempt: int, retry_after: float | None, share: float
) -> None:
    asked = max(0.0, retry_after or 0.0)
    delay = delay_seconds(attempt, retry_after, lambda: share)

    assert asked <= delay <= asked + LONGEST_SECONDS
    assert delay_seconds(attempt, retry_after, lambda: 0.0) == asked


@given(st.integers(1, 60))
def test_the_share_of_jitter_is_whole_and_doubles_up_to_its_bound(attempt: int) -> None:
    widest = delay_seconds(attempt, None, lambda: 1.0)

    assert widest == min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1))
    assert delay_seconds(attempt, None, lambda: 0.25) == widest / 4


@given(st.lists(st.sampled_from(["busy", "failed"]), min_size=1, max_size=9), SHARES, st.floats(0, 40))
def test_nobody_is_asked_too_often_or_too_long(outcomes: list[str], share: float, attempt_seconds: float) -> None:
    clock = Clock(attempt_seconds)
    failed = NoAnswerError("connection_failed", "no answer", "again", again=True)
    asked = Asked(clock, *(busy() if each == "busy" else failed for each in outcomes))
    with suppress(NoAnswerError):
        assert clock.patience(share).ask(asked).status == 503

    assert len(asked.given) <= ATTEMPTS
    assert all(0 < seconds <= OVERALL_SECONDS for seconds in asked.given)
    assert clock.at <= OVERALL_SECONDS


@given(st.integers(0, 200))
def test_a_time_that_is_asked_for_is_waited_for_or_not_come_to(seconds: int) -> None:
    clock = Clock()
    answer = clock.patience(share=0).ask(Asked(clock, busy(str(seconds)), GOOD))

    if seconds < OVERALL_SECONDS:
        assert (answer.status, clock.waits) == (200, [seconds])
    else:
        assert (answer.status, clock.waits) == (503, [])


@pytest.mark.parametrize("status", sorted(PASSING))
def test_what_may_pass_is_asked_again(status: int) -> None:
    clock = Clock()
    asked = Asked(clock, busy(status=status), busy(status=status), GOOD)
    assert clock.patience().ask(asked).status == 200
    assert clock.waits == [FIRST_SECONDS / 2, FIRST_SECONDS]


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 403, 404, 408, 418, 429, 500, 501, 505])
def test_every_other_answer_is_the_last(status: int) -> None:
    clock = Clock()
    asked = Asked(clock, busy("1", status), GOOD)
    assert clock.patience().ask(asked).status == status
    assert clock.waits == []


def test_others_may_say_which_answers_pass() -> None:
    clock = Clock()
    assert clock.patience().ask(Asked(clock, busy(status=400), GOOD), lambda answer: answer.status == 400) is GOOD
    assert len(clock.waits) == 1


def test_a_failure_that_stays_is_raised_at_once() -> None:
    clock = Clock()
    stays = NoAnswerError("certificate_untrusted", "no", "name it")
    with pytest.raises(NoAnswerError) as caught:
        clock.patience().ask(Asked(clock, stays, GOOD))
    assert caught.value is stays
    assert clock.waits == []


def test_the_last_of_all_attempts_is_the_answer() -> None:
    clock = Clock()
    asked = Asked(clock, *(busy(status=502) for _ in range(ATTEMPTS - 1)), busy(status=504), GOOD)
    assert clock.patience().ask(asked).status == 504
    assert len(asked.given) == ATTEMPTS


def test_the_jitter_that_is_used_is_a_share() -> None:
    shares = {Patience().random() for _ in range(100)}
    assert all(0 <= share < 1 for share in shares)
    assert len(shares) == 100


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("\u0661", None),
        ("9" * 40, None),
        ("", None),
        ("soon", None),
        ("Wed, 99 Oct 2026 99:99:99 GMT", None),
    ],
)
def test_when_is_said_in_seconds_or_by_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text())
def test_whatever_is_said_is_no_failure(value: str) -> None:
    found = retry_after_seconds(value, NOW)
    assert found is None or found >= 0
