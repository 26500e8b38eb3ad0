"""The exports that a shell reads."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local import commands, environment
from local.deployment import EmbeddedAws
from local.folder import Folder
from local.registration import Registration

AWKWARD = [
    "plain",
    "",
    "two words",
    "it's",
    '"quoted"',
    "$HOME `id` $(id) \\ !",
    "line\nbreak",
    "a&b=c|d;e #f",
    "*?[x]~",
    "é∆",
]


def read_by_shell(script: Path, name: str, **variables: str) -> str:
    """The value that a POSIX shell has after reading the script."""
    answer = subprocess.run(
        ["/bin/sh", "-c", f'. "$1"; printf %s "${{{name}-not set}}"', "sh", str(script)],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        check=True,
    )
    return answer.stdout.decode()


@pytest.mark.parametrize("value", AWKWARD)
def test_a_shell_reads_every_value_as_it_is(folder: Folder, value: str) -> None:
    environment.write(folder, {"JOBPASS_X": value})

    assert read_by_shell(folder.env, "JOBPASS_X") == value


def test_a_folder_whose_name_is_awkward_comes_first_on_the_path(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "it's a $(folder)")
    folder.prepare()

    environment.write(folder, {})

    assert read_by_shell(folder.env, "PATH").split(os.pathsep)[0] == str(folder.bin)


@pytest.mark.parametrize("name", ["", "1X", "A B", "A;id", "A=B", "Ä"])
def test_a_name_that_is_not_a_variables_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not something a shell can export"):
        environment.script({name: "x"}, Path("/bin"))


def test_a_value_that_no_variable_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not something a shell can export"):
        environment.script({"X": "a\0b"}, Path("/bin"))


def test_only_the_owner_can_read_the_exports(folder: Folder) -> None:
    environment.write(folder, {"X": "secret"})

    assert stat.S_IMODE(folder.env.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_DEFAULT_OUTPUT",
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_IAM",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_A_SERVICE_TO_COME",
        "HTTP_PROXY",
        "http_proxy",
        "jobpass_name",
    ],
)
def test_what_the_shell_held_of_another_account_is_taken_away(folder: Folder, name: str) -> None:
    environment.write(folder, {})

    assert read_by_shell(folder.env, name, **{name: "theirs"}) == "not set"


def test_the_endpoint_for_all_services_is_the_one_that_is_left(folder: Folder) -> None:
    environment.write(folder, {"AWS_ENDPOINT_URL": "https://ours"})
    theirs = {"AWS_ENDPOINT_URL": "https://theirs", "AWS_ENDPOINT_URL_KMS": "https://theirs", "AWS_ENDPOINT_URL_S3": ""}

    assert read_by_shell(folder.env, "AWS_ENDPOINT_URL", **theirs) == "https://ours"
    assert read_by_shell(folder.env, "AWS_ENDPOINT_URL_KMS", **theirs) == "not set"
    assert read_by_shell(folder.env, "AWS_ENDPOINT_URL_S3", **theirs) == "not set"


def test_what_a_variables_value_says_is_not_taken_for_a_command(folder: Folder, tmp_path: Path) -> None:
    environment.write(folder, {})
    trace = tmp_path / "trace"
    value = f"x\nAWS_ENDPOINT_URL_S3;touch {trace}=\nAWS_ENDPOINT_URL_=$(touch {trace})"

    read_by_shell(folder.env, "X", AWS_ENDPOINT_URL_IAM=value, OTHER=value)

    assert not trace.exists()


def test_job_platform_and_operator_find_their_variables() -> None:
    outputs = {
        "IssuerUrl": "https://i",
        "ApiUrl": "https://a",
        "RoleWebDeployArn": "arn:r",
        "KeysFunctionName": "k",
        "PlatformCiServerInvocationRoleArn": "arn:p",
        "TokenFunctionName": "not for a shell",
    }
    registration = Registration("j", "https://a/v1/token?api-version=1", "j.secret", "1")

    assert environment.job_variables(outputs, registration) == {
        "JOBPASS_ISSUER_URL": "https://i",
        "JOBPASS_API_URL": "https://a",
        "JOBPASS_KEYS_FUNCTION": "k",
        "INVOCATION_ROLE_ARN": "arn:p",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://a/v1/token?api-version=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "j.secret",
        "ROLE_ARN": "arn:r",
    }


def test_a_registration_does_not_show_its_token() -> None:
    assert "secret" not in repr(Registration("j", "https://a", "j.secret", "1"))


@pytest.fixture(scope="module")
def shell(embedded: EmbeddedAws) -> Path:
    """A file of exports for the running embedded AWS, in a folder of its own."""
    commands.install(embedded.folder, search_path="")
    environment.write(embedded.folder, embedded.variables())
    return embedded.folder.env


def run_in_shell(script: Path, command: str, *arguments: str) -> str:
    """What a command prints in a shell that read the exports, and that was set up for another account."""
    hostile = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "x", "NO_PROXY": "*", "CURL_CA_BUNDLE": "/dev/null"}
    hostile |= {"AWS_ENDPOINT_URL_IAM": "https://127.0.0.1:1", "AWS_DEFAULT_OUTPUT": "garbage"}
    answer = subprocess.run(
        ["/bin/sh", "-c", f'. "$0"\n{command}', str(script), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **hostile},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return answer.stdout + answer.stderr


URLLIB = (
    "import sys, urllib.request, urllib.error\n"
    "try: print('status', urllib.request.urlopen(sys.argv[1]).status)\n"
    "except urllib.error.HTTPError as error: print('status', error.code)"
)
FETCH = "fetch(process.argv[1]).then(r => console.log('status', r.status)).catch(e => console.log(String(e.cause)))"


@pytest.mark.parametrize("host", ["d1.cloudfront.net", "a1b2c3d4.execute-api.localhost:{port}", "oidc.example.com"])
@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("curl", "curl -sS -o /dev/null -w 'status %{http_code}' \"$1\""),
        (sys.executable, f'"{sys.executable}" -c "$2" "$1"'),
        ("node", 'node -e "$3" "$1"'),
    ],
)
def test_unmodified_programs_reach_the_names_of_the_stack(
    embedded: EmbeddedAws, shell: Path, host: str, program: str, command: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"this machine has no {program}")
    url = f"https://{host.format(port=embedded.port)}/x"

    said = run_in_shell(shell, command, url, URLLIB, FETCH)

    assert said.strip().startswith("status 40"), "the emulator itself answers that it has no such thing"


def test_and_reach_nothing_else(shell: Path) -> None:
    said = run_in_shell(shell, f'"{sys.executable}" -c "$2" "$1"', "https://sts.amazonaws.com/", URLLIB)

    assert "403 Forbidden" in said


def test_the_aws_command_works_on_the_emulator_alone(shell: Path) -> None:
    said = run_in_shell(shell, "aws sts get-caller-identity --query Account --output text; aws s3 ls s3://none")

    assert said.splitlines()[0] == "000000000000"
    assert "NoSuchBucket" in said
    assert json.loads(run_in_shell(shell, "aws iam list-open-id-connect-providers"))


def test_where_the_machine_has_no_jq_ours_takes_its_place(shell: Path) -> None:
    said = run_in_shell(shell, 'command -v jq; echo \'{"Credentials": {"A": "b c"}}\' | jq -r .Credentials.A')

    assert said.splitlines() == [str(shell.parent / "bin" / "jq"), "b c"]


def test_where_the_machine_has_one_ours_keeps_out_of_the_way(folder: Folder, tmp_path: Path) -> None:
    theirs = tmp_path / "jq"
    theirs.write_text("#!/bin/sh\n")
    theirs.chmod(0o755)
    commands.install(folder, search_path="")
    assert (folder.bin / "jq").exists()

    commands.install(folder, search_path=str(tmp_path))

    assert not (folder.bin / "jq").exists()
    assert (folder.bin / "aws").exists()
