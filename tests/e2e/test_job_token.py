"""`jobpass token` on a job's machine, with each block that registration hands out: good, refused, on a terminal."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobpass.job.request_source import BLOCKS
from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import AUDIENCE, MAIN_BRANCH, Job, Platform, Registration
from tests.command.pseudo_terminal import at_a_terminal
from tests.e2e import windmill
from tests.e2e.asking import unverified
from tests.e2e.pages import how_to
from tests.e2e.programs import Ran, machine, run

AZURE = "api://AzureADTokenExchange"
GOOGLE = (
    "https://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/jobs/providers/jobpass"
)
RELEASE = "arn:aws:iam::000000000000:role/jobpass-clients-release"
ROLES = "https://aws.amazon.com/roles"
# With the standard library alone, as on a machine that has nothing else.
TOKEN = [sys.executable, "-S", "-m", "jobpass", "token"]


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A platform whose jobs go everywhere."""
    return clients.platform("PlatformActionsInvocationRoleArn")


@pytest.fixture(scope="module")
def registered(clients: Deployment, runner: Platform) -> dict[str, Registration]:
    """A job with all blocks but Windmill's, and one with that."""
    blocks = [name for name in BLOCKS if name != "windmill"]
    audiences = (AUDIENCE, AZURE, GOOGLE)
    everywhere = replace(how_to("azure").job(), audiences=audiences, roles=("release",), environment=blocks)
    script = clients.platform("PlatformWindmillInvocationRoleArn").register(windmill.job())
    return {**dict.fromkeys(blocks, runner.register(everywhere)), "windmill": script}


def variables(job: Registration, name: str, folder: Path) -> dict[str, str]:
    """A block as the platform sets it."""
    block: dict[str, Any] = dict(job.environment[name])
    if name != "google":
        return block
    path = folder / "google.json"
    path.write_text(json.dumps(block))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path)}


def on_machine(clients: Deployment, block: dict[str, str]) -> dict[str, str]:
    """The job's environment, with the command in it."""
    return {**machine(clients, block), "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"}


def secret_free(job: Registration, *texts: str) -> bool:
    """Whether neither the request token nor anything like an ID token is in a text."""
    secret = job.request_token.partition(".")[2]
    return not any(secret in text or "eyJ" in text for text in texts)


@pytest.mark.parametrize("name", BLOCKS)
def test_each_block_brings_a_token_for_whom_it_is_asked(
    clients: Deployment, registered: dict[str, Registration], name: str, tmp_path: Path
) -> None:
    job = registered[name]
    environment = on_machine(clients, variables(job, name, tmp_path))
    ran = run([*TOKEN, "--audience", AUDIENCE, "--expires-in", "120"], environment)

    assert (ran.returncode, ran.stderr) == (0, "")
    claims = unverified(ran.stdout.removesuffix("\n"))[1]
    assert (claims["iss"], claims["aud"]) == (clients.output("IssuerUrl"), AUDIENCE)
    assert claims["exp"] - claims["iat"] == 120
    assert ROLES not in claims


def test_the_default_audience_is_that_of_the_registration(clients: Deployment) -> None:
    job = clients.platform().register(Job(MAIN_BRANCH, audiences=None, environment=["jobpass"]))
    ran = run([*TOKEN, "--json"], on_machine(clients, job.environment["jobpass"]))

    assert (ran.returncode, ran.stderr) == (0, "")
    said = json.loads(ran.stdout)
    claims = unverified(said["token"])[1]
    assert (said["audience"], said["subject"]) == (claims["aud"], claims["sub"])
    assert said["audience"] == "https://acme.semaphoreci.com"


def test_a_token_is_pinned_to_a_role_of_the_registration(
    clients: Deployment, registered: dict[str, Registration]
) -> None:
    environment = on_machine(clients, registered["jobpass"].environment["jobpass"])
    ran = run([*TOKEN, "--audience", AUDIENCE, "--role-arn", RELEASE], environment)
    assert unverified(ran.stdout.strip())[1][ROLES] == [RELEASE]


class TestRefused:
    def told(self, ran: Ran, job: Registration, code: str, words: str) -> None:
        """A refusal in JSON: its code, its words, a remedy, and no secret."""
        assert (ran.returncode, ran.stderr) == (1, "")
        error = json.loads(ran.stdout)["error"]
        assert error["code"] == code
        assert words in error["message"]
        assert error["remedy"]
        assert secret_free(job, ran.stdout)

    @pytest.mark.parametrize("name", BLOCKS)
    def test_an_audience_that_was_not_registered(
        self, clients: Deployment, registered: dict[str, Registration], name: str, tmp_path: Path
    ) -> None:
        job = registered[name]
        environment = on_machine(clients, variables(job, name, tmp_path))
        ran = run([*TOKEN, "--audience", "https://nobody.example", "--json"], environment)
        self.told(ran, job, "invalid_target", "audience")

    def test_a_role_of_others(self, clients: Deployment, registered: dict[str, Registration]) -> None:
        job = registered["jobpass"]
        role_arn = RELEASE.replace("release", "production")
        line = [*TOKEN, "--audience", AUDIENCE, "--role-arn", role_arn, "--json"]
        self.told(run(line, on_machine(clients, job.environment["jobpass"])), job, "invalid_target", "role_arn")

    def test_a_job_that_has_ended(self, clients: Deployment, runner: Platform) -> None:
        job = runner.register(replace(how_to("azure").job(), environment=["jobpass"]))
        assert runner.end(job.job_id).status == 200
        environment = on_machine(clients, job.environment["jobpass"])

        self.told(run([*TOKEN, "--json"], environment), job, "invalid_token", "ended")
        ran = run(TOKEN, environment)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "have the platform register the job again" in " ".join(ran.stderr.split())
        assert secret_free(job, ran.stderr)

    def test_an_issuer_whose_certificate_nobody_signed(
        self, clients: Deployment, registered: dict[str, Registration]
    ) -> None:
        job = registered["jobpass"]
        environment = on_machine(clients, job.environment["jobpass"])
        del environment["SSL_CERT_FILE"]
        ran = run(TOKEN, environment)

        assert (ran.returncode, ran.stdout) == (3, "")
        assert "is not trusted" in ran.stderr
        assert "SSL_CERT_FILE" in ran.stderr
        assert secret_free(job, ran.stderr)


class TestShown:
    def seen(self, environment: dict[str, str], *options: str) -> str:
        """What there is to see on a terminal."""
        with at_a_terminal([*TOKEN, "--audience", AUDIENCE, *options], environment, "/") as typist:
            assert typist.end() == 0
            return typist.shown

    def test_a_terminal_is_not_shown_the_token(self, clients: Deployment, registered: dict[str, Registration]) -> None:
        job = registered["jobpass"]
        shown = self.seen(on_machine(clients, job.environment["jobpass"]))

        assert f"audience    {AUDIENCE}\n" in shown
        assert "`--reveal`" in shown
        assert secret_free(job, shown)

    def test_whoever_asks_for_it_sees_it(self, clients: Deployment, registered: dict[str, Registration]) -> None:
        shown = self.seen(on_machine(clients, registered["jobpass"].environment["jobpass"]), "--reveal")
        assert unverified(shown.strip())[1]["aud"] == AUDIENCE

    def test_a_ci_masks_it_first(self, clients: Deployment, registered: dict[str, Registration]) -> None:
        environment = on_machine(clients, registered["github"].environment["github"])
        ran = run([*TOKEN, "--audience", AUDIENCE], {**environment, "GITHUB_ACTIONS": "true"})
        assert (ran.returncode, ran.stderr) == (0, f"::add-mask::{ran.stdout}")
