"""`jobpass jobs register|show|end`: what is sent, to whom the secret goes, and how it ends."""

import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobpass.command.main import main
from tests.platform.api_server import DEPLOY, REQUEST_TOKEN, ROLE_ARN, ApiServer, Scripted, error
from tests.platform.commanding import Commanding

GOOD = ("register", "--profile", "ci", "--field", "repo=web", "--field", "ref=main")
URL = "https://api.example.com/v1/token?api-version=1"


class TestRegister:
    """What is sent."""

    def test_the_options_are_the_registration(self, api: ApiServer, jobpass: Commanding) -> None:
        ran = jobpass.run(
            *GOOD,
            *("--field", "note=a=b", "--role", "web-deploy", "--audience", "a", "--audience", "b"),
            *("--expires-in", "60", "--pinned", "--aws-claims", "none", "--environment", "jobpass"),
        )

        assert (ran.status, ran.err) == (0, "")
        assert api.asked("POST")[0].json == {
            "profile": "ci",
            "fields": {"repo": "web", "ref": "main", "note": "a=b"},
            "roles": ["web-deploy"],
            "audiences": ["a", "b"],
            "expires_in_seconds": 60,
            "pinned": True,
            "aws_claims": "none",
            "environment": ["jobpass"],
        }

    def test_what_is_not_said_is_not_sent(self, api: ApiServer, jobpass: Commanding) -> None:
        assert jobpass.run(*GOOD).status == 0
        assert set(api.asked("POST")[0].json) == {"profile", "fields"}

    def test_options_come_before_the_file(self, api: ApiServer, jobpass: Commanding, tmp_path: Path) -> None:
        document = {"profile": "ci", "fields": {"repo": "web", "ref": "dev"}, "roles": ["x"], "expires_in_seconds": 60}
        (tmp_path / "job.json").write_text(json.dumps(document))

        ran = jobpass.run(
            *("register", "--from-file", str(tmp_path / "job.json")), *("--field", "ref=main", "--role", "web-deploy")
        )

        assert ran.status == 0
        assert api.asked("POST")[0].json == {
            "profile": "ci",
            "fields": {"repo": "web", "ref": "main"},
            "roles": ["web-deploy"],
            "expires_in_seconds": 60,
        }

    def test_a_file_may_come_by_standard_input(self, api: ApiServer, jobpass: Commanding) -> None:
        given = SimpleNamespace(buffer=io.BytesIO(b'{"profile": "ci", "fields": {"ref": "main"}}'))
        jobpass.monkeypatch.setattr(sys, "stdin", given)

        assert jobpass.run("register", "--from-file", "-").status == 0
        assert api.asked("POST")[0].json == {"profile": "ci", "fields": {"ref": "main"}}

    def test_the_invocation_role_may_be_named(self, api: ApiServer, jobpass: Commanding) -> None:
        for name in ("JOBPASS_API_URL", "JOBPASS_PLATFORM", "JOBPASS_PLATFORM_KEY_FILE", "JOBPASS_PLATFORM_KEY_ID"):
            jobpass.monkeypatch.delenv(name)

        assert jobpass.run(*GOOD, "--api-url", api.url, "--invocation-role-arn", ROLE_ARN).status == 0
        assert api.assumed[0]["RoleArn"] == ROLE_ARN

    @pytest.mark.parametrize(
        ("words", "message", "remedy"),
        [
            (["register"], "no profile is named", "--profile"),
            (["register", "--profile", "ci", "--field", "ref"], "is no field and its value", "ref=refs/heads/main"),
            (["register", "--profile", "ci", "--field", "=x"], "is no field and its value", "ref=refs/heads/main"),
            ([*GOOD, "--field", "ref=dev"], "names a field twice", "once"),
            ([*GOOD, "--format", "shell"], "`--format` and `--json`", "leave one of them out"),
            ([*GOOD, "--env", "HOME"], "is for a command", "after `--`"),
            ([*GOOD, "--expires-in", "soon"], "--expires-in", "--help"),
            ([*GOOD, "--environment", "jenkins"], "--environment", "--help"),
            (["show"], "JOB_ID", "--help"),
            (["end", "a", "b"], "unrecognized arguments: b", "--help"),
        ],
    )
    def test_wrong_usage_sends_nothing(
        self, words: list[str], message: str, remedy: str, api: ApiServer, jobpass: Commanding
    ) -> None:
        ran = jobpass.run(*words, "--json")

        assert ran.status == 2
        assert ran.error["code"] == "usage"
        assert message in ran.error["message"]
        assert remedy in ran.error["remedy"]
        assert api.received == []

    @pytest.mark.parametrize(
        ("content", "status", "message"),
        [
            ("[]", 2, "it is no JSON object"),
            ('{"profile": "ci", "feilds": {}}', 2, "it has the member 'feilds'"),
            ('{"profile": "ci", "profile": "x"}', 3, "twice"),
            ("{", 3, "it is no JSON"),
            ("", 3, "is empty"),
        ],
    )
    def test_a_file_that_is_no_registration_is_not_sent(
        self, content: str, status: int, message: str, api: ApiServer, jobpass: Commanding, tmp_path: Path
    ) -> None:
        (tmp_path / "job.json").write_text(content)

        ran = jobpass.run("register", "--json", "--from-file", str(tmp_path / "job.json"))

        assert ran.status == status
        assert message in ran.error["message"]
        assert api.received == []

    def test_settings_that_are_missing_are_named(self, jobpass: Commanding) -> None:
        jobpass.monkeypatch.delenv("JOBPASS_API_URL")

        ran = jobpass.run(*GOOD, "--json")

        assert ran.status == 3
        assert ran.error["code"] == "settings_missing"
        assert "JOBPASS_API_URL" in ran.error["remedy"]


class TestSecret:
    """To whom the request token goes."""

    @pytest.mark.parametrize("json_option", [(), ("--json",)])
    def test_a_pipe_gets_the_answer_whole(self, json_option: tuple[str, ...], jobpass: Commanding) -> None:
        ran = jobpass.run(*GOOD, *json_option)

        assert (ran.status, ran.err) == (0, "")
        assert ran.document["request_token"] == REQUEST_TOKEN
        assert ran.document["environment"]["github"]["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] == REQUEST_TOKEN
        assert ran.document["roles"]["web-deploy"] == {"arn": DEPLOY, "allowed": True}

    @pytest.mark.parametrize("json_option", [(), ("--json",)])
    def test_a_terminal_gets_it_when_asked_for_alone(self, json_option: tuple[str, ...], jobpass: Commanding) -> None:
        hidden = jobpass.seen(*GOOD, *json_option)
        shown = jobpass.seen(*GOOD, *json_option, "--reveal")

        assert (hidden.status, shown.status) == (0, 0)
        assert REQUEST_TOKEN not in hidden.out + hidden.err
        assert REQUEST_TOKEN in shown.out
        assert (URL in hidden.out) is bool(json_option)

    def test_variables_are_not_printed_to_a_terminal_and_nothing_is_registered(
        self, api: ApiServer, jobpass: Commanding
    ) -> None:
        ran = jobpass.seen(*GOOD, "--format", "shell")

        assert (ran.status, ran.out) == (2, "")
        assert 'eval "$(jobpass jobs register' in " ".join(ran.err.split())
        assert api.received == []
        assert REQUEST_TOKEN in jobpass.seen(*GOOD, "--format", "shell", "--reveal").out

    @pytest.mark.parametrize(
        ("form", "line"),
        [
            ("shell", f"export JOBPASS_REQUEST_TOKEN='{REQUEST_TOKEN}'"),
            ("fish", f"set -gx JOBPASS_REQUEST_TOKEN '{REQUEST_TOKEN}'"),
            ("powershell", f"$Env:JOBPASS_REQUEST_TOKEN = '{REQUEST_TOKEN}'"),
        ],
    )
    def test_variables_are_those_of_the_blocks(self, form: str, line: str, jobpass: Commanding) -> None:
        ran = jobpass.run(*GOOD, "--environment", "jobpass", "--environment", "github", "--format", form)

        assert (ran.status, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert line in lines
        assert len(lines) == 4

    def test_github_takes_them_into_its_file(self, jobpass: Commanding) -> None:
        ran = jobpass.run(*GOOD, "--environment", "jobpass", "--format", "github")

        assert ran.out.startswith("JOBPASS_REQUEST_URL<<")
        assert f"\n{REQUEST_TOKEN}\n" in ran.out

    @pytest.mark.parametrize("form", [("--format", "shell"), ("--format", "github"), ()])
    def test_a_ci_masks_it_first(self, form: tuple[str, ...], jobpass: Commanding) -> None:
        jobpass.monkeypatch.setenv("GITHUB_ACTIONS", "true")

        ran = jobpass.run(*GOOD, *form)

        assert ran.err == f"::add-mask::{REQUEST_TOKEN}\n"
        assert "::add-mask::" not in ran.out

    @pytest.mark.parametrize("block", ["google"])
    def test_a_document_is_no_variables_and_its_job_is_ended(
        self, block: str, api: ApiServer, jobpass: Commanding
    ) -> None:
        ran = jobpass.run(*GOOD, "--environment", block, "--format", "shell")

        assert (ran.status, ran.out) == (3, "false\n")
        assert "is a document" in ran.err
        assert [job["ended_at"] is not None for job in api.jobs.values()] == [True]

    def test_a_shell_that_evaluates_a_failure_fails(self, api: ApiServer, jobpass: Commanding) -> None:
        api.scripted = [Scripted(400, json.dumps(error("invalid_request", "no")).encode())]

        assert jobpass.run(*GOOD, "--format", "shell").out == "false\n"

    def test_what_an_answer_says_drives_no_terminal(self, api: ApiServer, jobpass: Commanding) -> None:
        said = error("invalid_request", "\x1b]0;x\x07no")
        api.scripted = [
            Scripted(400, json.dumps(said).encode()),
            Scripted(400, json.dumps({**said, "problems": [{"field": "\x1b[2J", "problem": "\u009b31m"}]}).encode()),
        ]

        for ran in (jobpass.run(*GOOD), jobpass.run(*GOOD)):
            assert ran.status == 1
            assert ran.err.replace("\n", "").isprintable()


class TestRoles:
    """What is done where a role that the job needs would refuse it."""

    NEEDED = (*GOOD, "--role", "web-deploy", "--role", "web-release")

    def test_the_job_is_ended_and_the_obstacle_told(self, api: ApiServer, jobpass: Commanding) -> None:
        ran = jobpass.run(*self.NEEDED, "--json")

        assert ran.status == 1
        assert ran.error["code"] == "role_refused"
        assert ran.error["problems"] == [
            {"path": "role web-release", "message": "`ref` is `main`; the role wants `refs/tags/v*`"}
        ]
        assert "--allow-refused-roles" in ran.error["remedy"]
        assert REQUEST_TOKEN not in ran.out
        assert [job["ended_at"] is not None for job in api.jobs.values()] == [True]

    def test_a_job_that_cannot_be_ended_is_told_too(self, api: ApiServer, jobpass: Commanding) -> None:
        api.answers_delete_with = Scripted(500)

        ran = jobpass.run(*self.NEEDED, "--json")

        assert ran.status == 1
        assert "is not ended: the API answered 500; it ends by itself at " in ran.error["message"]

    def test_it_is_registered_all_the_same_where_that_is_asked_for(self, api: ApiServer, jobpass: Commanding) -> None:
        ran = jobpass.run(*self.NEEDED, "--allow-refused-roles")

        assert ran.status == 0
        assert ran.document["request_token"] == REQUEST_TOKEN
        assert "role web-release: `ref` is `main`" in ran.err
        assert api.asked("DELETE") == []

    def test_a_role_that_is_not_named_may_refuse(self, api: ApiServer, jobpass: Commanding) -> None:
        ran = jobpass.run(*GOOD)

        assert (ran.status, ran.err) == (0, "")
        assert ran.document["roles"]["web-release"]["allowed"] is False
        assert api.asked("DELETE") == []


@pytest.mark.parametrize("more", [(), ("--json",), ("--format", "shell"), ("--environment", "jobpass")])
def test_a_job_whose_secret_cannot_be_written_is_ended(
    more: tuple[str, ...], api: ApiServer, jobpass: Commanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here, Path("/dev/full").open("w") as full:
        here.setattr(sys, "stdout", full)
        ran = jobpass.run("register", *GOOD[1:], *more)
        # Whatever is left in it would fail again when it is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())

    assert (ran.status, ran.out) == (3, "")
    assert "standard output cannot be written to: No space left" in " ".join(ran.err.split())
    assert [job["ended_at"] is not None for job in api.jobs.values()] == [True]


def test_a_job_whose_secret_nobody_reads_is_ended(
    api: ApiServer, jobpass: Commanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with monkeypatch.context() as here, os.fdopen(writer, "w") as left:
        here.setattr(sys, "stdout", left)
        jobpass.run(*GOOD)

    assert [job["ended_at"] is not None for job in api.jobs.values()] == [True]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_person_sees_the_job_and_its_roles(columns: int, jobpass: Commanding) -> None:
    ran = jobpass.seen(*GOOD, columns=columns)

    assert (ran.status, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= columns
    said = " ".join(ran.out.split())
    assert "subject ref:main" in said
    assert "audiences sts.amazonaws.com (default)" in said
    assert "web-deploy allowed" in said
    assert "web-release refused `ref` is `main`;" in said
    assert "The request token is told once, and not to a terminal" in said


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_person_sees_what_was_registered_and_that_it_ended(columns: int, jobpass: Commanding) -> None:
    job_id = jobpass.run(*GOOD, "--role", "web-deploy", "--pinned").document["job_id"]

    shown, ended = (jobpass.seen(verb, job_id, columns=columns) for verb in ("show", "end"))

    assert (shown.status, ended.status) == (0, 0)
    assert max(map(len, f"{shown.out}{ended.out}".splitlines())) <= columns
    assert f"job {job_id}" in " ".join(shown.out.split())
    assert "expires" in shown.out
    assert "pinned" in shown.out
    assert "ended 2027-01-15 08:00:00 UTC" in " ".join(ended.out.split())


@pytest.mark.parametrize("verb", ["show", "end"])
class TestLooking:
    """`jobs show` and `jobs end`."""

    def test_a_script_gets_the_job(self, verb: str, api: ApiServer, jobpass: Commanding) -> None:
        job_id = jobpass.run(*GOOD).document["job_id"]

        ran = jobpass.run(verb, job_id, "--json")

        assert (ran.status, ran.err) == (0, "")
        assert ran.document == api.jobs[job_id]
        assert (ran.document["ended_at"] is not None) is (verb == "end")

    def test_ending_or_looking_twice_is_no_mistake(self, verb: str, jobpass: Commanding) -> None:
        job_id = jobpass.run(*GOOD).document["job_id"]

        assert [jobpass.run(verb, job_id).status for _ in range(2)] == [0, 0]

    def test_a_job_that_is_not_there_ends_with_1(self, verb: str, jobpass: Commanding) -> None:
        ran = jobpass.run(verb, "f" * 32, "--json")

        assert (ran.status, ran.error["code"]) == (1, "not_found")

    def test_what_is_no_jobs_id_is_said(self, verb: str, api: ApiServer, jobpass: Commanding) -> None:
        ran = jobpass.run(verb, "../x", "--json")

        assert (ran.status, ran.error["code"]) == (2, "usage")
        assert api.received == []


def test_refused_fields_are_listed_one_by_one(jobpass: Commanding) -> None:
    ran = jobpass.run("register", "--profile", "ci")

    assert (ran.status, ran.out) == (1, "")
    assert "jobpass jobs register: the API refuses the registration\n  fields.ref: is missing\n" in ran.err


def test_a_token_in_the_place_of_an_id_is_not_shown(jobpass: Commanding) -> None:
    ran = jobpass.run("show", REQUEST_TOKEN)

    assert ran.status == 2
    assert REQUEST_TOKEN not in ran.err
    assert REQUEST_TOKEN.rpartition(".")[2] not in ran.err


def test_the_group_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "--help"]) == 0
    out = capsys.readouterr().out
    assert [name for name in ("register", "show", "end") if f"jobs {name}" in out] == ["register", "show", "end"]
