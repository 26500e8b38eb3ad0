"""AWS credentials on a job's machine by the `jobpass` command: the how-to as printed, real shells, AWS CLI and boto3.

The command runs on the standard library alone, as on a job's machine, against the deployed issuer and its STS.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

import jobpass
from jobpass.errors import RefusedError
from local import commands
from local.deployment import Deployment
from local.folder import REPOSITORY, write_private
from local.registration import Job, Platform, Registration
from tests.command.shells import installed
from tests.e2e.asking import unverified
from tests.e2e.pages import how_to
from tests.e2e.programs import SYSTEM_PATH, Ran, machine, run

PAGE = how_to("job-command")
DEPLOY = "arn:aws:iam::000000000000:role/jobpass-clients-web-deploy"
REPORT = "arn:aws:iam::000000000000:role/jobpass-clients-nightly-report"
PINNED = "arn:aws:iam::000000000000:role/jobpass-clients-nightly-pinned"
NIGHTLY = Job({"team": "data", "job": "report", "run_id": "run-7"}, "nightly", roles=(), environment=("jobpass",))
WHO = "aws sts get-caller-identity --query Arn --output text"
SCRIPT = "import sys; sys.path.insert(0, {!r}); from jobpass.command.main import main; sys.exit(main())"
DRAWING = {"env": ["env"], "credential-process": ["credential-process"], "exec": ["exec", "--", "echo", "ran"]}

As = Callable[[Registration, str], Ran]


@pytest.fixture(scope="module")
def server(clients: Deployment) -> Platform:
    """The CI server."""
    return clients.platform()


@pytest.fixture(scope="module")
def scheduler(clients: Deployment) -> Platform:
    """The platform whose roles are one that wants a pin, and one that does not."""
    return clients.platform("PlatformSchedulerInvocationRoleArn")


@pytest.fixture(scope="module")
def job(server: Platform) -> Registration:
    """The how-to's job."""
    return server.register(PAGE.job())


@pytest.fixture(scope="module")
def ended(server: Platform) -> Registration:
    """A job that was, and is no more."""
    made = server.register(PAGE.job())
    assert server.end(made.job_id).status == 200
    return made


@pytest.fixture(scope="module")
def on_another_branch(server: Platform) -> Registration:
    """A job that the role does not trust."""
    job = PAGE.job()
    return server.register(replace(job, fields={**job.fields, "ref": "refs/heads/dev"}))


@pytest.fixture(scope="module")
def bucket(clients: Deployment) -> Iterator[str]:
    """A bucket that the role may list."""
    s3 = clients.aws.client("s3")
    s3.create_bucket(Bucket="e2e-job-command")
    yield "e2e-job-command"
    s3.delete_bucket(Bucket="e2e-job-command")


@pytest.fixture(scope="module")
def home(clients: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job's home, with `jobpass` and the AWS CLI on its path, and the how-to's profile in the AWS config file."""
    commands.install(clients.embedded.folder, SYSTEM_PATH)
    found = tmp_path_factory.mktemp("home")
    (found / "bin").mkdir()
    # -S: nothing of what is installed here, as on a job's machine.
    script = SCRIPT.format(str(REPOSITORY))
    write_private(found / "bin" / "jobpass", f'#!/bin/sh\nexec {sys.executable} -S -c "{script}" "$@"\n', mode=0o700)
    (found / "config").write_text(PAGE.block("ini"))
    return found


def environment(clients: Deployment, home: Path, job: Registration) -> dict[str, str]:
    """The environment of a job."""
    path = f"{home / 'bin'}:{clients.embedded.folder.bin}:{SYSTEM_PATH}"
    own = {"HOME": str(home), "PATH": path, "AWS_CONFIG_FILE": str(home / "config"), "COLUMNS": "120"}
    return {**machine(clients, job.environment["jobpass"]), **own}


@pytest.fixture(scope="module")
def as_job(clients: Deployment, home: Path) -> As:
    """Runs a script of bash as a job."""
    return lambda job, script: run(["bash", "-c", script], environment(clients, home, job))


def secrets_of(job: Registration) -> list[str]:
    """What a job's output must not show: its request token, and how every token and every secret of STS begins."""
    return [job.request_token.partition(".")[2], "eyJ", "SecretAccessKey", "AWS_SECRET_ACCESS_KEY"]


def shown(job: Registration, ran: Ran) -> list[str]:
    """Which of them it shows all the same."""
    return [secret for secret in secrets_of(job) if secret in ran.stdout + ran.stderr]


class TestHowTo:
    """The page's commands and scripts, as printed."""

    def test_a_command_has_credentials(self, as_job: As, job: Registration, bucket: str) -> None:
        ran = as_job(job, PAGE.block("sh", "jobpass exec"))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert bucket in ran.stdout

    def test_a_shell_has_credentials(self, as_job: As, job: Registration, bucket: str) -> None:
        ran = as_job(job, f"{PAGE.block('bash', 'jobpass env')}{WHO}")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert bucket in ran.stdout
        session = f"assumed-role/jobpass-clients-web-deploy/jobpass-{job.job_id}"
        assert ran.stdout.splitlines()[-1] == f"arn:aws:sts::000000000000:{session}"

    def test_the_shells_script_ends_where_there_are_none(self, as_job: As, ended: Registration) -> None:
        ran = as_job(ended, f"{PAGE.block('bash', 'jobpass env')}echo went on")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "the job has ended" in ran.stderr

    def test_the_aws_cli_runs_the_credential_process(self, as_job: As, job: Registration, bucket: str) -> None:
        ran = as_job(job, PAGE.block("sh", "--profile"))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert bucket in ran.stdout

    def test_a_variable_has_the_token(self, as_job: As, job: Registration) -> None:
        ran = as_job(job, f'{PAGE.block("bash", "VAULT_ID_TOKEN=")}echo "$VAULT_ID_TOKEN"')
        assert (ran.returncode, ran.stderr) == (0, "")
        assert unverified(ran.stdout.strip())[1]["aud"] == "vault.example.com"

    def test_a_file_has_the_token_for_as_long_as_the_script_runs(
        self, as_job: As, home: Path, job: Registration, bucket: str
    ) -> None:
        ran = as_job(job, PAGE.block("bash", "jobpass token-file"))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert bucket in ran.stdout
        # Its end is what closed the output that was read here.
        assert not (home / "aws-token").exists()

    def test_python_has_a_session_and_a_token(
        self, clients: Deployment, home: Path, job: Registration, bucket: str
    ) -> None:
        found = {**environment(clients, home, job), "PYTHONPATH": str(REPOSITORY)}
        ran = run([sys.executable, "-c", f"{PAGE.block('python')}print(vault_id_token)"], found)
        assert (ran.returncode, ran.stderr) == (0, "")
        buckets, token = ran.stdout.splitlines()
        assert bucket in buckets
        assert unverified(token)[1]["aud"] == "vault.example.com"


@pytest.mark.parametrize(
    ("shell", "form", "take"),
    [
        ("sh", "shell", 'eval "$(jobpass env --role-arn {})"'),
        ("zsh", "shell", 'eval "$(jobpass env --role-arn {})"'),
        ("fish", "fish", "jobpass env --format fish --role-arn {} | source"),
    ],
)
def test_other_shells_have_credentials(
    clients: Deployment, home: Path, job: Registration, shell: str, form: str, take: str
) -> None:
    assert form == "shell" or f"`jobpass env --format {form} \\| source`" in PAGE.text
    ran = run([installed(shell), "-c", f"{take.format(DEPLOY)}\n{WHO}"], environment(clients, home, job))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip().endswith(f"/jobpass-{job.job_id}")


def test_a_dotenv_file_has_credentials(as_job: As, job: Registration, home: Path) -> None:
    write = "(umask 077 && jobpass env --format dotenv > job.env)"
    assert f"`{write}`" in PAGE.text
    ran = as_job(job, f"cd; export AWS_ROLE_ARN={DEPLOY}; {write}; env -u AWS_ROLE_ARN $(cat job.env) {WHO}")
    assert ran.stdout.strip().endswith(f"/jobpass-{job.job_id}")
    assert (home / "job.env").stat().st_mode & 0o777 == 0o600


class TestBoto:
    """boto3 with what the command gives it, and with the library."""

    @pytest.fixture
    def here(
        self, clients: Deployment, home: Path, job: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> Mapping[str, str]:
        """This process as the job's machine."""
        for name in [name for name in os.environ if name.startswith(("AWS_", "JOBPASS_", "ACTIONS_"))]:
            monkeypatch.delenv(name)
        found = environment(clients, home, job)
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        return found

    def test_it_runs_the_credential_process(self, here: object, bucket: str) -> None:
        session = boto3.Session(profile_name="deploy")
        assert bucket in [each["Name"] for each in session.client("s3").list_buckets()["Buckets"]]
        credentials = session.get_credentials()
        assert credentials is not None
        assert credentials.method == "custom-process"

    def test_the_librarys_session_does_what_the_role_may_and_no_more(self, here: object, bucket: str) -> None:
        s3 = jobpass.aws_session(DEPLOY).client("s3")
        assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
            s3.put_object(Bucket=bucket, Key="x", Body=b"x")

    def test_the_librarys_session_is_renewed_when_it_nears_its_end(self, here: object, brief: None) -> None:
        s3 = jobpass.aws_session(DEPLOY).client("s3")
        signed: list[str] = []
        s3.meta.events.register("before-send.s3", lambda request, **_: signed.append(key_of(request)))
        for _ in range(3):
            s3.list_buckets()
        assert len(set(signed)) == 3

    def test_the_librarys_refusal_comes_before_any_client(
        self, here: object, ended: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in ended.environment["jobpass"].items():
            monkeypatch.setenv(name, value)
        with pytest.raises(RefusedError, match="the job has ended") as refused:
            jobpass.aws_session(DEPLOY)
        assert refused.value.code == "invalid_token"
        assert "register" in refused.value.remedy


def key_of(request: object) -> str:
    """The key that a request is signed with."""
    header = request.headers["Authorization"].decode()  # type: ignore[attr-defined]
    return str(header.partition("Credential=")[2].partition("/")[0])


@pytest.fixture
def brief(clients: Deployment) -> Iterator[None]:
    """Sessions of STS that last a minute, and so are near their end at once."""
    _sessions_last(clients, 60)
    yield
    _sessions_last(clients, 0)


def _sessions_last(clients: Deployment, seconds: int) -> None:
    answer = clients.web.request(
        "POST",
        f"{clients.embedded.endpoint_url}/_jobpass/sts/session",
        {"Content-Type": "application/json"},
        json.dumps({"seconds": seconds}).encode(),
    )
    assert answer.status == 200


class TestPins:
    """Roles that want a pin, and those that do not."""

    def test_a_role_of_the_registration_that_wants_a_pin_takes_the_job(self, as_job: As, scheduler: Platform) -> None:
        job = scheduler.register(replace(NIGHTLY, roles=("nightly-pinned",)))
        ran = as_job(job, f'eval "$(jobpass env --role-arn {PINNED})" && {WHO}')
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "assumed-role/jobpass-clients-nightly-pinned/" in ran.stdout

    def test_a_role_that_is_not_of_the_registration_takes_the_job_without_a_pin(
        self, as_job: As, scheduler: Platform
    ) -> None:
        job = scheduler.register(replace(NIGHTLY, roles=("nightly-pinned",)))
        ran = as_job(job, f'eval "$(jobpass env --role-arn {REPORT})" && {WHO}')
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "assumed-role/jobpass-clients-nightly-report/" in ran.stdout

    def test_one_that_wants_a_pin_and_is_not_of_the_registration_says_what_is_missing(
        self, as_job: As, scheduler: Platform
    ) -> None:
        job = scheduler.register(replace(NIGHTLY, roles=("nightly-report",)))
        ran = as_job(job, f"jobpass credential-process --role-arn {PINNED}")
        assert (ran.returncode, ran.stdout) == (1, "")
        said = " ".join(ran.stderr.split())
        assert "Not authorized to perform sts:AssumeRoleWithWebIdentity (AccessDenied)" in said
        assert "The issuer says: role_arn: is not a role of this registration" in said
        assert shown(job, ran) == []


class TestRefusals:
    """Each with its remedy and without a secret."""

    @pytest.mark.parametrize("command", DRAWING)
    def test_an_ended_job(self, as_job: As, ended: Registration, command: str) -> None:
        self._refused(as_job, ended, command, DEPLOY, "the job has ended", "have the platform register the job again")

    @pytest.mark.parametrize("command", DRAWING)
    def test_a_role_that_refuses_the_job(self, as_job: As, on_another_branch: Registration, command: str) -> None:
        text = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        self._refused(as_job, on_another_branch, command, DEPLOY, text, f"`jobpass explain {DEPLOY} --registration")

    def test_a_role_that_is_not_there(self, as_job: As, job: Registration) -> None:
        text = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        self._refused(as_job, job, "env", f"{DEPLOY}-2", text, "role_arn: is not a role of this registration")

    def test_an_audience_that_was_not_registered(self, as_job: As, job: Registration) -> None:
        self._refused(as_job, job, "env", f"{DEPLOY} --audience sigstore", "audience", "have the platform register")

    def test_an_audience_that_the_role_does_not_take(self, as_job: As, job: Registration) -> None:
        text = "its audience must be a client ID of the IAM provider"
        self._refused(as_job, job, "env", f"{DEPLOY} --audience vault.example.com", text, "correct what the issuer")

    def test_a_session_that_is_longer_than_the_role_allows(self, as_job: As, job: Registration) -> None:
        text = "The requested DurationSeconds exceeds"
        self._refused(as_job, job, "env", f"{DEPLOY} --duration 7200", text, "`max_session_seconds`")

    def test_an_sts_that_is_not_there(self, as_job: As, job: Registration) -> None:
        for place, text in (
            ("https://sts.nowhere.invalid", "sts.nowhere.invalid"),
            ("http://a.example", "in the clear"),
        ):
            ran = as_job(job, f"AWS_ENDPOINT_URL={place} jobpass credential-process --role-arn {DEPLOY}")
            assert (ran.returncode, ran.stdout) == (3, "")
            assert text in " ".join(ran.stderr.split())
            assert shown(job, ran) == []

    @staticmethod
    def _refused(as_job: As, job: Registration, command: str, role: str, text: str, remedy: str) -> None:
        first, *rest = DRAWING[command]
        ran = as_job(job, f"jobpass {first} --role-arn {role} {' '.join(rest)}")
        assert ran.returncode == (125 if command == "exec" else 1), ran.stderr
        assert ran.stdout == ("false\n" if command == "env" else "")
        said = " ".join(ran.stderr.split())
        assert text in said
        assert remedy in said
        assert shown(job, ran) == []

    def test_the_aws_cli_shows_the_commands_own_words(self, as_job: As, ended: Registration) -> None:
        ran = as_job(ended, PAGE.block("sh", "--profile"))
        assert ran.returncode != 0
        assert "the job has ended" in ran.stderr
        assert shown(ended, ran) == []


def test_the_page_names_what_it_says_in_these_words() -> None:
    for text in (
        "the job has ended",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "role_arn: is not a role of this registration",
        "The requested DurationSeconds exceeds",
        "no environment variable says where to ask for a token",
    ):
        assert f"`{text}`" in PAGE.text
