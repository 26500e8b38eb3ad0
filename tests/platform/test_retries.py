"""What is sent again, how often, and that each time it is proven anew."""

import json

import pytest

from jobpass.errors import JobpassError, UnavailableError
from jobpass.job.retry import ATTEMPTS
from jobpass.platform import Jobs
from tests.platform.api_server import ApiServer, Scripted, error

FIELDS = {"ref": "main"}


@pytest.mark.parametrize("trouble", [Scripted(502), Scripted(503), Scripted(504), Scripted(dropped=True)])
@pytest.mark.parametrize("client", ["jobs", "signed"])
def test_a_request_that_may_pass_is_sent_again_and_proven_anew(
    client: str, trouble: Scripted, api: ApiServer, waits: list[float], request: pytest.FixtureRequest
) -> None:
    jobs: Jobs = request.getfixturevalue(client)
    api.scripted = [trouble, trouble]

    job = jobs.register("ci", FIELDS)

    assert job.job_id in api.jobs
    assert len(waits) == 2
    sent = api.asked("POST")
    assert len(sent) == 3
    assert len({each.body for each in sent}) == 1
    if client == "jobs":
        # The stand-in takes an assertion once, and took the last; the first ones were others.
        assert len({each.headers["authorization"] for each in sent}) == 3


def test_a_registration_whose_answer_is_lost_is_made_twice_and_the_last_is_told(api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [Scripted(dropped=True)]

    job = jobs.register("ci", FIELDS)

    assert list(api.jobs) == [f"{1:032x}", f"{2:032x}"]
    assert job.job_id == f"{2:032x}"


def test_a_job_is_ended_though_the_answer_was_lost(api: ApiServer, jobs: Jobs) -> None:
    job = jobs.register("ci", FIELDS)
    api.scripted = [Scripted(dropped=True)]

    assert jobs.end(job.job_id).ended_at is not None


def test_there_is_an_end_to_it(api: ApiServer, jobs: Jobs, waits: list[float]) -> None:
    api.scripted = [Scripted(503)] * 20

    with pytest.raises(UnavailableError) as refused:
        jobs.register("ci", FIELDS)

    assert refused.value.code == "unavailable"
    assert len(api.asked("POST")) == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1


def test_who_asks_for_patience_gets_it(api: ApiServer, jobs: Jobs, waits: list[float]) -> None:
    api.scripted = [Scripted(503, headers={"Retry-After": "7"})]

    jobs.register("ci", FIELDS)

    assert 7 <= waits[0] < 8


def test_nobody_is_there(jobs: Jobs, api: ApiServer, waits: list[float]) -> None:
    unheard = Jobs("http://127.0.0.1:9", signer=jobs._api._signer, patience=jobs._api._patience)

    with pytest.raises(UnavailableError) as refused:
        unheard.register("ci", FIELDS)

    assert refused.value.code == "connection_failed"
    assert refused.value.remedy
    assert len(waits) == ATTEMPTS - 1
    assert api.received == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 501])
def test_what_will_be_refused_again_is_sent_once(status: int, api: ApiServer, jobs: Jobs, waits: list[float]) -> None:
    api.scripted = [Scripted(status)]

    with pytest.raises(JobpassError):
        jobs.register("ci", FIELDS)

    assert len(api.asked("POST")) == 1
    assert waits == []


def test_an_unavailable_api_keeps_its_code(api: ApiServer, jobs: Jobs) -> None:
    body = json.dumps(error("temporarily_unavailable", "DynamoDB did not answer")).encode()
    api.scripted = [Scripted(503, body)] * ATTEMPTS

    with pytest.raises(UnavailableError) as refused:
        jobs.register("ci", FIELDS)

    assert refused.value.code == "temporarily_unavailable"
    assert "DynamoDB did not answer (request_id request-1)" in refused.value.message


def test_an_answer_that_never_comes_is_not_waited_for(api: ApiServer, jobs: Jobs) -> None:
    with api.lock:  # held, the stand-in answers nobody
        hasty = Jobs(api.url, signer=jobs._api._signer, patience=jobs._api._patience, timeout_seconds=0.05)
        with pytest.raises(UnavailableError) as refused:
            hasty.show("f" * 32)

    assert refused.value.code == "timed_out"
