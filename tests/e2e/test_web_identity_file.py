"""AWS CLI and boto3 with a token in a file; GitLab's variables; and the how-to's commands as printed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import id as pypi_id
import pytest
from botocore.exceptions import ClientError

from local.deployment import Deployment
from local.registration import Platform, Registration
from local.web import Answer
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of, unverified
from tests.e2e.job_boto import Boto
from tests.e2e.job_machine import job_machine
from tests.e2e.pages import how_to
from tests.e2e.programs import Ran, machine, run
from tests.e2e.relay import Relay, relaying

PAGE = how_to("gitlab")
ROLE = "arn:aws:iam::000000000000:role/jobpass-clients-pipeline"
FETCH, USE = PAGE.block("sh", "id_token()"), PAGE.block("sh", "AWS_ROLE_ARN")
EXPIRATION = re.compile(rb"<Expiration>[^<]+</Expiration>")


@pytest.fixture(scope="module")
def runner(clients: Deployment) -> Platform:
    """A runner whose jobs expect tokens in variables."""
    return clients.platform("PlatformOthersInvocationRoleArn")


@pytest.fixture(scope="module")
def job(runner: Platform) -> Registration:
    """The how-to's job."""
    return runner.register(PAGE.job())


@pytest.fixture(scope="module")
def on_another_branch(runner: Platform) -> Registration:
    """A job that the role does not trust."""
    job = PAGE.job()
    return runner.register(replace(job, fields={**job.fields, "ref": "dev"}))


@pytest.fixture(scope="module")
def bucket(clients: Deployment) -> Iterator[str]:
    """A bucket that the role may list and not write to."""
    s3 = clients.aws.client("s3")
    s3.create_bucket(Bucket="e2e-pipeline")
    yield "e2e-pipeline"
    s3.delete_bucket(Bucket="e2e-pipeline")


@pytest.fixture(scope="module")
def hasty(clients: Deployment) -> Iterator[Relay]:
    """STS, whose sessions say that they end in a minute: the SDK then draws another one for each call."""
    with relaying(clients.web, clients.embedded.endpoint_url, _ending_soon) as running:
        yield running


def _ending_soon(answer: Answer) -> Answer:
    soon = f"<Expiration>{datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}</Expiration>"
    changed, times = EXPIRATION.subn(soon.encode(), answer.body)
    assert times == (answer.status == 200)
    return replace(answer, body=changed)


def fetch(clients: Deployment, job: Registration) -> str:
    return token_of(ask_for_token(clients, QUERY, bearer(job)))


def boto(clients: Deployment, file: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Boto:
    """botocore with nothing but the file and the role."""
    own = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(file), "AWS_ROLE_ARN": ROLE, "AWS_ROLE_SESSION_NAME": "job-7"}
    return Boto({**machine(clients), **own, **more}, monkeypatch)


def test_boto_does_what_the_role_may_and_no_more(
    clients: Deployment, job: Registration, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(fetch(clients, job))
    s3 = boto(clients, tmp_path / "token", monkeypatch).s3()
    assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="x", Body=b"x")


def test_boto_reads_the_file_again_when_the_session_nears_its_end(
    clients: Deployment,
    hasty: Relay,
    job: Registration,
    on_another_branch: Registration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "token"
    file.write_text(fetch(clients, job))
    session = boto(clients, file, monkeypatch, AWS_ENDPOINT_URL_STS=hasty.url)
    s3 = session.s3()
    s3.list_buckets()
    file.write_text(fetch(clients, on_another_branch))
    with pytest.raises(ClientError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        s3.list_buckets()
    file.write_text(fetch(clients, job))
    s3.list_buckets()
    first, last = session.signed_by
    assert first != last


@pytest.fixture(scope="module")
def as_job(clients: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Registration], Ran]:
    """Runs a script as a job, on a machine with `jobpass` and the AWS CLI."""
    home = tmp_path_factory.mktemp("home")

    def run_script(script: str, job: Registration) -> Ran:
        environment = job_machine(clients, home, job.environment["github"])
        return run(["bash", "-c", script], {**environment, "CI_JOB_ID": job.job_id})

    return run_script


def test_the_how_tos_commands_give_tokens_and_credentials(
    as_job: Callable[[str, Registration], Ran], job: Registration, bucket: str
) -> None:
    ran = as_job(f'{FETCH}{USE}echo "$AWS_ID_TOKEN" "$VAULT_ID_TOKEN"; aws s3 ls', job)
    assert (ran.returncode, ran.stderr) == (0, "")
    tokens, _, listed = ran.stdout.partition("\n")
    assert bucket in listed
    for_aws, for_vault = (unverified(token)[1] for token in tokens.split())
    assert (for_aws["aud"], for_vault["aud"]) == ("sts.amazonaws.com", "vault.example.com")
    assert for_aws["sub"] == for_vault["sub"] == "project_path:acme/web:ref_type:branch:ref:main"
    assert (for_aws["project_path"], for_aws["project_id"]) == ("acme/web", "42")


def test_the_how_tos_commands_show_why_a_job_gets_nothing(
    as_job: Callable[[str, Registration], Ran], runner: Platform, on_another_branch: Registration
) -> None:
    ran = as_job(f"{FETCH}{USE}aws s3 ls", on_another_branch)
    assert ran.returncode != 0
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in ran.stderr
    ended = runner.register(PAGE.job())
    runner.end(ended.job_id)
    ran = as_job(f'{FETCH}echo "<$AWS_ID_TOKEN$VAULT_ID_TOKEN>"', ended)
    assert ran.stdout == "<>\n"
    assert "401" in ran.stderr


def test_id_finds_the_token_in_the_variable_named_for_its_audience(
    clients: Deployment, job: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(ask_for_token(clients, "audience=vault.example.com", bearer(job)))
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("VAULT_EXAMPLE_COM_ID_TOKEN", token)
    assert pypi_id.detect_credential("vault.example.com") == token
    monkeypatch.setenv("STS_AMAZONAWS_COM_ID_TOKEN", token)
    with pytest.raises(pypi_id.AmbientCredentialError, match="audience claim mismatch"):
        pypi_id.detect_credential("sts.amazonaws.com")
