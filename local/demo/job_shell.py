"""The job's shell: bash with what a job's machine has, and nothing of the platform's or ours."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local import commands
from local.demo.scene import Scene

GUIDE = Path(__file__).with_name("semaphore.sh")
PLACEHOLDER = "<>"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
LIMIT_SECONDS = 60.0
_ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
# How the AWS CLI words a refusal, whatever it puts before it.
_REFUSAL = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation(?: \([^)]*\))?: (.*)")
# Where AWS is and whom to trust: no credentials among them, and no proxy, since AWS answers on loopback itself.
_REACHING = (
    "AWS_ENDPOINT_URL",
    "AWS_CA_BUNDLE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_PAGER",
)


@dataclass(frozen=True)
class Ran:
    """How a script ended."""

    status: int
    output: str
    errors: str

    @property
    def refusal(self) -> str:
        """The first refusal of AWS that the script met, as `code on operation: text`, or else its last words."""
        found = _REFUSAL.search(self.errors)
        if found:
            return f"{found[1]} on {found[2]}: {found[3].strip()}"
        return f"status {self.status}: {self.errors.strip()[-300:]}"


def guide_commands(role_arn: str) -> str:
    """The guide's commands with the role's ARN put in; raises ValueError for what is no role's ARN."""
    if _ROLE_ARN.fullmatch(role_arn) is None:
        raise ValueError(f"not the ARN of a role: {role_arn}")
    return GUIDE.read_text().replace(f'"{PLACEHOLDER}"', f'"{role_arn}"')


def environment(scene: Scene) -> dict[str, str]:
    """What the job's machine has before the job gets its token."""
    folder = scene.deployment.embedded.folder
    commands.install(folder, SYSTEM_PATH)
    reaching = scene.deployment.embedded.variables()
    return {
        **{name: reaching[name] for name in _REACHING},
        "PATH": f"{folder.bin}:{SYSTEM_PATH}",
        "HOME": str(folder.scratch),
        "LANG": "C.UTF-8",
    }


def run(script: str, variables: Mapping[str, str]) -> Ran:
    """Run a script in a bash of its own; its secrets come as variables, so that they are in no argument of ours.

    The guide's own command puts the ID token into an argument of `aws`, for as long as that runs.
    Raises TimeoutError after a minute. Whatever ends the wait, Ctrl-C too, ends the script and all that it started.
    """
    with subprocess.Popen(
        [shutil.which("bash") or "/bin/bash", "--noprofile", "--norc", "-c", script],
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            output, errors = child.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"the job's shell took longer than {LIMIT_SECONDS:.0f} s") from None
        finally:
            if child.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
    return Ran(child.returncode, output, errors)
