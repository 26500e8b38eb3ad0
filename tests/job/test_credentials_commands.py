"""`jobpass env` and `jobpass credential-process`, against an issuer and an STS on loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobpass.command.main import main
from tests.command.pseudo_terminal import at_a_terminal
from tests.job.drawing import (
    JOB_ID,
    REQUEST_SECRET,
    ROLE,
    SECRET,
    SESSION,
    Stand,
    id_token,
    issuers_refusal,
    refusal,
)

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
COMMANDS = ["env", "credential-process"]
REFUSALS = {
    "an ended job": ("token", issuers_refusal("invalid_token", "the job has ended", 401), "have the platform register"),
    "a role that refuses": (
        "session",
        refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403),
        f"jobpass explain {ROLE}",
    ),
}


@pytest.fixture
def machine(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """This process as a job's machine."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "GITHUB_", "BUILDKITE", "TF_BUILD"))]:
        monkeypatch.delenv(name)
    for name, value in stand.environ(COLUMNS="400").items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def secrets_in(text: str) -> list[str]:
    """Which secrets a text shows."""
    return [secret for secret in (SECRET, SESSION, REQUEST_SECRET, id_token().split(".")[2]) if secret in text]


def test_env_prints_the_variables_and_nothing_else(machine: object, stand: Stand, capsys: Captured) -> None:
    assert main(["env", "--role-arn", ROLE]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "export AWS_ACCESS_KEY_ID",
        "export AWS_SECRET_ACCESS_KEY",
        "export AWS_SESSION_TOKEN",
        "export AWS_CREDENTIAL_EXPIRATION",
    ]
    assert (lines[1], lines[2]) == (f"export AWS_SECRET_ACCESS_KEY='{SECRET}'", f"export AWS_SESSION_TOKEN='{SESSION}'")
    assert printed.err == ""


def test_credential_process_prints_what_aws_documents(machine: object, stand: Stand, capsys: Captured) -> None:
    assert main(["credential-process", "--role-arn", ROLE]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert set(document) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert (document["Version"], document["SecretAccessKey"]) == (1, SECRET)
    assert printed.err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_the_options_are_what_is_asked_for(machine: object, stand: Stand, command: str, capsys: Captured) -> None:
    options = ["--audience", "aws.example", "--duration", "900", "--session-name", "run-7", "--from", "jobpass"]
    assert main([command, "--role-arn", ROLE, *options]) == 0
    assert stand.tokens_asked == [{"api-version": "1", "audience": "aws.example", "role_arn": ROLE}]
    (asked,) = stand.sessions_asked
    assert (asked["DurationSeconds"], asked["RoleSessionName"], asked["RoleArn"]) == ("900", "run-7", ROLE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_environment_may_name_the_role(
    machine: pytest.MonkeyPatch, stand: Stand, command: str, capsys: Captured
) -> None:
    other = f"{ROLE}-2"
    machine.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{stand.url}/v1/credentials?role_arn={other}")
    assert main([command]) == 0
    machine.setenv("AWS_ROLE_ARN", ROLE)
    assert main([command]) == 0
    assert [asked["RoleArn"] for asked in stand.sessions_asked] == [other, ROLE]
    assert stand.sessions_asked[0]["RoleSessionName"] == f"jobpass-{JOB_ID}"


@pytest.mark.parametrize(
    "uri", ["http://169.254.170.2/v2/credentials?role_arn=x", "http://127.0.0.1:1/x", "http://[x", ""]
)
def test_other_container_credentials_name_no_role(
    machine: pytest.MonkeyPatch, uri: str, stand: Stand, capsys: Captured
) -> None:
    machine.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
    assert main(["env"]) == 2
    assert "no role is named" in capsys.readouterr().err
    assert stand.tokens_asked == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no role is named"),
        (["--role-arn", ""], "--role-arn is empty"),
        (["--role-arn", ROLE, "--audience", ""], "--audience is empty"),
        (["--role-arn", "web-deploy"], "'web-deploy' is no role's ARN"),
        (["--role-arn", ROLE, "--duration", "60"], "60 seconds"),
        (["--role-arn", ROLE, "--duration", "long"], "--duration"),
        (["--role-arn", ROLE, "--session-name", "a b"], "'a b' is no name of a session"),
        (["--role-arn", ROLE, "--from", "gitlab"], "--from"),
        (["--role-arn", ROLE, "--format", "csh"], "--format"),
    ],
)
def test_wrong_usage_is_2_and_nobody_is_asked(
    machine: object, stand: Stand, command: str, arguments: list[str], message: str, capsys: Captured
) -> None:
    assert main([command, *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert len(printed.err.splitlines()) >= 2
    assert printed.out in ("", "false\n")
    assert (stand.tokens_asked, stand.sessions_asked) == ([], [])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_is_1_with_its_remedy_and_without_a_secret(
    machine: object, stand: Stand, command: str, what: str, capsys: Captured
) -> None:
    whom, said, remedy = REFUSALS[what]
    (stand.from_issuer if whom == "token" else stand.from_sts).append(said)
    assert main([command, "--role-arn", ROLE]) == 1
    printed = capsys.readouterr()
    assert remedy in printed.err
    assert secrets_in(printed.out + printed.err) == []


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("shell", "false\n"),
        ("fish", "false\n"),
        ("powershell", "throw 'jobpass env failed'\n"),
        ("dotenv", ""),
        ("github", ""),
    ],
)
def test_a_shell_that_evaluates_a_refusal_fails(
    machine: object, stand: Stand, form: str, out: str, capsys: Captured
) -> None:
    stand.from_sts.append(refusal("AccessDenied", "Not authorized", 403))
    assert main(["env", "--role-arn", ROLE, "--format", form]) == 1
    assert capsys.readouterr().out == out


@pytest.mark.parametrize("form", ["shell", "github"])
def test_env_masks_the_secrets_before_it_prints_them(
    machine: pytest.MonkeyPatch, stand: Stand, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.setenv("GITHUB_ACTIONS", "true")
    assert main(["env", "--role-arn", ROLE, "--format", form]) == 0
    printed = capfd.readouterr()
    # Beside the variables, which a file or a shell takes in: the runner reads this from standard error too.
    assert printed.err.splitlines() == [f"::add-mask::{SECRET}", f"::add-mask::{SESSION}"]
    assert "add-mask" not in printed.out


def test_nothing_is_masked_where_no_secret_is_printed(
    machine: pytest.MonkeyPatch, stand: Stand, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.setenv("GITHUB_ACTIONS", "true")
    stand.from_sts.append(refusal("AccessDenied", "Not authorized", 403))
    assert main(["env", "--role-arn", ROLE]) == 1
    assert "add-mask" not in capfd.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_gets_credentials_only_when_they_are_asked_for(
    machine: object, stand: Stand, command: str, tmp_path: Path
) -> None:
    line = [sys.executable, "-m", "jobpass", command, "--role-arn", ROLE]
    environment = {**stand.environ(COLUMNS="120"), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with at_a_terminal(line, environment, str(tmp_path)) as typist:
        assert typist.end() == 2
    assert "--reveal" in typist.shown
    assert (secrets_in(typist.shown), stand.tokens_asked) == ([], [])
    with at_a_terminal([*line, "--reveal"], environment, str(tmp_path)) as typist:
        assert typist.end() == 0
    assert SECRET in typist.shown


def test_a_job_needs_the_standard_library_alone(stand: Stand) -> None:
    for command in COMMANDS:
        ran = subprocess.run(
            [sys.executable, "-S", "-m", "jobpass", command, "--role-arn", ROLE],
            env={**stand.environ(), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert SECRET in ran.stdout
