"""Programs of other projects, run as on a job's machine: the way to AWS and the issuer, the job's block, no more."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from local.deployment import Deployment

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
LIMIT_SECONDS = 120.0
# Credentials of the account's root, which a job's machine has not.
OPERATORS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})


class Ran(NamedTuple):
    """How a program ended."""

    returncode: int
    stdout: str
    stderr: str


def machine(deployment: Deployment, block: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a job: what it takes to reach AWS and issuer, then the block that the registration gave."""
    reaching = deployment.embedded.variables()
    reaching = {name: value for name, value in reaching.items() if name not in OPERATORS}
    return {"PATH": SYSTEM_PATH, "HOME": "/nonexistent", "LANG": "C.UTF-8", **reaching, **(block or {})}


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    *,
    directory: Path | None = None,
    text: str = "",
    limit_seconds: float = LIMIT_SECONDS,
) -> Ran:
    """Run a program with exactly this environment and this text as its input.

    Raises TimeoutError, the program and whatever it started ended, when it takes longer than the limit.
    """
    child = subprocess.Popen(
        [str(word) for word in command],
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with child:
        try:
            stdout, stderr = child.communicate(text, limit_seconds)
        except subprocess.TimeoutExpired:
            # The group that it leads: what it started keeps its pipes open, though it may have ended itself.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            raise TimeoutError(f"{command[0]} took longer than {limit_seconds} s") from None
    return Ran(child.returncode, stdout, stderr)
