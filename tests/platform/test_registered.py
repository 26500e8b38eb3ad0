"""A job that is registered for as long as a block runs, and ended whatever happens in it."""

import logging

import pytest

from jobpass.errors import JobpassError
from jobpass.platform import Jobs, RequestRefusedError
from tests.platform.api_server import REQUEST_TOKEN, ApiServer, Scripted

FIELDS = {"ref": "main"}
FAULT = Scripted(500)


def ended(api: ApiServer) -> list[bool]:
    """Of each job, whether it has ended."""
    return [job["ended_at"] is not None for job in api.jobs.values()]


def test_it_is_there_within_and_ended_after(api: ApiServer, jobs: Jobs) -> None:
    with jobs.registered("ci", FIELDS, roles=["web-deploy"]) as job:
        assert job.request_token == REQUEST_TOKEN
        assert ended(api) == [False]

    assert ended(api) == [True]
    assert api.asked("POST")[0].json["roles"] == ["web-deploy"]


@pytest.mark.parametrize("raised", [ValueError("of the block"), SystemExit(7), KeyboardInterrupt()])
def test_it_is_ended_whatever_is_raised(raised: BaseException, api: ApiServer, jobs: Jobs) -> None:
    with pytest.raises(type(raised)) as told, jobs.registered("ci", FIELDS):
        raise raised

    assert told.value is raised
    assert not hasattr(raised, "__notes__")
    assert ended(api) == [True]


@pytest.mark.parametrize("raised", [ValueError("of the block"), SystemExit(7), KeyboardInterrupt()])
def test_a_failed_end_is_told_and_hides_nothing(
    raised: BaseException, api: ApiServer, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(type(raised)) as told, jobs.registered("ci", FIELDS) as job:  # noqa: PT012 - two in a block
        api.scripted = [FAULT]
        raise raised

    assert told.value is raised
    (note,) = raised.__notes__
    assert f"the job {job.job_id} is not ended" in note
    assert f"it expires at {job.expires_at:%Y-%m-%d}" in note
    assert [(each.name, each.levelno, each.getMessage()) for each in caplog.records] == [
        ("jobpass", logging.ERROR, note)
    ]
    assert ended(api) == [False]


def test_a_failed_end_is_raised_where_nothing_else_is(api: ApiServer, jobs: Jobs) -> None:
    with pytest.raises(JobpassError) as told, jobs.registered("ci", FIELDS):
        api.scripted = [FAULT]

    assert told.value.code == "unavailable"


def test_a_job_that_is_refused_runs_no_block(api: ApiServer, jobs: Jobs) -> None:
    ran = []
    with pytest.raises(RequestRefusedError), jobs.registered("ci", {}):
        ran.append("the block")

    assert ran == []
    assert api.asked("DELETE") == []


def test_a_job_that_expired_and_is_forgotten_has_ended(api: ApiServer, jobs: Jobs) -> None:
    with jobs.registered("ci", FIELDS, expires_in_seconds=-1):
        api.jobs.clear()


def test_a_job_that_is_forgotten_before_its_time_is_told(api: ApiServer, jobs: Jobs) -> None:
    with pytest.raises(RequestRefusedError) as told, jobs.registered("ci", FIELDS):
        api.jobs.clear()

    assert told.value.code == "not_found"
