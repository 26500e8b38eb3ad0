"""GitHub's toolkit and PyPI's `id` fetch ID tokens with nothing but the registration's block; the how-to as printed."""

import json
import os
import sys
from pathlib import Path

import id as pypi_id
import pytest

from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e.asking import unverified
from tests.e2e.npm_packages import DIRECTORY, NpmPackages
from tests.e2e.pages import how_to
from tests.e2e.programs import Ran, machine, run
from tests.e2e.relay import Relay

PAGE = how_to("github-actions")
SUBJECT = "repo:acme/web:ref:refs/heads/main"
OWNER = "https://github.com/acme"


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner that speaks GitHub's protocol."""
    return clients.platform("PlatformActionsInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """The how-to's job."""
    return runner.register(PAGE.job())


@pytest.fixture(scope="module")
def ended(runner: Platform) -> Registration:
    """A job that has ended."""
    job = runner.register(PAGE.job())
    assert runner.end(job.job_id).status == 200
    return job


def toolkit(clients: Deployment, npm: NpmPackages, job: Registration, asked: dict[Path, str | None]) -> Ran:
    """Have the toolkit fetch a token for each audience into its file."""
    arguments = [json.dumps({"file": str(file), "audience": audience}) for file, audience in asked.items()]
    return run([npm.node, DIRECTORY / "id-token.mjs", *arguments], machine(clients, job.environment["github"]))


def detected(relay: Relay, job: Registration, audience: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """What `id` finds on the job's machine; it follows no proxy, so that its way to the API is the relay."""
    block = job.environment["github"]
    changed = {"ACTIONS_ID_TOKEN_REQUEST_URL": relay.instead(block["ACTIONS_ID_TOKEN_REQUEST_URL"])}
    for name, value in {"GITHUB_ACTIONS": "true", **block, **changed}.items():
        monkeypatch.setenv(name, value)
    return pypi_id.detect_credential(audience)


class TestToolkit:
    """npm's @actions/core."""

    def test_it_gets_tokens_and_prints_nothing_but_its_command_that_masks_them(
        self, clients: Deployment, npm: NpmPackages, job: Registration, tmp_path: Path
    ) -> None:
        asked = {tmp_path / "aws": "sts.amazonaws.com", tmp_path / "owner": None, tmp_path / "url": OWNER}
        ran = toolkit(clients, npm, job, asked)
        tokens = [file.read_text() for file in asked]
        assert (ran.returncode, ran.stderr) == (0, "")
        said = [line for line in ran.stdout.splitlines() if not line.startswith("::debug::ID token url is ")]
        assert said == [f"::add-mask::{token}" for token in tokens]
        assert job.request_token.partition(".")[2] not in ran.stdout
        claims = [unverified(token)[1] for token in tokens]
        assert [each["aud"] for each in claims] == ["sts.amazonaws.com", OWNER, OWNER]
        assert {each["sub"] for each in claims} == {SUBJECT}
        assert {each["repository"] for each in claims} == {"acme/web"}

    def test_its_token_buys_credentials(
        self, clients: Deployment, npm: NpmPackages, job: Registration, tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        assert toolkit(clients, npm, job, {file: "sts.amazonaws.com"}).returncode == 0
        assumed = clients.aws.client("sts").assume_role_with_web_identity(
            RoleArn=clients.output("RoleReleaseArn"), RoleSessionName="action", WebIdentityToken=file.read_text()
        )
        assert assumed["SubjectFromWebIdentityToken"] == SUBJECT

    def test_it_shows_why_an_ended_job_gets_nothing_and_not_the_request_token(
        self, clients: Deployment, npm: NpmPackages, ended: Registration, tmp_path: Path
    ) -> None:
        ran = toolkit(clients, npm, ended, {tmp_path / "token": "sts.amazonaws.com"})
        assert ran.returncode == 1
        assert "the job has ended" in ran.stderr
        assert ended.request_token.partition(".")[2] not in ran.stdout + ran.stderr

    def test_it_shows_that_an_audience_was_not_registered(
        self, clients: Deployment, npm: NpmPackages, job: Registration, tmp_path: Path
    ) -> None:
        ran = toolkit(clients, npm, job, {tmp_path / "token": "vault.example.com"})
        assert ran.returncode == 1
        assert "is not registered for this job" in ran.stderr

    def test_the_how_tos_lines_run(
        self, clients: Deployment, npm: NpmPackages, job: Registration, tmp_path: Path
    ) -> None:
        text = PAGE.block("js") + "console.log(JSON.stringify([forAws, forTheOwner]));\n"
        ran = run([npm.node, npm.script(tmp_path, "action.mjs", text)], machine(clients, job.environment["github"]))
        assert (ran.returncode, ran.stderr) == (0, "")
        tokens = json.loads(ran.stdout.splitlines()[-1])
        assert [unverified(token)[1]["aud"] for token in tokens] == ["sts.amazonaws.com", OWNER]


class TestId:
    """PyPI's `id`, by which twine and sigstore find their token."""

    @pytest.mark.parametrize("audience", ["sigstore", "sts.amazonaws.com", OWNER])
    def test_it_finds_a_token(
        self, relay: Relay, job: Registration, audience: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = detected(relay, job, audience, monkeypatch)
        assert token is not None
        claims = unverified(token)[1]
        assert (claims["aud"], claims["sub"]) == (audience, SUBJECT)

    def test_it_shows_why_an_ended_job_gets_nothing(
        self, relay: Relay, ended: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(pypi_id.AmbientCredentialError, match=r"code=401.*the job has ended"):
            detected(relay, ended, "sigstore", monkeypatch)

    def test_it_shows_that_an_audience_was_not_registered(
        self, relay: Relay, job: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(pypi_id.AmbientCredentialError, match=r"code=400.*is not registered for this job"):
            detected(relay, job, "pypi", monkeypatch)

    def test_the_how_tos_lines_run(self, relay: Relay, clients: Deployment, job: Registration) -> None:
        block = job.environment["github"]
        block |= {"ACTIONS_ID_TOKEN_REQUEST_URL": relay.instead(block["ACTIONS_ID_TOKEN_REQUEST_URL"])}
        ran = run(
            [sys.executable, "-c", PAGE.block("python") + "print(token)"],
            machine(clients, {**block, "GITHUB_ACTIONS": "true", "PATH": os.environ["PATH"]}),
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert unverified(ran.stdout.strip())[1]["aud"] == "sigstore"
