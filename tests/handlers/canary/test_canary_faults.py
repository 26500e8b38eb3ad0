"""The canary when a request of its fails: the step is told and counted, the job is ended, the next round is sound."""

from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.aws import https
from jobpass_issuer.handlers import canary
from jobpass_issuer.handlers.canary_round import REFUSALS
from tests.aws.trouble import SILENT, STATUSES, Trouble, error_of
from tests.aws.wire_error import SECRET as SAID_BY_AWS
from tests.handlers.canary.front_door import SECRET, SESSION, SESSION_TOKEN, FrontDoor
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import CANARY_STEPS, rows_of

Records = Callable[[], list[dict[str, Any]]]
Printed = Callable[[], str]
SOUND = {"granted": True, "refused": list(REFUSALS), "failed": {}}
_ROWS = rows_of("canary")
_CASES = [(row, trouble) for row in _ROWS for trouble in row.troubles]
# Which refusals are seen all the same, where not all others are.
_RESTS_ON: dict[str, set[str]] = {
    "session": {"wrong_audience", "tampered", "expired", "ended_job"},
    "register": {"wrong_audience", "tampered", "expired", "ended_job"},
    "documents": {"tampered", "expired"},
    "token": {"tampered", "expired"},
    "end": {"ended_job"},
}


@pytest.mark.parametrize(("row", "trouble"), _CASES, ids=[f"{row}: {trouble}" for row, trouble in _CASES])
def test_a_request_that_fails(
    door: FrontDoor,
    monkeypatch: pytest.MonkeyPatch,
    records: Records,
    printed: Printed,
    row: Row,
    trouble: Trouble,
) -> None:
    if trouble in SILENT:
        monkeypatch.setattr(https, "_TIMEOUT_SECONDS", 0.3)
    step = CANARY_STEPS.get(row.scene, row.scene)
    door.aws.fail(SESSION if row.operation == SESSION else row.scene, trouble, times=None)

    outcome = canary.handler({}, None)

    assert list(outcome["failed"]) == [step]
    assert outcome["failed"][step].startswith(_reason(row, trouble))
    left_out = {step, *_RESTS_ON.get(step, ())}
    assert outcome["refused"] == [name for name in REFUSALS if name not in left_out]
    assert outcome["granted"] is (step not in {"documents", "session", "register", "token"})
    _assert_logged_and_counted(records(), outcome)
    # Whatever failed, a job that the canary knows of is ended; where that fails, it has been tried.
    assert ("end" in door.asked) is (step not in {"session", "register"})
    assert door.ended is ("end" in door.asked and (step != "end" or trouble is Trouble.LOST))
    assert not [secret for secret in (SECRET, SESSION_TOKEN, "sEcReT", SAID_BY_AWS) if secret in printed()]

    door.aws.mend()
    door.ended = False
    assert canary.handler({}, None) == SOUND


def _reason(row: Row, trouble: Trouble) -> str:
    """How the step's reason begins: AWS's code, or the status of an answer; any, where there is no answer."""
    if row.operation == SESSION:
        error = error_of(row.operation, trouble)
        return error.code if error else ""
    return f"answered {STATUSES[trouble]}" if trouble in STATUSES else ""


def _assert_logged_and_counted(log: list[dict[str, Any]], outcome: dict[str, Any]) -> None:
    ((level, failed),) = [(each["level"], each["failed"]) for each in log if each.get("message") == "canary failed"]
    assert (level, failed) == ("ERROR", outcome["failed"])
    assert all(failed.values())
    assert [each["Reason"] for each in log if "CanaryFailed" in each and "Reason" in each] == list(failed)
    assert [each["CanaryGranted"] for each in log if "CanaryGranted" in each] == [[1.0]] * outcome["granted"]
    refused = [each["CanaryRefused"] for each in log if "CanaryRefused" in each]
    assert refused == ([[float(len(outcome["refused"]))]] if outcome["refused"] else [])


def test_a_round_makes_the_requests_of_its_rows_and_no_others(door: FrontDoor, printed: Printed) -> None:
    assert canary.handler({}, None) == SOUND
    assert sorted(door.asked) == sorted(row.scene for row in _ROWS)


def test_whatever_fails_at_once_each_step_that_can_be_taken_is_told(door: FrontDoor, records: Records) -> None:
    for row in _ROWS:
        if row.scene not in {"session", "register"}:
            door.aws.fail(row.scene, Trouble.UNAVAILABLE, times=None)

    outcome = canary.handler({}, None)

    assert not outcome["granted"]
    assert outcome["failed"] == {
        "unknown_job": "answered 503, not 401 invalid_token",
        "documents": "answered 503",
        "wrong_audience": "answered 503, not 400 invalid_target",
        "token": "answered 503",
        "end": "answered 503",
    }
    assert [each["Reason"] for each in records() if "CanaryFailed" in each and "Reason" in each] == [*outcome["failed"]]
