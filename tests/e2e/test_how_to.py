"""The how-to for platforms, its commands and its scripts, and the runbook's shell function, run as they are printed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local import commands, environment
from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import unverified

HOW_TO = (REPOSITORY / "docs/how-to/register.md").read_text()
KEYS = (REPOSITORY / "docs" / "runbooks" / "signing-keys.md").read_text()
SUBJECT = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"
# Names alone: the request token is among the values.
SHOW_NAMES = "env | sed 's/=.*//' | sort"


def block(page: str, language: str, containing: str = "") -> str:
    """The one fenced block of a language that contains a text."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (one,) = (text for text in found if containing in text)
    return one


def become_platform() -> str:
    """The how-to's commands with which a shell becomes the example's platform."""
    return block(HOW_TO, "sh", "arn:aws:iam::111122223333:role/ci-server")


def by_hand() -> str:
    """The script that registers a job without the library."""
    return block(HOW_TO, "python", "import boto3")


@pytest.fixture(scope="module")
def checkout(deployment: Deployment, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make up` leaves the checkout, with the files that the how-to has its reader save."""
    folder = deployment.embedded.folder
    commands.install(folder)
    job = platform.register(Job(MAIN_BRANCH))
    environment.write(folder, deployment.embedded.variables() | environment.job_variables(deployment.outputs, job))
    here = tmp_path_factory.mktemp("checkout")
    (here / ".local").symlink_to(folder.env.parent)
    (here / ".venv").symlink_to(sys.prefix)
    (here / "register.py").write_text(by_hand())
    (here / "library.py").write_text(block(HOW_TO, "python", "from jobpass import Jobs"))
    (here / "job.json").write_text(block(HOW_TO, "json", '"profile"'))
    return here


def run(checkout: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script],
        cwd=checkout,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def registered(printed: str) -> str:
    """The ID of the job that the script says it registered."""
    return printed.split(" ", 1)[0]


def test_the_script_registers_a_job_that_gets_a_token(deployment: Deployment, checkout: Path) -> None:
    ran = run(checkout, become_platform() + block(HOW_TO, "sh", "register.py env"))
    assert (ran.returncode, ran.stderr) == (0, "")
    said, answer = ran.stdout.splitlines()
    assert f"{deployment.output('ApiUrl')}/v1/token?api-version=1" in said
    assert "'allowed': True" in said
    claims = unverified(json.loads(answer)["value"])[1]
    assert claims["sub"] == SUBJECT


def test_the_script_prints_no_request_token(checkout: Path) -> None:
    show = "sh -c 'printf %s \"$ACTIONS_ID_TOKEN_REQUEST_TOKEN\" > request-token'"
    ran = run(checkout, f"{become_platform()}.venv/bin/python register.py {show}")
    token = (checkout / "request-token").read_text()
    secret = token.removeprefix(registered(ran.stdout)).strip(".")
    assert len(secret) > 40
    assert secret not in ran.stdout + ran.stderr


def test_the_scripts_job_inherits_no_credentials(checkout: Path) -> None:
    ran = run(checkout, f'{become_platform()}.venv/bin/python register.py sh -c "{SHOW_NAMES}"')
    names = ran.stdout.splitlines()[1:]
    assert {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "PATH"} <= set(names)
    assert not [name for name in names if name.startswith("AWS_")]


def test_the_script_ends_the_job_and_passes_its_commands_status_on(platform: Platform, checkout: Path) -> None:
    ran = run(checkout, f"{become_platform()}.venv/bin/python register.py sh -c 'exit 7'")
    assert (ran.returncode, ran.stderr) == (7, "")
    assert json.loads(platform.look_at(registered(ran.stdout)).body)["ended_at"] is not None


def test_the_script_shows_what_the_api_says_to_a_refused_registration(checkout: Path) -> None:
    (checkout / "refused.py").write_text(by_hand().replace('"ref_type"', '"branhc"'))
    ran = run(checkout, f"{become_platform()}.venv/bin/python refused.py true")
    assert ran.returncode == 1
    assert ran.stderr.startswith("POST /v1/jobs: 400 ")
    assert "branhc" in ran.stderr


def test_the_script_is_refused_without_the_first_hop(checkout: Path) -> None:
    ran = run(checkout, ". .local/env\n.venv/bin/python register.py true")
    assert ran.returncode == 1
    assert "AccessDenied" in ran.stderr
    assert ran.stdout == ""


def test_the_commands_with_curl_register_a_job_and_end_it(deployment: Deployment, checkout: Path) -> None:
    script = [become_platform(), block(HOW_TO, "sh", "platform()"), block(HOW_TO, "sh", "--request DELETE")]
    ran = run(checkout, "".join(script))
    assert (ran.returncode, ran.stderr) == (0, "")
    request_url, ended = ran.stdout.splitlines()
    assert request_url == f"{deployment.output('ApiUrl')}/v1/token?api-version=1"
    assert json.loads(ended)["ended_at"] is not None


def test_the_command_runs_a_job_that_gets_a_token(checkout: Path) -> None:
    ran = run(checkout, become_platform() + block(HOW_TO, "sh", "jobpass token --audience"))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert unverified(ran.stdout.strip())[1]["sub"] == SUBJECT


def test_the_commands_register_look_and_end_one_by_one(checkout: Path) -> None:
    steps = block(HOW_TO, "sh", "jobpass jobs show")
    ran = run(checkout, f'{become_platform()}PATH="$PWD/.venv/bin:$PATH"\n{steps}jobpass jobs show "$job_id" --json')
    assert (ran.returncode, ran.stderr) == (0, "")
    shown = ran.stdout[ran.stdout.index("{") :]
    assert json.loads(shown)["ended_at"] is not None
    assert f"subject    {SUBJECT.partition('repo:')[0]}" in ran.stdout


def test_the_library_runs_a_job_and_ends_it(platform: Platform, checkout: Path) -> None:
    ran = run(checkout, f"{become_platform()}.venv/bin/python library.py sh -c '{SHOW_NAMES}; exit 7'")
    assert (ran.returncode, ran.stderr) == (7, "")
    said, *names = ran.stdout.splitlines()
    assert said.split()[1] == "True"
    assert not [name for name in names if name.startswith(("AWS_", "JOBPASS_"))]
    assert json.loads(platform.look_at(registered(said)).body)["ended_at"] is not None


def test_the_script_and_the_file_for_curl_register_the_same_job() -> None:
    literal = re.search(r"^JOB = (\{.*?^\})", by_hand(), re.DOTALL | re.MULTILINE)
    assert literal
    assert json.loads(re.sub(r",\s*\}", "}", literal[1])) == json.loads(block(HOW_TO, "json", '"profile"'))


# The runbook's function, and the command that it is shown with.
KEYS_FUNCTION, _, LISTING = block(KEYS, "sh", "keys() (").partition("\n)\n")


def keys(checkout: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What the runbook's function prints for a command, in an operator's shell."""
    return run(checkout, f". .local/env\n{KEYS_FUNCTION}\n)\n{command}")


def test_the_runbooks_function_lists_a_ring_with_an_active_key(checkout: Path) -> None:
    ran = keys(checkout, LISTING)
    assert (ran.returncode, ran.stderr) == (0, "")
    ring = json.loads(ran.stdout)
    assert ring["active"] in [key["kid"] for key in ring["keys"] if key["state"] == "active"]


def test_the_runbooks_function_shows_why_a_command_is_refused(checkout: Path) -> None:
    ran = keys(checkout, """keys '{"command": "revoke", "kid": "nobody", "reason": "a test"}'""")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["error"] == "invalid_request"


def test_the_runbooks_function_leaves_no_file(checkout: Path, tmp_path: Path) -> None:
    ran = keys(checkout, f"export TMPDIR={tmp_path}\nkeys '{{}}'")
    assert "error" in json.loads(ran.stdout)
    assert list(tmp_path.iterdir()) == []


def test_the_runbook_finds_the_function_that_the_exports_name(checkout: Path) -> None:
    find = block(KEYS, "sh", "keys() (").split("keys() (")[0]
    ran = run(checkout, f'. .local/env\n{find}echo "$KEYS_FUNCTION" "$JOBPASS_KEYS_FUNCTION"')
    found, exported = ran.stdout.split()
    assert found == exported
