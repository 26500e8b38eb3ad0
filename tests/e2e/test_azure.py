"""What Azure's Terraform providers send, and the how-to's commands, with nothing but the registration's block."""

from pathlib import Path
from urllib.parse import quote

import pytest

from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e.asking import error_of, request, token_of, unverified
from tests.e2e.job_machine import job_machine
from tests.e2e.pages import how_to
from tests.e2e.programs import run

PAGE = how_to("azure")
AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "repo:acme/web:ref:refs/heads/main"


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner whose jobs go to Azure."""
    return clients.platform("PlatformActionsInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """The how-to's job."""
    return runner.register(PAGE.job())


def ask(clients: Deployment, block: dict[str, str], audience: str) -> tuple[str, list[tuple[str, str]]]:
    """The request of azurerm: the audience is appended to the URL, the token is a bearer."""
    headers = [
        ("Authorization", f"Bearer {block['ARM_OIDC_REQUEST_TOKEN']}"),
        ("Accept", "application/json"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    return f"{block['ARM_OIDC_REQUEST_URL']}&audience={quote(audience, safe='')}", headers


def test_the_block_is_what_terraform_reads(job: Registration) -> None:
    assert job.environment["azure"] == {
        "ARM_USE_OIDC": "true",
        "ARM_OIDC_REQUEST_URL": job.request_url,
        "ARM_OIDC_REQUEST_TOKEN": job.request_token,
    }


def test_terraforms_request_gets_a_token(clients: Deployment, job: Registration) -> None:
    url, headers = ask(clients, job.environment["azure"], AUDIENCE)
    claims = unverified(token_of(request(clients.web, "GET", url, headers)))[1]
    assert (claims["aud"], claims["sub"]) == (AUDIENCE, SUBJECT)
    assert not [name for name in claims if name.startswith("https://aws.amazon.com/")]


def test_terraforms_request_for_another_audience_is_refused(clients: Deployment, job: Registration) -> None:
    url, headers = ask(clients, job.environment["azure"], "api://AzureADTokenExchangeUSGov")
    error_of(request(clients.web, "GET", url, headers), 400, "invalid_target")


def test_the_how_tos_commands_write_the_file_that_azures_libraries_read(
    clients: Deployment, job: Registration, tmp_path: Path
) -> None:
    environment = job_machine(clients, tmp_path, job.environment["azure"])
    script = PAGE.block("sh") + 'stat -c %a "$AZURE_FEDERATED_TOKEN_FILE"; cat "$AZURE_FEDERATED_TOKEN_FILE"'
    ran = run(["bash", "-c", script], environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    mode, token = ran.stdout.split("\n")
    assert mode == "600"
    assert unverified(token)[1]["aud"] == AUDIENCE
    # The watch ended with the script, and its end is what closed the output that was read here.
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]
