"""A job's machine with `jobpass`, which runs on the standard library alone there, and the AWS CLI."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from local import commands
from local.deployment import Deployment
from local.folder import REPOSITORY, write_private
from tests.e2e.programs import SYSTEM_PATH, machine

_START = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from jobpass.command.main import main; sys.exit(main())"


def job_machine(deployment: Deployment, home: Path, block: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job with this home and this block; the commands are in the home's `bin`."""
    commands.install(deployment.embedded.folder, SYSTEM_PATH)
    (home / "bin").mkdir(exist_ok=True)
    # -S: nothing of what is installed here.
    start = shlex.join([sys.executable, "-S", "-c", _START])
    write_private(home / "bin" / "jobpass", f'#!/bin/sh\nexec {start} "$@"\n', mode=0o700)
    path = f"{home / 'bin'}:{deployment.embedded.folder.bin}:{SYSTEM_PATH}"
    return {**machine(deployment, block), "HOME": str(home), "TMPDIR": str(home), "PATH": path, "COLUMNS": "120"}
