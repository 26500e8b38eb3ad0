"""Windmill's route through the gateway: what it leaves of a path is the audience to the letter, or there is none."""

import pytest

from local.deployment import Deployment
from local.registration import Job, Platform, Registration
from local.web import Answer
from tests.e2e.asking import bearer, error_of, problems_of, request, unverified

URL = "https://vault.example.com/x"
ENCODED = "https%3A%2F%2Fvault.example.com%2Fx"
FIELDS = {"email": "ann@example.com", "path": "f/backup/nightly", "workspace": "acme"}


@pytest.fixture(scope="module")
def job(clients: Deployment) -> Registration:
    """A job of Windmill's, for AWS and for a relying party whose audience is a URL."""
    windmill: Platform = clients.platform("PlatformWindmillInvocationRoleArn")
    return windmill.register(Job(FIELDS, profile="scripts", audiences=("sts.amazonaws.com", URL), roles=()))


def ask(clients: Deployment, registration: Registration, path: str, method: str = "POST") -> Answer:
    """Ask with exactly this path."""
    headers = [*bearer(registration), ("Content-Length", "0")]
    return request(clients.web, method, clients.output("ApiUrl") + path, headers)


@pytest.mark.parametrize(
    "written",
    [URL, ENCODED, ENCODED.lower(), "https:%2F/vault.example.com/x", "%68ttps://vault%2Eexample%2ecom/%78"],
    ids=["raw", "encoded", "lower case", "in part", "more than need be"],
)
def test_an_audience_is_decoded_once(clients: Deployment, job: Registration, written: str) -> None:
    answer = ask(clients, job, f"/api/w/acme/oidc/token/{written}")
    assert answer.status == 200, answer.body
    assert answer.headers.get_all("Content-Type") == ["text/plain; charset=utf-8"]
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert unverified(answer.body.decode("ascii"))[1]["aud"] == URL


@pytest.mark.parametrize(
    "written",
    [
        ENCODED.replace("%", "%25"),
        f"{URL}/",
        f"/{URL}",
        URL.replace("//", "/"),
        f"{URL}/../x",
        f"./{URL}",
        f"{URL}%00",
        f"{URL}%FF",
        f"{URL}%20",
        f"{URL}%3Fexpires_in=60",
        f"{URL},sts.amazonaws.com",
        URL.upper(),
        "..",
        "%2F",
    ],
)
def test_anything_else_is_no_audience_of_the_jobs(clients: Deployment, job: Registration, written: str) -> None:
    answer = ask(clients, job, f"/api/w/acme/oidc/token/{written}")
    assert problems_of(error_of(answer, 400, "invalid_target")) == ["audience"]


@pytest.mark.parametrize("workspace", ["other", "ACME", "acme%20", "..", "%2E%2E", "acme%252E"])
def test_another_workspace_is_not_the_jobs(clients: Deployment, job: Registration, workspace: str) -> None:
    answer = ask(clients, job, f"/api/w/{workspace}/oidc/token/{URL}")
    error = error_of(answer, 400, "invalid_target")
    assert problems_of(error) == ["workspace"]
    assert "`acme`: set WM_WORKSPACE to that" in error["error_description"]


def test_a_base_url_may_end_in_a_slash(clients: Deployment, job: Registration) -> None:
    assert ask(clients, job, f"//api/w/acme/oidc/token/{URL}").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/w/acme/oidc/token/",
        "/api/w/acme/oidc/token",
        "/w/acme/oidc/token/x",
        "/api/w/oidc/token/x",
        "/api/w/acme%2F/oidc/token/x",
    ],
)
def test_there_is_nothing_at_another_path(clients: Deployment, job: Registration, path: str) -> None:
    assert ask(clients, job, path).status == 404


def test_a_token_is_had_by_post_alone(clients: Deployment, job: Registration) -> None:
    assert ask(clients, job, f"/api/w/acme/oidc/token/{URL}", "GET").status == 404
