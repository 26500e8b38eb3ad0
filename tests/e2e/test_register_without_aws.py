"""The how-to for platforms without AWS credentials, its commands and its script run as they are printed."""

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from jobpass.platform import Jobs
from local.deployment import Deployment
from tests.e2e.asking import unverified
from tests.e2e.build_host import PAGE, BuildHost
from tests.e2e.programs import Ran, machine, run

SUBJECT = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"
SHOW_NAMES = "env | sed 's/=.*//' | sort"


@pytest.fixture(scope="module")
def host(clients: Deployment, build_host: BuildHost) -> BuildHost:
    """The host, with the files that the how-to has its reader save."""
    (build_host.folder / "register.py").write_text(PAGE.block("python", "import jwt"))
    (build_host.folder / "job.json").write_text(PAGE.block("json", '"profile"'))
    return build_host


def sh(clients: Deployment, host: BuildHost, script: str) -> Ran:
    """Run a script on the host, where no AWS credentials are."""
    given = {
        "JOBPASS_API_URL": clients.output("ApiUrl"),
        "JOBPASS_ISSUER_URL": clients.output("IssuerUrl"),
        "PLATFORM_KEY_FILE": str(host.key_file),
    }
    environment = machine(clients, given)
    # The `python3` of the page is one that has PyJWT.
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    return run(["bash", "--noprofile", "--norc", "-c", script], environment, directory=host.folder)


def test_the_key_is_its_owners_alone(build_host: BuildHost) -> None:
    assert stat.S_IMODE(build_host.key_file.stat().st_mode) == 0o600
    assert set(json.loads(build_host.public_jwk)) == {"kty", "kid", "n", "e"}


def test_the_script_registers_a_job_that_gets_a_token(clients: Deployment, host: BuildHost) -> None:
    # A job's machine finds the way to the API by itself; here it goes by a proxy, and another authority vouches for it.
    way = 'env HTTPS_PROXY="$HTTPS_PROXY" CURL_CA_BUNDLE="$CURL_CA_BUNDLE" sh -c'
    ran = sh(clients, host, PAGE.block("sh", "register.py sh -c").replace("sh -c", way))

    assert (ran.returncode, ran.stderr) == (0, "")
    said, answer = ran.stdout.splitlines()
    assert f"{clients.output('ApiUrl')}/v1/token?api-version=1" in said
    assert "'allowed': True" in said
    assert unverified(json.loads(answer)["value"])[1]["sub"] == SUBJECT


def test_the_scripts_job_inherits_neither_key_nor_anything_else(clients: Deployment, host: BuildHost) -> None:
    ran = sh(clients, host, f'python3 register.py sh -c "{SHOW_NAMES}"')

    names = set(ran.stdout.splitlines()[1:])
    assert {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "PATH"} <= names
    assert not names & {"PLATFORM_KEY_FILE", "JOBPASS_API_URL", "JOBPASS_ISSUER_URL"}


def test_the_script_ends_the_job_and_passes_its_commands_status_on(clients: Deployment, host: BuildHost) -> None:
    ran = sh(clients, host, "python3 register.py sh -c 'exit 7'")

    assert (ran.returncode, ran.stderr) == (7, "")
    text = host.assertion(clients.output("IssuerUrl"))
    url = f"{clients.output('ApiUrl')}/v1/assertion/jobs/{ran.stdout.split(' ', 1)[0]}"
    answer = clients.web.request("GET", url, {"Authorization": f"Bearer {text}"})
    assert json.loads(answer.body)["ended_at"] is not None


def test_the_script_shows_what_the_api_says_to_a_refusal(clients: Deployment, host: BuildHost) -> None:
    (host.folder / "refused.py").write_text(PAGE.block("python", "import jwt").replace('"key-1"', '"key-2"'))

    ran = sh(clients, host, "python3 refused.py true")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("POST /jobs: 401 ")
    assert "proves no platform" in ran.stderr


def test_the_commands_with_curl_register_a_job_and_end_it(clients: Deployment, host: BuildHost) -> None:
    ran = sh(clients, host, PAGE.block("sh", "platform()") + PAGE.block("sh", "--request DELETE"))

    assert (ran.returncode, ran.stderr) == (0, "")
    request_url, ended = ran.stdout.splitlines()
    assert request_url == f"{clients.output('ApiUrl')}/v1/token?api-version=1"
    assert json.loads(ended)["ended_at"] is not None


def test_the_command_runs_a_job_that_gets_a_token(clients: Deployment, host: BuildHost) -> None:
    fetch = "jobpass token --audience sts.amazonaws.com"
    command = PAGE.block("sh", "jobs register").replace("./deploy.sh production", fetch)
    ran = sh(clients, host, PAGE.block("sh", "export JOBPASS_PLATFORM=") + command)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert unverified(ran.stdout.strip())[1]["sub"] == SUBJECT


def test_the_library_takes_what_the_page_shows(host: BuildHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(host.folder)
    shown: dict[str, object] = {}
    exec(PAGE.block("python", "Jobs.by_assertion"), shown)  # noqa: S102 - the page's own lines

    assert isinstance(shown["jobs"], Jobs)


def test_the_script_and_the_file_for_curl_register_the_same_job() -> None:
    literal = re.search(r"^JOB = (\{.*?^\})", PAGE.block("python", "import jwt"), re.DOTALL | re.MULTILINE)
    assert literal
    assert json.loads(re.sub(r",\s*\}", "}", literal[1])) == json.loads(PAGE.block("json", '"profile"'))
