"""A job's token in a file that is kept fresh, by the deployed issuer: what the AWS CLI and boto3 read there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from jobpass.errors import RefusedError
from jobpass.job import id_token, request_source
from jobpass.job.token_file import TokenFile
from jobpass.job.token_watch import TokenWatch
from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e.job_boto import Boto
from tests.e2e.job_machine import job_machine
from tests.e2e.pages import how_to
from tests.e2e.programs import Ran, machine, run
from tests.job.passing_days import Days

ROLE = "arn:aws:iam::000000000000:role/jobpass-clients-pipeline"
As = Callable[[Registration, str], Ran]


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner whose jobs expect tokens."""
    return clients.platform("PlatformOthersInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """GitLab's how-to's job."""
    return runner.register(how_to("gitlab").job())


@pytest.fixture(scope="module")
def as_job(clients: Deployment, tmp_path_factory: pytest.TempPathFactory) -> As:
    """Runs a script of bash as a job, with `jobpass` and the AWS CLI on its path."""
    home = tmp_path_factory.mktemp("home")
    return lambda job, script: run(["bash", "-c", script], job_machine(clients, home, job.environment["github"]))


def fetching(clients: Deployment, job: Registration) -> Callable[[], id_token.IdToken]:
    """What fetches a token as on the job's machine."""
    environment = machine(clients, job.environment["github"])
    source = request_source.find(environment)

    def fetch() -> id_token.IdToken:
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            return id_token.fetch(source, "sts.amazonaws.com")

    return fetch


def test_each_token_of_a_watch_is_good_until_the_job_has_ended(
    clients: Deployment, runner: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = runner.register(how_to("gitlab").job())
    file, told, seen = tmp_path / "token", list[str](), set[str]()

    def use(now: float) -> None:
        seen.add(file.read_text())
        with monkeypatch.context() as patched:
            own = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(file), "AWS_ROLE_ARN": ROLE, "AWS_ROLE_SESSION_NAME": "job-7"}
            Boto({**machine(clients), **own}, patched).s3().list_buckets()
        if now >= 300:
            assert runner.end(job.job_id).status == 200

    watch = TokenWatch(fetching(clients, job), TokenFile(str(file)), told.append, Days(1000, use), lambda: 0.0)
    with pytest.raises(RefusedError, match="the job has ended") as ended:
        watch.run()
    assert (ended.value.code, len(seen), told) == ("invalid_token", 2, [])
    assert list(tmp_path.iterdir()) == []


def test_the_aws_cli_finds_credentials_by_the_file_and_refusals_are_told(
    as_job: As, runner: Platform, job: Registration
) -> None:
    script = 'set -e; export AWS_WEB_IDENTITY_TOKEN_FILE="$HOME/token"\n'
    script += 'jobpass token-file "$AWS_WEB_IDENTITY_TOKEN_FILE" --audience sts.amazonaws.com\n'
    who = "aws sts get-caller-identity --query Arn --output text"
    ran = as_job(job, f"{script}stat -c %a $HOME/token; AWS_ROLE_ARN={ROLE} AWS_ROLE_SESSION_NAME=job-8 {who}")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["600", "arn:aws:sts::000000000000:assumed-role/jobpass-clients-pipeline/job-8"]

    ended = runner.register(how_to("gitlab").job())
    runner.end(ended.job_id)
    ran = as_job(ended, f"{script}echo went on")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "the job has ended" in ran.stderr
    assert "have the platform register the job again" in " ".join(ran.stderr.split())


def test_a_token_for_another_audience_buys_nothing(
    clients: Deployment, job: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_job: As
) -> None:
    ran = as_job(job, f"jobpass token-file {tmp_path / 'token'} --audience vault.example.com --json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"audience": "vault.example.com"' in ran.stdout
    own = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_ARN": ROLE,
        "AWS_ROLE_SESSION_NAME": "job-9",
    }
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        Boto({**machine(clients), **own}, monkeypatch).s3().list_buckets()
