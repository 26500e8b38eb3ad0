"""Windmill's clients, as their packages ship them, fetch ID tokens with nothing but the registration's block."""

from pathlib import Path

import pytest

from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e import windmill
from tests.e2e.asking import request, unverified
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.programs import machine
from tests.e2e.windmill import SCRIPT, SUBJECT, Worker, job

URL_AUDIENCE = "https://vault.example.com/x"
AUDIENCES = ("sts.amazonaws.com", "vault.example.com", URL_AUDIENCE)
each_runtime = pytest.mark.parametrize("runtime", windmill.RUNTIMES)


@pytest.fixture(scope="module")
def platform(clients: Deployment) -> Platform:
    """The Windmill instance."""
    return clients.platform("PlatformWindmillInvocationRoleArn")


@pytest.fixture(scope="module")
def registered(platform: Platform) -> Registration:
    """One run of a script."""
    return platform.register(job(audiences=AUDIENCES))


@pytest.fixture
def worker(clients: Deployment, registered: Registration, npm: NpmPackages, tmp_path: Path) -> Worker:
    """A worker that runs this script."""
    return Worker(npm, tmp_path, machine(clients, registered.environment["windmill"]))


def test_the_block_is_what_windmills_clients_read(clients: Deployment, registered: Registration) -> None:
    assert registered.environment == {
        "windmill": {
            "BASE_INTERNAL_URL": clients.output("ApiUrl"),
            "WM_TOKEN": registered.request_token,
            "WM_WORKSPACE": "acme",
        }
    }


@each_runtime
def test_a_client_fetches_a_token_that_describes_the_job(worker: Worker, runtime: str) -> None:
    ran = worker.id_token(runtime, "vault.example.com")
    assert (ran.returncode, ran.stderr) == (0, "")
    _, claims = unverified(ran.stdout.strip())
    assert claims["exp"] - claims["iat"] == 300
    assert {name: value for name, value in claims.items() if name not in ("iat", "nbf", "exp", "jti")} == {
        "iss": "https://jobs.example.com/api/oidc/",
        "aud": "vault.example.com",
        "sub": SUBJECT,
        "job_id": SCRIPT["job_id"],
        "path": "f/backup/nightly",
        "groups": ["all", "ops"],
        "username": "example",
        "email": "example@example.com",
        "email_verified": True,
        "workspace": "acme",
    }


@each_runtime
def test_an_audience_may_be_a_url_with_slashes(worker: Worker, runtime: str) -> None:
    ran = worker.id_token(runtime, URL_AUDIENCE)
    assert ran.returncode == 0, ran.stderr
    assert unverified(ran.stdout.strip())[1]["aud"] == URL_AUDIENCE


@each_runtime
@pytest.mark.parametrize(("expires_in", "given"), [(600, 600), (86400, 3600)], ids=["granted", "cut"])
def test_a_client_asks_for_a_lifetime(worker: Worker, runtime: str, expires_in: int, given: int) -> None:
    """No more than the issuer's `max_token_lifetime_seconds` is given."""
    ran = worker.id_token(runtime, URL_AUDIENCE, expires_in)
    assert ran.returncode == 0, ran.stderr
    _, claims = unverified(ran.stdout.strip())
    assert claims["exp"] - claims["iat"] == given


@each_runtime
@pytest.mark.parametrize(
    ("audience", "expires_in", "status", "reason"),
    [
        ("https://vault.example.com/y", None, 400, "audience"),
        ("https://vault.example.com/", None, 400, "audience"),
        ("vault.example.com", 0, 400, "expires_in"),
    ],
)
def test_what_a_job_may_not_have_is_refused_with_the_reason(
    worker: Worker, runtime: str, audience: str, expires_in: int | None, status: int, reason: str
) -> None:
    ran = worker.id_token(runtime, audience, expires_in)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert str(status) in ran.stderr
    assert reason in ran.stderr


@each_runtime
def test_another_workspace_is_refused(worker: Worker, runtime: str) -> None:
    ran = worker.id_token(runtime, "vault.example.com", WM_WORKSPACE="other")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "workspace" in ran.stderr


@each_runtime
def test_an_ended_job_is_refused(worker: Worker, platform: Platform, runtime: str) -> None:
    ended = platform.register(job(audiences=AUDIENCES))
    assert worker.id_token(runtime, "vault.example.com", WM_TOKEN=ended.request_token).returncode == 0
    platform.end(ended.job_id)
    ran = worker.id_token(runtime, "vault.example.com", WM_TOKEN=ended.request_token)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "401" in ran.stderr


@each_runtime
def test_no_refusal_shows_the_request_token(worker: Worker, registered: Registration, runtime: str) -> None:
    ran = worker.id_token(runtime, "vault.example.com", WM_TOKEN=registered.request_token[:-1] + "#")
    assert ran.returncode == 1
    assert registered.request_token[:-1] not in ran.stdout + ran.stderr


def test_an_audience_may_come_percent_encoded_too(clients: Deployment, registered: Registration) -> None:
    url = f"{clients.output('ApiUrl')}/api/w/acme/oidc/token/https%3A%2F%2Fvault.example.com%2Fx"
    answer = request(clients.web, "POST", url, [("Authorization", f"Bearer {registered.request_token}")])
    assert answer.status == 200
    assert unverified(answer.body.decode())[1]["aud"] == URL_AUDIENCE
