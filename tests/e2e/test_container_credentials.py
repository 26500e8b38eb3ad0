"""AWS CLI, boto3 and the SDK for JavaScript draw credentials with nothing but the registration's block, and renew them.

botocore trusts the certificate authorities that it ships and follows no proxy here, so that its way to the API is the
relay; nothing else of the block is changed. JavaScript asks the API itself, over HTTPS.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import botocore.credentials
import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError

from local import commands
from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e.job_boto import Boto
from tests.e2e.npm_packages import DIRECTORY, NpmPackages
from tests.e2e.pages import how_to
from tests.e2e.programs import SYSTEM_PATH, machine, run
from tests.e2e.relay import Relay, relaying

PAGE = how_to("aws-sdk")
BLOCK = "aws-sdk"
URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
REPORT = "arn:aws:iam::000000000000:role/jobpass-clients-nightly-report"
REFUSED = {
    "an ended job": "the job has ended",
    "a role of others": "role_arn: is not a role of this registration",
    "a role that refuses the job": "the role does not trust this job: `ref` is `refs/heads/dev`",
}

Block = dict[str, str]


@pytest.fixture(scope="module")
def server(clients: Deployment) -> Platform:
    """The CI server."""
    return clients.platform()


@pytest.fixture(scope="module")
def bucket(clients: Deployment) -> Iterator[str]:
    """A bucket that the role may list and not write to."""
    s3 = clients.aws.client("s3")
    s3.create_bucket(Bucket="e2e-drawn")
    yield "e2e-drawn"
    s3.delete_bucket(Bucket="e2e-drawn")


@pytest.fixture(scope="module")
def short(server: Platform) -> Registration:
    """A job with no more left than STS's shortest session, 900 s; botocore renews what has less than that left."""
    return server.register(replace(PAGE.job(), expires_in_seconds=900))


@pytest.fixture(scope="module")
def way(clients: Deployment) -> Iterator[Relay]:
    """The relay, for the whole module."""
    with relaying(clients.web, clients.output("ApiUrl")) as running:
        yield running


@pytest.fixture(scope="module")
def refused(server: Platform) -> dict[str, Block]:
    """The blocks of jobs that get nothing, by what is wrong with them."""
    ended = server.register(PAGE.job())
    assert server.end(ended.job_id).status == 200
    good = server.register(PAGE.job()).environment[BLOCK]
    other = re.sub(r"role_arn=.*", f"role_arn={quote(REPORT, safe='')}", good[URI])
    job = PAGE.job()
    dev = server.register(replace(job, fields={**job.fields, "ref": "refs/heads/dev"}))
    assert dev.roles["web-deploy"]["allowed"] is False
    return {
        "an ended job": ended.environment[BLOCK],
        "a role of others": {**good, URI: other},
        "a role that refuses the job": dev.environment[BLOCK],
    }


def through(way: Relay, block: Mapping[str, str]) -> Block:
    """The block with the relay in the API's place."""
    return {**block, URI: way.instead(block[URI])}


@pytest.fixture(scope="module")
def botocores(clients: Deployment) -> dict[str, str]:
    """The environment of a machine with the AWS CLI."""
    commands.install(clients.embedded.folder, SYSTEM_PATH)
    return {**machine(clients), "PATH": f"{clients.embedded.folder.bin}:{SYSTEM_PATH}"}


class TestBotocore:
    """boto3's own half of the work."""

    def test_credentials_do_what_the_role_may_and_no_more(
        self, way: Relay, botocores: dict[str, str], server: Platform, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = server.register(PAGE.job())
        boto = Boto({**botocores, **through(way, job.environment[BLOCK])}, monkeypatch)
        s3 = boto.s3()
        assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=bucket, Key="web/index.html", Body=b"x")
        assert len(set(boto.signed_by)) == 1

    def test_the_second_call_uses_new_credentials_when_the_first_near_their_end(
        self, way: Relay, botocores: dict[str, str], short: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        boto = Boto({**botocores, **through(way, short.environment[BLOCK])}, monkeypatch)
        s3 = boto.s3()
        for _ in range(2):
            s3.list_buckets()
        first, second = boto.signed_by
        assert first != second

    def test_credentials_outlive_the_job_that_drew_them(
        self, way: Relay, botocores: dict[str, str], server: Platform, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = server.register(PAGE.job())
        s3 = Boto({**botocores, **through(way, job.environment[BLOCK])}, monkeypatch).s3()
        s3.list_buckets()
        server.end(job.job_id)
        assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]

    def test_it_sends_the_block_as_it_is(
        self, way: Relay, botocores: dict[str, str], short: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = len(way.asked)
        Boto({**botocores, **through(way, short.environment[BLOCK])}, monkeypatch).s3().list_buckets()
        asked = way.asked[before]
        assert asked.headers["authorization"] == short.request_token
        assert asked.target == short.environment[BLOCK][URI].removeprefix(way.api_url)


class TestCommandLine:
    """The how-to's commands and scripts, run as printed, and the AWS CLI."""

    def test_the_session_is_named_for_platform_and_job(
        self, way: Relay, botocores: dict[str, str], server: Platform
    ) -> None:
        job = server.register(PAGE.job())
        block = through(way, job.environment[BLOCK])
        ran = run(["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"], {**botocores, **block})
        assert ran.stdout.strip() == (
            f"arn:aws:sts::000000000000:assumed-role/jobpass-clients-web-deploy/ci-server-{job.job_id}"
        )

    def test_the_how_tos_command_and_script_list(
        self, way: Relay, botocores: dict[str, str], short: Registration, bucket: str
    ) -> None:
        environment = {**botocores, **through(way, short.environment[BLOCK])}
        for command in (["bash", "-c", PAGE.block("sh")], [sys.executable, "-c", PAGE.block("python")]):
            ran = run(command, environment)
            assert (ran.returncode, ran.stderr) == (0, "")
            assert bucket in ran.stdout

    def test_it_writes_nothing(self, way: Relay, botocores: dict[str, str], short: Registration, bucket: str) -> None:
        environment = {**botocores, **through(way, short.environment[BLOCK])}
        ran = run(["aws", "s3", "cp", "-", f"s3://{bucket}/web/index.html"], environment, text="x")
        assert ran.returncode != 0
        assert "AccessDenied" in ran.stderr


@pytest.fixture(scope="module")
def in_javascript(
    clients: Deployment, npm: NpmPackages, short: Registration, bucket: str, refused: dict[str, Block]
) -> Any:
    """What the SDK for JavaScript made of a good block, and of bad ones."""
    ran = run(
        [npm.node, DIRECTORY / "container-credentials.mjs"],
        machine(clients, short.environment[BLOCK]),
        text=json.dumps({"bucket": bucket, "refused": refused}),
    )
    # Not on an empty stderr: the SDK has something to say of Node's age, and of a machine that is slow.
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


class TestJavaScript:
    """The default provider chain, over HTTPS."""

    def test_credentials_do_what_the_role_may_and_no_more(self, in_javascript: Any, bucket: str) -> None:
        assert bucket in in_javascript["buckets"]
        assert in_javascript["write"] == "AccessDenied"

    def test_they_are_kept_until_they_near_their_end_and_then_renewed(self, in_javascript: Any) -> None:
        listed, again, written, *_, renewed = in_javascript["used"]
        assert listed == again == written != renewed
        assert 800 < in_javascript["expires_in_seconds"] <= 900

    def test_the_how_tos_lines_list(
        self, clients: Deployment, npm: NpmPackages, short: Registration, bucket: str, tmp_path: Path
    ) -> None:
        script = npm.script(tmp_path, "list.mjs", PAGE.block("js"))
        ran = run([npm.node, script], machine(clients, short.environment[BLOCK]))
        assert ran.returncode == 0, ran.stderr
        assert bucket in ran.stdout


@pytest.fixture(scope="module")
def errors(
    way: Relay, botocores: dict[str, str], refused: dict[str, Block], in_javascript: Any
) -> dict[str, dict[str, str]]:
    """What each client says of each refusal, asked all at once: each tries again for seconds before it gives up."""
    with ThreadPoolExecutor() as pool:
        cli = {
            name: pool.submit(run, ["aws", "s3", "ls"], {**botocores, **through(way, block)})
            for name, block in refused.items()
        }
        boto = {name: pool.submit(_botocores_error, through(way, block)) for name, block in refused.items()}
    return {
        "AWS CLI": {name: ran.result().stderr for name, ran in cli.items() if ran.result().returncode},
        "botocore": {name: error.result() for name, error in boto.items()},
        "JavaScript": in_javascript["refused"],
    }


def _botocores_error(block: Block) -> str:
    with pytest.raises(CredentialRetrievalError) as refusal:
        botocore.credentials.ContainerProvider(environ=block).load()
    return str(refusal.value)


@pytest.mark.parametrize("client", ["AWS CLI", "botocore", "JavaScript"])
@pytest.mark.parametrize("what", REFUSED)
def test_the_clients_error_shows_the_reason(
    errors: dict[str, dict[str, str]], refused: dict[str, Block], client: str, what: str
) -> None:
    assert REFUSED[what].partition(": `ref")[0] in PAGE.text
    said = errors[client][what]
    assert REFUSED[what] in said
    assert refused[what]["AWS_CONTAINER_AUTHORIZATION_TOKEN"].partition(".")[2] not in said
