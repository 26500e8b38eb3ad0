"""The commands of the how-to, and of Semaphore's own guide, run as they are printed."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from local import commands
from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import MAIN_BRANCH, Job, Platform

HOW_TO = REPOSITORY / "docs" / "how-to" / "semaphore.md"
SEED = REPOSITORY.parent / "shared" / "seeds" / "semaphore-openid-connect-in-aws.md"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
PRINTED_ROLE = "arn:aws:iam::111122223333:role/jobpass-web-deploy"
# The network and whom to trust: nothing that would let the job into AWS by another way.
REACHING = re.compile(
    r"AWS_(ENDPOINT_URL|CA_BUNDLE|(DEFAULT_)?REGION|EC2_\w+|CONFIG_FILE|SHARED_\w+|PAGER)|\w+_CERT_FILE|\w+PROXY|CURL_\w+",
    re.IGNORECASE,
)
OBJECT = "deployed by a job"


@pytest.fixture(scope="module")
def bucket(deployment: Deployment) -> Iterator[str]:
    """A bucket with one object, which the role may read."""
    s3 = deployment.aws.client("s3")
    s3.create_bucket(Bucket="e2e-releases")
    s3.put_object(Bucket="e2e-releases", Key="web/index.html", Body=OBJECT.encode())
    yield "e2e-releases"
    s3.delete_object(Bucket="e2e-releases", Key="web/index.html")
    s3.delete_bucket(Bucket="e2e-releases")


@pytest.fixture(scope="module")
def machine(deployment: Deployment, platform: Platform) -> dict[str, str]:
    """What the job's machine has: the job's variables, the programs, and the way to AWS and issuer."""
    folder = deployment.embedded.folder
    commands.install(folder, SYSTEM_PATH)
    job = platform.register(Job(MAIN_BRANCH))
    reaching = {name: value for name, value in deployment.embedded.variables().items() if REACHING.fullmatch(name)}
    return {
        **reaching,
        "PATH": f"{folder.bin}:{SYSTEM_PATH}",
        "HOME": "/nonexistent",
        "SEMAPHORE_JOB_ID": "6d94427a-28c2-4b8a-9e9d-1e5dd06a46dc",
        "ACTIONS_ID_TOKEN_REQUEST_URL": job.request_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": job.request_token,
    }


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next of its level."""
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def fetching(deployment: Deployment) -> str:
    """The how-to's command that fetches the token."""
    return blocks(deployment)[0]


def blocks(deployment: Deployment) -> list[str]:
    """The how-to's commands for each job, its example of a role's ARN replaced by ours."""
    printed: list[str] = re.findall(r"```sh\n(.*?)```", section(HOW_TO.read_text(), "In each job"), re.DOTALL)
    assert len(printed) == 2
    assert "".join(printed).count(PRINTED_ROLE) == 1
    return [block.replace(PRINTED_ROLE, deployment.output("RoleWebDeployArn")) for block in printed]


def semaphores_own(deployment: Deployment) -> str:
    """Semaphore's commands, its placeholder of a role's ARN replaced by ours."""
    printed = re.findall(r"^  - (export .*)$", SEED.read_text(), re.MULTILINE)
    assert len(printed) == 6
    assert printed[0].startswith('export ROLE_ARN="<>"')
    return "\n".join(printed).replace("<>", deployment.output("RoleWebDeployArn"))


def run(script: str, machine: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script],
        env=machine,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_machine_has_no_credentials_of_its_own(machine: dict[str, str]) -> None:
    assert not [name for name in machine if "ACCESS_KEY" in name or "SESSION_TOKEN" in name]
    assert run("aws s3 ls", machine).returncode != 0


def test_the_how_tos_commands_give_credentials_that_list_and_read(
    deployment: Deployment, machine: dict[str, str], bucket: str
) -> None:
    script = "\n".join([*blocks(deployment), "aws s3 ls", f"aws s3 cp s3://{bucket}/web/index.html -"])
    ran = run(script, machine)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert bucket in ran.stdout
    assert ran.stdout.endswith(OBJECT)


def test_the_session_is_named_for_the_job(deployment: Deployment, machine: dict[str, str]) -> None:
    script = "\n".join([*blocks(deployment), "aws sts get-caller-identity --query Arn --output text"])
    ran = run(script, machine)
    assert ran.stdout.strip() == (
        f"arn:aws:sts::000000000000:assumed-role/jobpass-web-deploy/semaphore-job-{machine['SEMAPHORE_JOB_ID']}"
    )


def test_the_credentials_do_not_write(deployment: Deployment, machine: dict[str, str], bucket: str) -> None:
    ran = run("\n".join([*blocks(deployment), f"echo x | aws s3 cp - s3://{bucket}/web/index.html"]), machine)
    assert ran.returncode != 0
    assert "AccessDenied" in ran.stderr
    assert deployment.aws.client("s3").get_object(Bucket=bucket, Key="web/index.html")["Body"].read() == OBJECT.encode()


def test_the_commands_of_a_job_on_another_branch_give_nothing(
    deployment: Deployment, platform: Platform, machine: dict[str, str]
) -> None:
    job = platform.register(Job({**MAIN_BRANCH, "ref": "refs/heads/dev"}))
    other = {**machine, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": job.request_token}
    ran = run("\n".join([*blocks(deployment), 'echo "<$AWS_ACCESS_KEY_ID>"']), other)
    assert ran.stdout == "<>\n"
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in ran.stderr


def test_the_fetching_command_fails_loudly_for_an_ended_job(
    deployment: Deployment, platform: Platform, machine: dict[str, str]
) -> None:
    job = platform.register(Job(MAIN_BRANCH))
    platform.end(job.job_id)
    ended = {**machine, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": job.request_token}
    assert run(f'{fetching(deployment)}echo "<$SEMAPHORE_OIDC_TOKEN>"', ended).stdout == "<>\n"


@pytest.mark.skipif(not SEED.exists(), reason="Semaphore's guide does not lie beside this checkout")
def test_semaphores_own_commands_give_credentials_that_list(
    deployment: Deployment, machine: dict[str, str], bucket: str
) -> None:
    ran = run("\n".join([fetching(deployment), semaphores_own(deployment), "aws s3 ls"]), machine)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert bucket in ran.stdout


@pytest.mark.skipif(not SEED.exists(), reason="Semaphore's guide does not lie beside this checkout")
def test_the_how_to_prints_semaphores_own_commands(deployment: Deployment) -> None:
    printed = [line.partition(" # ")[0] for line in semaphores_own(deployment).splitlines()]
    assert blocks(deployment)[1].splitlines() == printed


def test_the_reaching_variables_are_few() -> None:
    assert not REACHING.fullmatch("AWS_ACCESS_KEY_ID")
    assert not REACHING.fullmatch("AWS_SESSION_TOKEN")
