"""Every call of AWS fails in every way: what its caller gets, what is logged and counted, and what stands then.

The keys function's rows are carried out in `keys/test_keys_faults.py`, over the cloud that it needs.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.handlers import jobs
from tests.aws import wire_sts
from tests.aws.trouble import Trouble, error_of
from tests.aws.wire import Aws
from tests.aws.wire_error import SECRET as SAID_BY_AWS
from tests.domain.examples import SECRET
from tests.handlers.events import members
from tests.handlers.faults import reference
from tests.handlers.faults.calls_in_source import calls, named_in_errors
from tests.handlers.faults.row import Row
from tests.handlers.faults.scenes import SCENES, jobs_of
from tests.handlers.faults.table import ROWS, rows_of
from tests.handlers.platform_keys import WITH_KEYS

Records = Callable[[], list[dict[str, Any]]]
Printed = Callable[[], str]
_SECRETS = (SECRET, SAID_BY_AWS, wire_sts.SECRET_ACCESS_KEY, wire_sts.SESSION_TOKEN)
_ROWS = rows_of("token", "jobs")
_CASES = [(row, trouble) for row in _ROWS for trouble in row.troubles]


@pytest.fixture(autouse=True)
def _with_keys(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy platforms of both kinds."""
    file = tmp_path / "with-keys.json"
    file.write_text(json.dumps(WITH_KEYS.to_document()))
    monkeypatch.setattr(jobs, "_DEPLOYMENT_FILE", file)


@pytest.mark.parametrize(("row", "trouble"), _CASES, ids=[f"{row}: {trouble}" for row, trouble in _CASES])
def test_a_call_that_fails(aws: Aws, records: Records, printed: Printed, row: Row, trouble: Trouble) -> None:
    scene = SCENES[row.scene]
    job_id = scene.prepare(aws)
    stood, log_before = json.dumps(jobs_of(aws)), len(records())
    # All its tries: a connection that is reset is opened anew at once.
    aws.fail(row.operation, trouble, None)

    answer = scene.ask(job_id)

    aws.mend()
    _assert_told_to_try_again(answer)
    log = records()[log_before:]
    _assert_logged_and_counted(log, row, trouble)
    assert not [line for line in log if scene.granted in (*line, line.get("record", {}).get("kind"))]
    assert not [secret for secret in _SECRETS if secret in answer["body"] + printed()]
    if trouble is not Trouble.LOST or row.operation == "kms:Sign":
        assert json.dumps(jobs_of(aws)) == stood
    again = scene.ask(job_id)
    assert again["statusCode"] in (200, 201), again["body"]


def _assert_told_to_try_again(answer: dict[str, Any]) -> None:
    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["error"]) == (503, "temporarily_unavailable")
    assert answer["headers"]["Retry-After"] == "2"
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert not {"request_token", "value", "SecretAccessKey", "Token"} & set(told)


def _assert_logged_and_counted(log: list[dict[str, Any]], row: Row, trouble: Trouble) -> None:
    ((level, operation, reason),) = [
        (line["level"], line["operation"], line["reason"]) for line in log if line.get("message") == "dependency failed"
    ]
    error = error_of(row.operation, trouble)
    assert (level, operation) == ("ERROR", row.operation)
    assert reason == error.code if error else reason
    counted = [line["Reason"] for line in log if "DependencyFailure" in line and "Reason" in line]
    assert counted == [row.operation]


@pytest.mark.parametrize("row", [row for row in _ROWS if row.refused], ids=str)
def test_a_refusal_of_aws_is_the_callers_to_act_on(aws: Aws, records: Records, row: Row) -> None:
    scene = SCENES[row.scene]
    job_id = scene.prepare(aws)
    aws.fail(row.operation, Trouble.DENIED)

    answer = scene.ask(job_id)

    assert (answer["statusCode"], members(answer)["error"]) == (403, "access_denied")
    assert "Retry-After" not in answer["headers"]
    assert not [line for line in records() if "DependencyFailure" in line]


@pytest.mark.parametrize("name", list(SCENES))
def test_a_route_makes_the_calls_of_its_rows_and_no_others(aws: Aws, printed: Printed, name: str) -> None:
    job_id = SCENES[name].prepare(aws)
    aws.calls.clear()

    assert SCENES[name].ask(job_id)["statusCode"] in (200, 201)
    assert set(aws.operations()) == {row.operation for row in ROWS if row.scene == name}


def test_no_call_of_the_source_is_without_a_row() -> None:
    """Read from the syntax: a call needs no test of its own to be seen here."""
    known = {row.operation for row in ROWS}
    missing = sorted({f"{name} ({place})" for name, place in calls() if name not in known})

    assert not missing, (
        f"calls without a row: {', '.join(missing)}. Add to tests/handlers/faults/table.py a Row for each function and "
        "route or run that makes it (what stands where it fails, whether it changes something), and write "
        "docs/reference/faults.md anew"
    )


def test_no_row_is_of_a_call_that_is_gone() -> None:
    made = {name for name, _ in calls()}

    assert sorted({row.operation for row in ROWS}) == sorted(made)


def test_every_call_goes_by_its_own_name_in_the_log() -> None:
    assert set(named_in_errors()) <= {name for name, _ in calls()}


def test_the_reference_is_written_from_the_table() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "write it anew: see tests/handlers/faults/table.py"
