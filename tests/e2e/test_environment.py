"""Programs as they come (curl, Node, Python, the AWS CLI) reach issuer and API with nothing but the exports."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import commands, environment
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e import known_answers
from tests.e2e.asking import unverified

AUTHORIZATION = "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN"
NODE = "fetch(process.argv[1], {headers: %s}).then((a) => a.text()).then((text) => process.stdout.write(text))"
PYTHON = """
import os, sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers=%s)
sys.stdout.write(urllib.request.urlopen(request).read().decode())
"""
READ = {
    "curl": 'curl --silent --show-error --fail "$1"',
    "node": f"""node -e '{NODE % "{}"}' "$1" """,
    "python": f""""$PYTHON" -c '{PYTHON % "{}"}' "$1" """,
}
NODE_HEADERS = "{Authorization: `Bearer ${process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`}"
PYTHON_HEADERS = '{"Authorization": "Bearer " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}'
READ_WITH_TOKEN = {
    "curl": f'curl --silent --show-error --fail -H "{AUTHORIZATION}" "$1"',
    "node": f"""node -e '{NODE % NODE_HEADERS}' "$1" """,
    "python": f""""$PYTHON" -c '{PYTHON % PYTHON_HEADERS}' "$1" """,
}


@pytest.fixture(scope="module")
def exports(deployment: Deployment, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make up` leaves for a shell, with a job that is registered."""
    folder = deployment.embedded.folder
    commands.install(folder)
    job = platform.register(Job(MAIN_BRANCH))
    environment.write(folder, deployment.embedded.variables() | environment.job_variables(deployment.outputs, job))
    return folder.env


@pytest.fixture(scope="module")
def node(deployment: Deployment) -> str:
    """The directory of the Node that the deployment found, on the machine or from PyPI."""
    return deployment.cdk.node.directory


def run(exports: Path, node: str, script: str, *arguments: str) -> str:
    """What a script prints in a shell that has read the exports, and was set for another account before."""
    ran = subprocess.run(
        [
            shutil.which("bash") or "/bin/bash",
            "--noprofile",
            "--norc",
            "-c",
            f'. "$0"\n{script}',
            str(exports),
            *arguments,
        ],
        env={
            "PATH": f"{node}{os.pathsep}/usr/local/bin:/usr/bin:/bin",
            "PYTHON": sys.executable,
            "HOME": "/nonexistent",
            "AWS_PROFILE": "production",
            "AWS_SESSION_TOKEN": "x",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("program", READ)
def test_a_program_reads_the_issuers_documents(deployment: Deployment, exports: Path, node: str, program: str) -> None:
    read = run(exports, node, READ[program], deployment.output("DiscoveryUrl"))
    assert read.encode() == known_answers.discovery_document(deployment.output("IssuerUrl"), "RS256")


@pytest.mark.parametrize("program", READ_WITH_TOKEN)
def test_a_program_fetches_a_token(deployment: Deployment, exports: Path, node: str, program: str) -> None:
    script = f'set -- "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com"\n{READ_WITH_TOKEN[program]}'
    answer = json.loads(run(exports, node, script))
    assert answer["count"] == len(answer["value"])
    assert unverified(answer["value"])[1]["iss"] == deployment.output("IssuerUrl")


@pytest.mark.parametrize("program", READ)
def test_no_program_is_led_to_anybody_else(exports: Path, node: str, program: str) -> None:
    script = f"({READ[program]}) >/dev/null 2>&1 && echo reached || echo refused"
    assert run(exports, node, script, "https://example.com/") == "refused\n"


def test_curl_asks_with_the_request_url_and_the_token_alone(exports: Path, node: str) -> None:
    script = f'curl -s -H "{AUTHORIZATION}" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com"'
    assert set(json.loads(run(exports, node, script))) == {"count", "value"}


def test_the_exports_name_issuer_api_and_role(deployment: Deployment, exports: Path, node: str) -> None:
    printed = run(exports, node, 'printf "%s\\n" "$JOBPASS_ISSUER_URL" "$JOBPASS_API_URL" "$ROLE_ARN"')
    assert printed.split() == [deployment.output(name) for name in ("IssuerUrl", "ApiUrl", "RoleWebDeployArn")]


def test_the_aws_command_line_reaches_the_account(exports: Path, node: str) -> None:
    assert json.loads(run(exports, node, "aws sts get-caller-identity"))["Account"] == "000000000000"


def test_the_aws_command_line_reaches_buckets(deployment: Deployment, exports: Path, node: str) -> None:
    listed = run(exports, node, 'aws s3 ls "s3://$1/.well-known/"', deployment.output("DocumentsBucketName"))
    assert [line.split()[-1] for line in listed.splitlines()] == ["jwks.json", "openid-configuration"]


def test_the_issuers_certificate_is_checked(exports: Path, node: str) -> None:
    """Without the exports' authority nobody takes the issuer for what it says."""
    script = 'unset CURL_CA_BUNDLE SSL_CERT_FILE; curl -s "$JOBPASS_ISSUER_URL/.well-known/jwks.json"; echo "$?"'
    assert run(exports, node, script).strip() in ("60", "77")
