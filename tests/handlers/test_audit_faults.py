"""The audit function when a call of AWS fails: it says so, is counted as incomplete, and the next run goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.aws import event_history
from jobpass_issuer.handlers import audit
from tests.aws.trouble import Trouble, error_of
from tests.aws.wire import Aws
from tests.aws.wire_error import SECRET
from tests.handlers.conftest import _IMPATIENT
from tests.handlers.faults import auditing
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import SCHEDULE, STRANGER, rows_of

Records = Callable[[], list[dict[str, Any]]]
Printed = Callable[[], str]
_CASES = [(row, each) for row in rows_of("audit") if row.scene in {SCHEDULE, STRANGER} for each in row.troubles]


@pytest.fixture(autouse=True)
def _audited(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function's settings, and clients with little patience."""
    for name, value in auditing.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(audit, "PATIENT", _IMPATIENT)
    monkeypatch.setattr(event_history, "PAUSE_SECONDS", 0)
    for kept in (audit._settings, audit._dynamodb, audit._logs, audit._cloudtrail):
        kept.cache_clear()
    auditing.prepare(aws)


@pytest.mark.parametrize(("row", "trouble"), _CASES, ids=[f"{row}: {trouble}" for row, trouble in _CASES])
def test_a_call_that_fails(aws: Aws, records: Records, printed: Printed, row: Row, trouble: Trouble) -> None:
    before = auditing.audited_until(aws)
    aws.fail(row.operation, trouble)

    with pytest.raises(RuntimeError, match=row.operation) as error:
        auditing.invoke(row.scene)

    log = records()
    (line,) = [each for each in log if each.get("message") == "dependency failed"]
    expected = error_of(row.operation, trouble)
    assert line["operation"] == row.operation
    assert line["reason"] == expected.code if expected else line["reason"]
    assert [each["Reason"] for each in log if "DependencyFailure" in each and "Reason" in each] == [row.operation]
    assert bool([each for each in log if "AuditIncomplete" in each]) is (row.scene == SCHEDULE)
    assert not [each for each in log if "AuditRan" in each]
    assert SECRET not in printed() + str(error.value)
    if trouble is not Trouble.LOST:
        assert auditing.audited_until(aws) == before
    auditing.invoke(row.scene)
    if row.scene == SCHEDULE:
        assert auditing.audited_until(aws) > before


@pytest.mark.parametrize("scene", [SCHEDULE, STRANGER])
def test_a_run_makes_the_calls_of_its_rows_and_no_others(aws: Aws, printed: Printed, scene: str) -> None:
    auditing.invoke(scene)

    assert set(aws.operations()) == {row.operation for row in rows_of("audit") if row.scene == scene}
