"""What the API refuses, in its own words, and what API Gateway refuses, which has none."""

import json
import time
from email.utils import formatdate

import pytest

from jobpass.errors import JobpassError, UnavailableError
from jobpass.platform import Jobs, Problem, RequestRefusedError
from tests.platform.api_server import ROLE_ARN, ApiServer, Scripted, error


def refused(jobs: Jobs) -> JobpassError:
    """What a registration is refused with."""
    with pytest.raises(JobpassError) as told:
        jobs.register("ci", {"ref": "main"})
    assert told.value.remedy
    return told.value


def answer(status: int, code: str, description: str = "it is so") -> Scripted:
    return Scripted(status, json.dumps(error(code, description)).encode())


def test_each_field_is_named_with_its_problem(jobs: Jobs) -> None:
    with pytest.raises(RequestRefusedError) as told:
        jobs.register("ci", {"repo": "web"})

    assert told.value.code == "invalid_request"
    assert told.value.problems == (Problem("fields.ref", "is missing"),)
    assert told.value.message == "the job is not registered: fields.ref: is missing"
    assert told.value.request_id == "request-1"
    assert told.value.exit_status == 1


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (400, "invalid_request", "jobpass.yaml says what this platform may register"),
        (401, "invalid_client", "the output `IssuerUrl`"),
        (403, "access_denied", "the outputs of one deployment"),
        (404, "not_found", "`job_id`"),
        (400, "something_new", "http-api.md"),
    ],
)
def test_a_refusal_keeps_the_apis_code_and_brings_a_remedy(
    status: int, code: str, remedy: str, api: ApiServer, jobs: Jobs
) -> None:
    api.scripted = [answer(status, code)]

    told = refused(jobs)
    assert isinstance(told, RequestRefusedError)
    assert (told.code, told.message) == (code, "the job is not registered: it is so")
    assert remedy in told.remedy
    assert len(api.asked("POST")) == 1


def test_a_fault_is_found_by_its_request_id(api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [answer(500, "server_error")]

    told = refused(jobs)
    assert isinstance(told, UnavailableError)
    assert told.code == "server_error"
    assert "(request_id request-1)" in told.message
    assert len(api.asked("POST")) == 1


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "gateway_forbidden", "a session of the platform's invocation role"),
        (404, "no_such_route", "the output `ApiUrl`"),
        (413, "request_too_large", "65,536 bytes"),
        (429, "throttled", "later"),
        (500, "unavailable", "later"),
    ],
)
def test_what_the_gateway_answers_is_explained(status: int, code: str, said: str, api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [Scripted(status, b'{"message": "..."}')]

    told = refused(jobs)
    assert told.code == code
    assert said in told.remedy
    assert isinstance(told, UnavailableError) is (status in (429, 500))
    assert len(api.asked("POST")) == 1


def test_the_machines_own_role_alone_is_refused_by_the_gateway(api: ApiServer) -> None:
    told = refused(Jobs(api.url))

    assert told.code == "gateway_forbidden"
    assert "JOBPASS_INVOCATION_ROLE_ARN" in told.remedy


def test_another_region_is_refused_by_the_gateway(api: ApiServer) -> None:
    own = Jobs(api.url, region="us-east-1")

    told = refused(own)
    assert told.code == "gateway_forbidden"
    assert "AWS_REGION" in told.remedy


@pytest.mark.parametrize(
    ("apart", "said"), [(-400, "400 seconds ahead of"), (400, "400 seconds behind"), (-10, None), (10, None)]
)
@pytest.mark.parametrize(("status", "code"), [(403, ""), (401, "invalid_client")])
def test_a_clock_that_is_wrong_is_told(
    apart: int, said: str | None, status: int, code: str, api: ApiServer, jobs: Jobs
) -> None:
    body = json.dumps(error(code, "no")).encode() if code else b'{"message": "Forbidden"}'
    api.scripted = [Scripted(status, body, {"Date": formatdate(time.time() + apart, usegmt=True)})]

    told = refused(jobs).message
    if said is None:
        assert "clock" not in told
    else:
        # A second may pass between the two.
        assert said in told.replace("401", "400").replace("399", "400")


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Jan 2027 00:00:00 GMT"])
def test_a_date_that_is_none_says_nothing(date: str, api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [Scripted(403, b"", {"Date": date})]

    assert "clock" not in refused(jobs).message


@pytest.mark.parametrize("problems", [None, "x", [1], [{"field": 1, "problem": "x"}], [{}], [None]])
def test_problems_of_another_shape_are_left_out(problems: object, api: ApiServer, jobs: Jobs) -> None:
    body = {**error("invalid_request", "it is so"), "problems": problems}
    api.scripted = [Scripted(400, json.dumps(body).encode())]

    told = refused(jobs)
    assert isinstance(told, RequestRefusedError)
    assert (told.problems, told.message) == ((), "the job is not registered: it is so")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://api.example.com", "url_not_secure"),
        ("ftp://api.example.com", "url_malformed"),
        ("api.example.com", "url_malformed"),
        ("https://user@api.example.com", "url_malformed"),
        ("https://api.example.com?x=1", "api_url"),
        ("https://api.example.com/?", "api_url"),
        ("https://api.example.com:x", "url_malformed"),
    ],
)
def test_a_url_that_no_secret_may_come_from_is_refused(url: str, code: str) -> None:
    with pytest.raises(JobpassError) as told:
        Jobs(url, invocation_role_arn=ROLE_ARN, region="us-east-1")

    assert told.value.code == code
    assert told.value.remedy


def test_a_slash_at_the_end_of_the_url_is_none_in_the_path(api: ApiServer) -> None:
    Jobs(f"{api.url}/", invocation_role_arn=ROLE_ARN).register("ci", {"ref": "main"})

    assert api.asked("POST")[0].path == "/v1/jobs"


def test_what_the_api_says_is_one_printable_line(api: ApiServer, jobs: Jobs) -> None:
    said = {
        **error("invalid_request", "no\x1b]0;x\x07\nfake: yes"),
        "problems": [{"field": "a\x1b[2J", "problem": "b\u202e"}, {"field": [], "problem": "c"}],
        "request_id": "r\x1b",
    }
    api.scripted = [Scripted(400, json.dumps(said).encode())]

    told = refused(jobs)

    assert isinstance(told, RequestRefusedError)
    assert told.message == "the job is not registered: no ]0;x  fake: yes"
    assert (told.problems, told.request_id) == ((Problem("a [2J", "b "),), "r ")


@pytest.mark.parametrize("code", ["\x1b[2J", "a b", "", "x" * 65])
def test_a_code_that_is_none_is_not_the_apis(code: str, api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [Scripted(400, json.dumps(error(code, "x")).encode())]
    assert refused(jobs).code == "unexpected_answer"
