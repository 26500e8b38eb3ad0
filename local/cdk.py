"""The real CDK command line, kept to the embedded AWS: synth, bootstrap, deploy, destroy."""

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local import process
from local.certificates import Certificates
from local.command import LoggedCommand
from local.emulator import ACCESS_KEY_ID, ISSUER_ACCOUNT, REGION, SECRET_ACCESS_KEY, endpoint
from local.folder import REPOSITORY, Folder
from local.node import Node, cdk_script

# Nothing is sent to anybody, and a template is the same wherever it is made.
QUIET_FLAGS = ("--no-notices", "--no-version-reporting", "--no-asset-metadata", "--no-path-metadata", "--no-color")
LIMIT_SECONDS = 900.0
ALL = ("--all",)
# What the manifest says of a stack that goes into whatever account the credentials are for.
_ANY_ENVIRONMENT = "aws://unknown-account/unknown-region"
# `stack |  3/53 | 10:00:00 | CREATE_COMPLETE | AWS::S3::Bucket | Bucket (Bucket12345)`
_RESOURCE_LINE = re.compile(r"^\S+ \|\s*(\d+)/(\d+) \| [^|]+\| [A-Z_]+\s*\| (?P<type>\S+)\s*\|")

Note = Callable[[str], None]


class CdkError(Exception):
    """The CDK command line failed; the message has its last lines and where the rest is."""


def safe_environment(folder: Folder, node: Node) -> dict[str, str]:
    """An environment in which no AWS tool finds an account: files empty, no profile, no metadata service.

    This is what keeps `make demo` off a developer's real account whatever the shell has set.
    """
    return process.clean_environment(
        PATH=os.pathsep.join((str(Path(sys.executable).parent), node.directory, os.environ.get("PATH", ""))),
        AWS_CONFIG_FILE=str(folder.aws_config),
        AWS_SHARED_CREDENTIALS_FILE=str(folder.aws_credentials),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        CDK_HOME=str(folder.cdk_home),
        CDK_DISABLE_CLI_TELEMETRY="true",
    )


def embedded_environment(folder: Folder, node: Node, certificates: Certificates, port: int) -> dict[str, str]:
    """The safe environment with the embedded AWS, and only that, as AWS."""
    trusted = str(certificates.authority)
    return safe_environment(folder, node) | {
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_CA_BUNDLE": trusted,
        "NODE_EXTRA_CA_CERTS": trusted,
    }


@dataclass(frozen=True)
class Cdk:
    """The CDK command line for one folder."""

    node: Node
    folder: Folder
    _commands: list[LoggedCommand] = field(default_factory=list, repr=False, compare=False)
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def cancel(self) -> None:
        """End whatever of it is still running, in any thread, and whatever is about to."""
        self._cancelled.set()
        for command in self._commands:
            command.cancel()

    def synthesize(self, configuration: Path, note: Note | None = None) -> Path:
        """Synthesize app.py with a configuration into the folder's cloud assembly, with no AWS in reach.

        Raises CdkError.
        """
        # Building the functions' assets needs what pip needs; whatever names an AWS account is left out.
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        environment = mine | safe_environment(self.folder, self.node)
        output = self.folder.cloud_assembly
        arguments = ["--quiet", "--app", f'"{sys.executable}" app.py', "--output", str(output)]
        arguments += ["--context", f"configuration={configuration}"]
        self._run("synth", arguments, environment, REPOSITORY, note)
        return output

    def bootstrap(self, environment: Mapping[str, str], note: Note | None = None) -> None:
        """Make the CDK's own bucket and roles. Raises CdkError."""
        # From an empty folder: a cdk.json would make it synthesize the app first.
        empty = self.folder.scratch / "bootstrap"
        empty.mkdir(parents=True, exist_ok=True)
        self._run("bootstrap", [f"aws://{ISSUER_ACCOUNT}/{REGION}"], environment, empty, note)

    def deploy(
        self, environment: Mapping[str, str], assembly: Path, note: Note | None = None, stacks: Sequence[str] = ALL
    ) -> None:
        """Deploy stacks of a cloud assembly. Raises CdkError."""
        arguments = [*stacks, "--app", str(assembly), "--require-approval", "never", "--progress", "events"]
        self._run("deploy", arguments, environment, self.folder.path, note)

    def destroy(
        self, environment: Mapping[str, str], assembly: Path, note: Note | None = None, stacks: Sequence[str] = ALL
    ) -> None:
        """Destroy stacks of a cloud assembly. Raises CdkError."""
        self._run("destroy", [*stacks, "--app", str(assembly), "--force"], environment, self.folder.path, note)

    def _run(
        self, verb: str, arguments: Sequence[str], environment: Mapping[str, str], directory: Path, note: Note | None
    ) -> None:
        log = self.folder.logs / f"cdk-{verb}.log"
        command = [str(self.node.executable), str(cdk_script()), verb, *arguments, *QUIET_FLAGS]
        running = LoggedCommand(command, environment=environment, working_directory=directory, log=log)
        self._commands.append(running)
        if self._cancelled.is_set():
            running.cancel()
        causes: list[str] = []

        def follow(line: str) -> None:
            # What went wrong stands far above the last lines, which tell of the rollback.
            if "_FAILED" in line:
                causes.append(line[:400])
            _tell(line, note)

        status, end = running.run(follow, LIMIT_SECONDS)
        if status != 0:
            lines = "\n".join(f"    {line}" for line in causes or end)
            raise CdkError(f"cdk {verb} failed (everything it said is in {log}):\n{lines}")


def _tell(line: str, note: Note | None) -> None:
    found = _RESOURCE_LINE.match(line)
    if note is not None and found is not None:
        note(f"{found[1]}/{found[2]} {found['type'].removeprefix('AWS::')}")


def stack_names(assembly: Path) -> list[str]:
    """The stacks of a cloud assembly that go into the account at hand, by name, in the manifest's order.

    A stack that names its account is for another's credentials. Source: AWS CDK, "Cloud assembly schema":
    manifest.json, artifacts of type aws:cloudformation:stack.
    """
    manifest = json.loads((assembly / "manifest.json").read_text())
    return [
        artifact.get("properties", {}).get("stackName", identifier)
        for identifier, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack" and artifact["environment"] == _ANY_ENVIRONMENT
    ]
