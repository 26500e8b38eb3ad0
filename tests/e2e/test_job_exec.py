"""`jobpass exec` on the deployed stack: across expiries, past the registration's end, struck, two hundred at once."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import commands
from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import Platform, Registration
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.pages import how_to
from tests.e2e.programs import SYSTEM_PATH, Ran, machine, run
from tests.job.running import ENDING, started, struck, wrongly_ended

PAGE = how_to("job-command")
ROLE = "arn:aws:iam::000000000000:role/jobpass-clients-web-deploy"
# -S: nothing of what is installed here, as on a job's machine.
EXEC = (sys.executable, "-S", "-m", "jobpass", "exec", "--role-arn", ROLE, "--")
AT_ONCE = 200

SESSION_SECONDS = 8
# Calls AWS by boto3 in short steps and by the AWS CLI now and then, until two sessions have ended; then with the
# credentials that it began with, which have ended, too.
ACROSS_EXPIRIES = """
import json, re, subprocess, sys, time
import boto3, botocore.exceptions
signed_by, failures, by_cli = [], [], 0
def s3(**credentials):
    client = boto3.client("s3", **credentials)
    client.meta.events.register("before-send.s3", note)
    return client
def note(request, **_):
    signed_by.append(re.search(r"Credential=(\\w+)", request.headers["Authorization"].decode())[1])
began = boto3.Session().get_credentials().get_frozen_credentials()
client, start, next_cli = s3(), time.monotonic(), 0.0
while (passed := time.monotonic() - start) < float(sys.argv[1]):
    try:
        client.list_buckets()
    except botocore.exceptions.BotoCoreError as error:
        failures.append(str(error))
    except botocore.exceptions.ClientError as error:
        failures.append(str(error))
    if passed >= next_cli:
        ran = subprocess.run(["aws", "s3api", "list-buckets", "--output", "text"], capture_output=True, text=True)
        by_cli, next_cli = by_cli + 1, passed + 4
        failures += [ran.stderr] * bool(ran.returncode)
    time.sleep(0.2)
try:
    given = dict(aws_access_key_id=began.access_key, aws_secret_access_key=began.secret_key)
    s3(**given, aws_session_token=began.token).list_buckets()
    old = "good"
except botocore.exceptions.ClientError as error:
    old = error.response["Error"]["Code"]
keys = list(dict.fromkeys(signed_by[:-1]))
print(json.dumps({"calls": len(signed_by), "by_cli": by_cli, "keys": keys, "failures": failures, "old": old}))
"""
# Calls AWS until that fails.
UNTIL_THE_END = """
import sys, time
import boto3, botocore.exceptions
client = boto3.client("s3")
client.list_buckets()
print("began", flush=True)
while True:
    try:
        client.list_buckets()
    except botocore.exceptions.BotoCoreError as error:
        print(error)
        sys.exit(9)
    time.sleep(0.2)
"""


@pytest.fixture(scope="module")
def server(clients: Deployment) -> Platform:
    """The CI server."""
    return clients.platform()


@pytest.fixture(scope="module")
def job(server: Platform) -> Registration:
    """The how-to's job."""
    return server.register(PAGE.job())


@pytest.fixture(scope="module")
def bucket(clients: Deployment) -> Iterator[str]:
    """A bucket that the role may list and not write to."""
    s3 = clients.aws.client("s3")
    s3.create_bucket(Bucket="e2e-job-exec")
    yield "e2e-job-exec"
    s3.delete_bucket(Bucket="e2e-job-exec")


def environment(clients: Deployment, job: Registration, home: Path) -> dict[str, str]:
    """The environment of a job, in which whatever is written by habit is written to `home`."""
    commands.install(clients.embedded.folder, SYSTEM_PATH)
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), str(home))
    path = f"{clients.embedded.folder.bin}:{SYSTEM_PATH}"
    found = {**machine(clients, job.environment["jobpass"]), **places, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    return {**found, "PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def sts_set(clients: Deployment, control: str, seconds: int) -> Iterator[None]:
    """A control of the local STS is at so many seconds, and then at none again."""

    def set_to(value: int) -> None:
        url = f"{clients.embedded.endpoint_url}/_jobpass/sts/{control}"
        assert clients.web.request("POST", url, {}, json.dumps({"seconds": value}).encode()).status == 200

    set_to(seconds)
    try:
        yield
    finally:
        set_to(0)


@pytest.fixture(scope="module")
def outlived(
    clients: Deployment, server: Platform, job: Registration, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Ran]:
    """Two commands that outlive their sessions, side by side: one whose job goes on, one whose job ends."""
    home, ending = tmp_path_factory.mktemp("outlived"), server.register(PAGE.job())
    # Half a session's life is when it is renewed: this is past the end of the second.
    seconds = str(SESSION_SECONDS * 1.5 + 1)
    with (
        sts_set(clients, "session", SESSION_SECONDS),
        started([*EXEC, sys.executable, "-c", UNTIL_THE_END], environment(clients, ending, home), home) as until_end,
        ThreadPoolExecutor(1) as pool,
    ):
        going_on = pool.submit(
            run,
            [*EXEC, sys.executable, "-c", ACROSS_EXPIRIES, seconds],
            environment(clients, job, home),
            directory=home,
        )
        assert until_end.stdout
        assert until_end.stdout.readline() == b"began\n"
        assert server.end(ending.job_id).status == 200
        output, errors = until_end.communicate(timeout=60)
        return {
            "going on": going_on.result(),
            "ended": Ran(until_end.returncode, output.decode(), errors.decode()),
        }


class TestExpiry:
    """A command that outlives its credentials."""

    def test_it_never_sees_credentials_that_have_ended(self, outlived: dict[str, Ran]) -> None:
        ran = outlived["going on"]
        assert (ran.returncode, ran.stderr) == (0, "")
        said = json.loads(ran.stdout)
        assert said["failures"] == []
        assert len(said["keys"]) >= 3
        assert said["by_cli"] >= 3
        assert said["old"] == "ExpiredToken", "those that it began with have ended"

    def test_when_the_registration_ends_one_line_says_so_and_the_caller_is_told(self, outlived: dict[str, Ran]) -> None:
        ran = outlived["ended"]
        assert ran.returncode == 9
        assert "the job has ended" in ran.stdout
        (line,) = ran.stderr.splitlines()
        assert line.startswith("jobpass exec: no new credentials: the job has ended")
        assert " (those that the command has end at 20" in line
        assert "have the platform register the job again" in line


class TestClients:
    """Other clients than boto3, in the middle of a pipe."""

    def test_the_aws_cli_is_the_job_and_may_no_more_than_its_role(
        self, clients: Deployment, job: Registration, bucket: str, tmp_path: Path
    ) -> None:
        environ = environment(clients, job, tmp_path)
        who = "aws sts get-caller-identity --query Arn --output text"
        ran = run([*EXEC, "sh", "-c", f"{who} && exec aws s3 cp - s3://{bucket}/web/index.html"], environ, text="x")
        session = f"assumed-role/jobpass-clients-web-deploy/jobpass-{job.job_id}"
        assert ran.stdout.strip() == f"arn:aws:sts::000000000000:{session}"
        assert ran.returncode == 1
        assert "AccessDenied" in ran.stderr

    def test_the_sdk_for_javascript_finds_them(
        self, clients: Deployment, job: Registration, bucket: str, npm: NpmPackages, tmp_path: Path
    ) -> None:
        script = npm.script(tmp_path, "list.mjs", how_to("aws-sdk").block("js"))
        ran = run([*EXEC, npm.node, script], environment(clients, job, tmp_path))
        assert ran.returncode == 0, ran.stderr
        assert bucket in ran.stdout


def test_at_whatever_moment_it_is_struck_nothing_is_left(
    clients: Deployment, job: Registration, tmp_path: Path
) -> None:
    environ = environment(clients, job, tmp_path)
    cases = [(moment * 0.06, number) for moment in range(6) for number in ENDING]
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda case: struck([*EXEC, "sleep", "0.1"], environ, tmp_path, *case), cases))
    assert wrongly_ended(cases, ended) == []
    assert {-number for number in ENDING} <= set(ended)
    assert list(tmp_path.iterdir()) == []


def test_two_hundred_at_once_each_have_credentials_of_their_own(
    clients: Deployment, job: Registration, tmp_path: Path
) -> None:
    environ = environment(clients, job, tmp_path)
    ask = 'exec curl -sS -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'
    # As AWS's own STS does, which would not ask for the keys four hundred times.
    with sts_set(clients, "jwks-cache", 300):
        running = [
            subprocess.Popen([*EXEC, "sh", "-c", ask], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(AT_ONCE)
        ]
        said = [each.communicate(timeout=250) for each in running]
    assert Counter((each.returncode, errors) for each, (_, errors) in zip(running, said, strict=True)) == {
        (0, b""): AT_ONCE
    }
    assert len({json.loads(output)["AccessKeyId"] for output, _ in said}) == AT_ONCE
