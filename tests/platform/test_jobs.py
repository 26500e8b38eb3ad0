"""Registering, looking at and ending jobs, and what is told of them."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from jobpass.errors import UnavailableError
from jobpass.platform import Jobs, RequestRefusedError, RoleAnswer, SettingsError
from tests.platform.api_server import DEPLOY, RELEASE, REQUEST_TOKEN, ROLES, ApiServer, Scripted

FIELDS = {"repo": "web", "ref": "main"}


def test_a_registration_sends_what_is_given_and_nothing_else(api: ApiServer, jobs: Jobs) -> None:
    jobs.register("ci", FIELDS)
    jobs.register(
        "ci",
        FIELDS,
        audiences=("vault.example.com",),
        roles=["web-deploy"],
        pinned=True,
        expires_in_seconds=60,
        aws_claims="none",
        environment=["jobpass"],
    )

    least, most = (request.json for request in api.asked("POST"))
    assert least == {"profile": "ci", "fields": FIELDS}
    assert most == {
        "profile": "ci",
        "fields": FIELDS,
        "audiences": ["vault.example.com"],
        "roles": ["web-deploy"],
        "pinned": True,
        "expires_in_seconds": 60,
        "aws_claims": "none",
        "environment": ["jobpass"],
    }


def test_an_answer_comes_in_its_types(jobs: Jobs) -> None:
    job = jobs.register("ci", FIELDS, expires_in_seconds=600)

    assert job.request_url == "https://api.example.com/v1/token?api-version=1"
    assert job.request_token == REQUEST_TOKEN
    assert (job.platform, job.profile, job.fields, job.subject) == ("ci-server", "ci", FIELDS, "ref:main")
    assert (job.audiences, job.default_audience) == (("sts.amazonaws.com",), "sts.amazonaws.com")
    assert job.expires_at.tzinfo is UTC
    assert job.expires_at - job.registered_at == timedelta(seconds=600)
    assert job.roles == {
        "web-deploy": RoleAnswer(DEPLOY, True),
        "web-release": RoleAnswer(RELEASE, False, ROLES["web-release"][1]),
    }
    assert list(job.refused_roles) == ["web-release"]
    assert job.variables()["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] == REQUEST_TOKEN
    with pytest.raises(dataclasses.FrozenInstanceError):
        job.subject = "another"  # type: ignore[misc]


def test_a_job_shows_its_secret_to_nobody_by_accident(jobs: Jobs) -> None:
    job = jobs.register("ci", FIELDS, environment=["github", "google"])

    assert REQUEST_TOKEN not in repr(job)
    assert REQUEST_TOKEN not in f"{job} {vars(jobs)} {jobs.show(job.job_id)}"
    assert job.to_document()["request_token"] == REQUEST_TOKEN


def test_a_job_is_written_as_the_api_wrote_it(api: ApiServer, jobs: Jobs) -> None:
    job = jobs.register("ci", FIELDS, roles=["web-deploy"])
    ended = jobs.end(job.job_id)

    assert ended.to_document() == api.jobs[job.job_id]
    told = job.to_document()
    assert told.pop("roles") == {"web-deploy": {"arn": DEPLOY, "allowed": True}}
    assert {name: told[name] for name in told if name in api.jobs[job.job_id]} == {
        name: value for name, value in api.jobs[job.job_id].items() if name not in ("roles", "ended_at")
    }


def test_a_job_is_looked_at_and_ended(jobs: Jobs) -> None:
    made = jobs.register("ci", FIELDS, roles=["web-deploy"])

    shown = jobs.show(made.job_id)
    assert (shown.subject, shown.role_arns, shown.ended_at) == (made.subject, (DEPLOY,), None)
    ended = jobs.end(made.job_id)
    assert ended.ended_at == datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert jobs.show(made.job_id) == ended


@pytest.mark.parametrize("act", [Jobs.show, Jobs.end])
def test_a_job_that_is_not_there_is_refused(act: object, jobs: Jobs) -> None:
    assert callable(act)
    with pytest.raises(RequestRefusedError) as refused:
        act(jobs, "f" * 32)

    assert refused.value.code == "not_found"
    assert "f" * 32 in refused.value.message
    assert "`job_id`" in refused.value.remedy


@pytest.mark.parametrize(
    "job_id", ["", "../jobs", "A" * 32, "f" * 31, "f" * 33, "f" * 31 + "\n", "f" * 32 + "?x=1", REQUEST_TOKEN]
)
def test_what_is_no_jobs_id_is_sent_nowhere(job_id: str, api: ApiServer, jobs: Jobs) -> None:
    with pytest.raises(SettingsError, match=r"that is no job's ID$"):
        jobs.end(job_id)

    assert api.received == []


@pytest.mark.parametrize("name", ["audiences", "roles", "environment"])
def test_a_text_is_no_list_of_its_letters(name: str, api: ApiServer, jobs: Jobs) -> None:
    with pytest.raises(SettingsError, match=f"{name} is a text") as refused:
        jobs.register("ci", FIELDS, **{name: "web-deploy"})  # type: ignore[arg-type]

    assert refused.value.remedy == f"write {name}=['web-deploy']"
    assert api.received == []


class TestBlocks:
    """The variables that a job is given."""

    def test_one_that_was_not_asked_for_is_not_there(self, jobs: Jobs) -> None:
        job = jobs.register("ci", FIELDS)

        with pytest.raises(SettingsError, match="without the block `jobpass`; it has github") as refused:
            job.variables("jobpass")
        assert "among `environment`" in refused.value.remedy

    def test_a_document_is_no_variables(self, jobs: Jobs) -> None:
        job = jobs.register("ci", FIELDS, environment=["google"])

        assert job.environment["google"]["type"] == "external_account"
        with pytest.raises(SettingsError, match="is a document") as refused:
            job.variables("google")
        assert "GOOGLE_APPLICATION_CREDENTIALS" in refused.value.remedy
        assert REQUEST_TOKEN not in f"{refused.value} {refused.value.remedy}"


class TestUnexpectedAnswers:
    """What answers is not the API of this version, or not the API at all."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"<html>",
            b"{}",
            b'{"job_id": 5}',
            b'{"job_id": "x", "platform": ""}',
            b"\xff" * 5,
            b'{"a":' * 100_000,
        ],
    )
    def test_a_grant_of_another_shape_is_no_job(self, body: bytes, api: ApiServer, jobs: Jobs) -> None:
        api.scripted = [Scripted(201, body)]

        with pytest.raises(UnavailableError) as refused:
            jobs.register("ci", FIELDS)
        assert refused.value.code == "unexpected_answer"
        assert "`ApiUrl`" in refused.value.remedy

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("expires_at", "2027-01-15T08:00:00"),
            ("expires_at", "tomorrow"),
            ("expires_at", "9999-12-31T23:59:59-23:59"),
            ("roles", ["web-deploy"]),
            ("roles", {"web-deploy": {"arn": DEPLOY, "allowed": "yes"}}),
            ("environment", {"github": REQUEST_TOKEN}),
            ("audiences", "sts.amazonaws.com"),
            ("fields", {"ref": 5}),
            ("pinned", 1),
        ],
    )
    def test_a_member_of_another_type_is_named_without_its_value(
        self, name: str, value: object, api: ApiServer, jobs: Jobs
    ) -> None:
        good = jobs.register("ci", FIELDS).to_document()
        api.scripted = [Scripted(201, json.dumps({**good, name: value}).encode())]

        with pytest.raises(UnavailableError) as refused:
            jobs.register("ci", FIELDS)
        assert refused.value.code == "unexpected_answer"
        assert REQUEST_TOKEN not in f"{refused.value} {refused.value.remedy}"

    @pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 400, 401, 418])
    def test_what_is_not_the_api_is_said_to_be_so(self, status: int, api: ApiServer, jobs: Jobs) -> None:
        api.scripted = [Scripted(status, b"<html>", {"Location": f"{api.url}/v1/jobs"})]

        with pytest.raises(UnavailableError, match=rf"answered {status} is not the API") as refused:
            jobs.register("ci", FIELDS)
        assert refused.value.code == "unexpected_answer"
        assert len(api.asked("POST")) == 1
