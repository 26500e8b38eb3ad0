"""The CDK command line is kept to the embedded AWS, ends with us, and tells why it failed."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from local import cdk, certificates
from local.cdk import Cdk, CdkError
from local.command import LoggedCommand
from local.deployment import EmbeddedAws, issuer_names
from local.folder import Folder
from local.node import Node
from local.process import clean_environment
from tests.local.embedded.waiting import gone

RESOLVE = """
import json, botocore.session
session = botocore.session.get_session()
credentials = session.get_credentials()
print(json.dumps([credentials and credentials.access_key, session.get_config_variable("region"),
                  session.available_profiles, session.create_client("sts", region_name="us-east-1").meta.endpoint_url]))
"""


@pytest.fixture
def real_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's shell with every kind of access to a real account."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "config").write_text("[default]\nregion = eu-west-3\n[profile prod]\nregion = eu-west-3\n")
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
        "[prod]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    )
    for name, value in {
        "HOME": str(home),
        "AWS_PROFILE": "prod",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_STS": "https://sts.amazonaws.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_REGION": "eu-west-3",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
        "CDK_DEFAULT_ACCOUNT": "123456789012",
    }.items():
        monkeypatch.setenv(name, value)


def resolved(environment: dict[str, str]) -> list[object]:
    answer = subprocess.run(
        [sys.executable, "-c", RESOLVE], env=environment, capture_output=True, text=True, check=True
    )
    found: list[object] = json.loads(answer.stdout)
    return found


NODE = Node(Path("/usr/bin/node"), ("npm",))


@pytest.mark.usefixtures("real_account")
def test_a_program_in_the_safe_environment_finds_no_account(folder: Folder) -> None:
    assert resolved(cdk.safe_environment(folder, NODE)) == [
        None,
        "us-east-1",
        [],
        "https://sts.us-east-1.amazonaws.com",
    ]


@pytest.mark.usefixtures("real_account")
def test_a_program_in_the_embedded_environment_finds_the_embedded_account_alone(folder: Folder) -> None:
    environment = cdk.embedded_environment(folder, NODE, certificates.make(folder.tls), 1234)

    assert resolved(environment) == ["test", "us-east-1", [], "https://127.0.0.1:1234"]


@pytest.mark.usefixtures("real_account")
def test_synthesis_has_no_account_but_keeps_what_building_assets_needs(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_CERT", "/certificates.pem")
    seen = tmp_path / "seen.json"
    script = tmp_path / "cdk"
    script.write_text(f"import json, os, sys\njson.dump([sys.argv, dict(os.environ)], open({str(seen)!r}, 'w'))\n")
    monkeypatch.setattr(cdk, "cdk_script", lambda: script)

    Cdk(Node(Path(sys.executable), ()), folder).synthesize(tmp_path / "jobpass.yaml")

    arguments, environment = json.loads(seen.read_text())
    assert environment["PIP_CERT"] == "/certificates.pem"
    assert resolved(environment)[0] is None
    assert not {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "CDK_DEFAULT_ACCOUNT"} & set(environment)
    assert arguments[1] == "synth"
    assert "--no-notices" in arguments


def pretend(folder: Folder, monkeypatch: pytest.MonkeyPatch, program: str) -> Cdk:
    """A CDK command line that does what a Python program does."""
    script = folder.path / "cdk"
    script.write_text(program)
    monkeypatch.setattr(cdk, "cdk_script", lambda: script)
    return Cdk(Node(Path(sys.executable), ()), folder)


def test_a_failed_deployment_names_the_resource_that_failed_not_the_rollback(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = pretend(
        folder,
        monkeypatch,
        "print('s | 3/9 | 1:00 | CREATE_FAILED | AWS::KMS::Key | Key the policy is not valid')\n"
        "for n in range(40): print('s | 2/9 | 1:00 | DELETE_COMPLETE | AWS::X::Y | z')\nraise SystemExit(1)",
    )

    with pytest.raises(CdkError, match="the policy is not valid") as caught:
        failing.deploy(clean_environment(), folder.cloud_assembly)

    assert "DELETE_COMPLETE" not in str(caught.value)
    assert "DELETE_COMPLETE" in (folder.logs / "cdk-deploy.log").read_text()


def test_any_other_failure_shows_the_last_lines(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = pretend(folder, monkeypatch, "print('first')\nprint('Need to perform AWS calls')\nraise SystemExit(1)")

    with pytest.raises(CdkError, match="Need to perform AWS calls"):
        failing.bootstrap(clean_environment())


def test_progress_is_told_by_resource(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    working = pretend(
        folder,
        monkeypatch,
        "print('jobpass |  3/53 | 10:00:00 AM | CREATE_COMPLETE | AWS::S3::Bucket | B (B1)')\nprint('x')",
    )

    working.deploy(clean_environment(), folder.cloud_assembly, notes.append)

    assert notes == ["3/53 S3::Bucket"]


def long_command(folder: Folder) -> LoggedCommand:
    return LoggedCommand(
        [sys.executable, "-c", "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"],
        environment=clean_environment(),
        working_directory=folder.path,
        log=folder.logs / "long.log",
    )


def test_a_command_that_takes_too_long_is_ended(folder: Folder) -> None:
    status, end = long_command(folder).run(lambda _: None, limit_seconds=1)

    assert status != 0
    assert gone(int(end[0]))


def test_a_command_is_ended_from_another_thread(folder: Folder) -> None:
    command = long_command(folder)
    threading.Timer(0.5, command.cancel).start()
    began = time.monotonic()

    status, _ = command.run(lambda _: None, limit_seconds=30)

    assert status != 0
    assert time.monotonic() - began < 20


def test_an_interruption_while_it_runs_ends_it(folder: Folder) -> None:
    pids = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        long_command(folder).run(interrupt, limit_seconds=30)

    assert [gone(pid) for pid in pids] == [True]


def stack(account: str = "unknown-account", **properties: str) -> dict[str, object]:
    """A stack as the manifest has it."""
    environment = f"aws://{account}/unknown-region"
    return {"type": "aws:cloudformation:stack", "environment": environment, "properties": properties}


def test_the_stacks_of_a_cloud_assembly_that_name_no_account_are_found_by_name(tmp_path: Path) -> None:
    artifacts = {
        "jobpass.assets": {"type": "cdk:asset-manifest"},
        "jobpass": stack(templateFile="x"),
        "Roles": stack(stackName="jobpass-roles-2"),
        "jobpass-trust-production": stack("222233334444", stackName="jobpass-trust-production"),
        "Tree": {"type": "cdk:tree"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    assert cdk.stack_names(tmp_path) == ["jobpass", "jobpass-roles-2"]


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
def test_stacks_are_named_to_the_command_line_or_all_are_meant(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    command = pretend(folder, monkeypatch, "import sys\nprint(*sys.argv[1:4])")
    run = getattr(command, verb)

    run(clean_environment(), folder.cloud_assembly)
    assert (folder.logs / f"cdk-{verb}.log").read_text().startswith(f"{verb} --all --app")
    run(clean_environment(), folder.cloud_assembly, None, ["jobpass", "jobpass-roles-2"])
    assert f"{verb} jobpass jobpass-roles-2" in (folder.logs / f"cdk-{verb}.log").read_text()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("issuer: {url: 'https://oidc.example.com/api/oidc/'}", ["oidc.example.com"]),
        ("issuer: {url: 'https://oidc.example.com:443'}", ["oidc.example.com"]),
        ("issuer: {}", []),
        ("issuer:", []),
        ("", []),
        ("[]", []),
        ("issuer: {url: 7}", []),
    ],
)
def test_an_issuers_own_host_is_read_from_the_configuration(tmp_path: Path, text: str, names: list[str]) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_text(text)

    assert issuer_names(file) == names


def test_the_real_command_line_bootstraps_the_embedded_account(embedded: EmbeddedAws) -> None:
    from local import node  # noqa: PLC0415 - beside its use

    real = Cdk(node.prepare(), embedded.folder)
    real.bootstrap(cdk.embedded_environment(embedded.folder, real.node, embedded.certificates, embedded.port))

    stacks = embedded.aws.client("cloudformation").describe_stacks(StackName="CDKToolkit")["Stacks"]
    assert [stack["StackStatus"] for stack in stacks] == ["CREATE_COMPLETE"]
