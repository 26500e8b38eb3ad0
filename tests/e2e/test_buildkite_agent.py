"""The how-to's `buildkite-agent`, as a job calls it, and as PyPI's `id` does."""

from collections.abc import Callable

import id as pypi_id
import pytest

from local import commands
from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e.asking import unverified
from tests.e2e.pages import how_to
from tests.e2e.programs import SYSTEM_PATH, Ran, machine, run

PAGE = how_to("buildkite")
SUBJECT = (
    "organization:acme:pipeline:web:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:publish"
)
DEFAULT = "https://buildkite.com/acme"
REQUEST = "buildkite-agent oidc request-token"

Agent = Callable[..., Ran]


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner whose jobs ask an agent."""
    return clients.platform("PlatformOthersInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """The how-to's job."""
    return runner.register(PAGE.job())


@pytest.fixture(scope="module")
def path(clients: Deployment, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with the how-to's agent first."""
    commands.install(clients.embedded.folder, SYSTEM_PATH)
    directory = tmp_path_factory.mktemp("bin")
    indented = PAGE.block("sh", "#!/bin/sh")
    agent = directory / "buildkite-agent"
    agent.write_text("".join(line.removeprefix("   ") for line in indented.splitlines(keepends=True)))
    agent.chmod(0o700)
    return f"{directory}:{clients.embedded.folder.bin}:{SYSTEM_PATH}"


@pytest.fixture(scope="module")
def ask(clients: Deployment, job: Registration, path: str) -> Agent:
    """Runs a command as the job."""

    def run_command(command: str, of: Registration = job) -> Ran:
        return run(["sh", "-c", command], {**machine(clients, of.environment["github"]), "PATH": path})

    return run_command


@pytest.mark.parametrize(
    ("command", "audience"),
    [
        (PAGE.block("sh", f"{REQUEST} --audience sts"), "sts.amazonaws.com"),
        (f"{REQUEST} --audience={DEFAULT} --lifetime 60", DEFAULT),
        (REQUEST, DEFAULT),
    ],
)
def test_it_prints_a_token_and_nothing_else(ask: Agent, command: str, audience: str) -> None:
    ran = ask(command)
    assert (ran.returncode, ran.stderr) == (0, "")
    claims = unverified(ran.stdout.strip())[1]
    assert (claims["aud"], claims["sub"]) == (audience, SUBJECT)
    assert claims["exp"] - claims["iat"] == (60 if "--lifetime" in command else 300)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"{REQUEST} --audience vault.example.com", "is not registered for this job"),
        (f"{REQUEST} --audience 'x&role_arn=y'", "is not registered for this job"),
        (f"{REQUEST} --lifetime soon", "expires_in"),
        (f"{REQUEST} --audience", "--audience needs a value"),
        (f"{REQUEST} --claim organization_id", "settled when the job is registered"),
        ("buildkite-agent annotate x", "nothing else"),
    ],
)
def test_it_prints_no_token_and_says_why(ask: Agent, command: str, said: str) -> None:
    ran = ask(command)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr


def test_it_says_that_a_job_has_ended(ask: Agent, runner: Platform) -> None:
    ended = runner.register(PAGE.job())
    runner.end(ended.job_id)
    ran = ask(REQUEST, ended)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "the job has ended" in ran.stderr


def test_id_finds_a_token(clients: Deployment, job: Registration, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**machine(clients, job.environment["github"]), "PATH": path, "BUILDKITE": "true"}.items():
        monkeypatch.setenv(name, value)
    token = pypi_id.detect_credential(DEFAULT)
    assert token is not None
    assert unverified(token)[1]["sub"] == SUBJECT


def test_id_takes_no_token_from_an_agent_that_refuses(
    clients: Deployment, job: Registration, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**machine(clients, job.environment["github"]), "PATH": path, "BUILDKITE": "true"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(pypi_id.AmbientCredentialError, match="encountered an error"):
        pypi_id.detect_credential("sigstore")
