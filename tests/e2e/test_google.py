"""google-auth exchanges ID tokens with nothing but the registration's block; the how-to's lines as printed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.auth import identity_pool
from google.auth.exceptions import OAuthError, RefreshError
from google.auth.transport.requests import Request

from local.deployment import Deployment
from local.registration import Platform, Registration, RegistrationError
from tests.e2e import google_sts
from tests.e2e.google_sts import GoogleSts
from tests.e2e.pages import how_to
from tests.e2e.relying_parties import reaching

PAGE = how_to("google-cloud")
load: Any = identity_pool.Credentials.from_file
SUBJECT = "repo:acme/web:ref:refs/heads/main"
PROVIDER = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/jobs/providers/jobpass"


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner whose jobs go to Google Cloud."""
    return clients.platform("PlatformActionsInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """The how-to's job."""
    return runner.register(PAGE.job())


@pytest.fixture(scope="module")
def google_cloud(clients: Deployment) -> GoogleSts:
    """The provider that trusts the issuer."""
    return GoogleSts(PROVIDER, clients)


@pytest.fixture(scope="module")
def token_url(clients: Deployment, google_cloud: GoogleSts) -> Iterator[str]:
    """Where it listens, while this process reaches the issuer by its name."""
    with google_sts.serving(google_cloud) as url, reaching(clients):
        yield url


def written(tmp_path: Path, configuration: dict[str, Any], token_url: str) -> str:
    """The file that the how-to has the platform write, Google's own address alone replaced."""
    assert configuration["token_url"] == "https://sts.googleapis.com/v1/token"
    file = tmp_path / "google.json"
    file.write_text(json.dumps({**configuration, "token_url": token_url}))
    return str(file)


def test_the_how_tos_lines_get_an_access_token(
    job: Registration, google_cloud: GoogleSts, token_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, job.environment["google"], token_url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "acme")
    names: dict[str, Any] = {}
    exec(PAGE.block("python"), names)  # noqa: S102 - the page's own lines
    assert names["credentials"].token == f"google-{len(google_cloud.subjects)}"
    assert google_cloud.subjects[-1] == SUBJECT


def test_each_refresh_fetches_a_token_of_its_own(
    job: Registration, google_cloud: GoogleSts, token_url: str, tmp_path: Path
) -> None:
    file = written(tmp_path, job.environment["google"], token_url)
    credentials = load(file, scopes=["openid"])
    tokens = []
    for _ in range(2):
        credentials.refresh(Request())
        tokens.append(credentials.token)
    assert tokens[0] != tokens[1]
    assert google_cloud.subjects[-2:] == [SUBJECT, SUBJECT]


def test_an_ended_job_gets_nothing_and_learns_why(
    runner: Platform, google_cloud: GoogleSts, token_url: str, tmp_path: Path
) -> None:
    ended = runner.register(PAGE.job())
    runner.end(ended.job_id)
    refused(written(tmp_path, ended.environment["google"], token_url), RefreshError, "the job has ended")


def test_a_job_without_the_audience_gets_nothing_and_learns_why(
    runner: Platform, job: Registration, token_url: str, tmp_path: Path
) -> None:
    other = runner.register(replace(PAGE.job(), audiences=("sigstore",), environment=None))
    configuration = json.loads(json.dumps(job.environment["google"]))
    configuration["credential_source"]["headers"]["Authorization"] = f"Bearer {other.request_token}"
    refused(written(tmp_path, configuration, token_url), RefreshError, "is not registered for this job")


def test_google_refuses_a_token_for_somebody_else(runner: Platform, token_url: str, tmp_path: Path) -> None:
    audience = PAGE.job().audiences
    assert audience
    both = runner.register(replace(PAGE.job(), audiences=(*audience, "sigstore")))
    configuration = json.loads(json.dumps(both.environment["google"]))
    source = configuration["credential_source"]
    source["url"] = f"{both.request_url}&audience=sigstore"
    refused(written(tmp_path, configuration, token_url), OAuthError, "invalid_grant: Audience doesn't match")


def refused(file: str, kind: type[Exception], why: str) -> None:
    credentials = load(file, scopes=["openid"])
    with pytest.raises(kind, match=why):
        credentials.refresh(Request())
    assert credentials.token is None


@pytest.mark.parametrize(("length", "taken"), [(127, True), (128, False)])
def test_a_subject_that_google_would_refuse_is_refused_at_registration(
    runner: Platform, length: int, taken: bool
) -> None:
    job = PAGE.job()
    ref = "refs/heads/" + "x" * (length - len("repo:acme/web:ref:refs/heads/"))
    long = replace(job, fields={**job.fields, "ref": ref})
    if taken:
        assert runner.register(long).environment["google"]["audience"] == PROVIDER
    else:
        with pytest.raises(RegistrationError, match=r"127.*short_subject"):
            runner.register(long)
