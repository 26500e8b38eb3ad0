"""Compiled modules for the Python that Lambda runs, made where an interpreter of that version is at hand.

Lambda's folder of a function cannot be written to: what comes without compiled modules is compiled anew by each cold
start. Only an interpreter of the same minor version can make them.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

PYTHON_VERSION = "3.13"
# Where Lambda unpacks a function ("Lambda runtimes": LAMBDA_TASK_ROOT), which tracebacks then name.
_TASK_ROOT = "/var/task"
_WITHOUT = (
    f"No Python {PYTHON_VERSION} is at hand, so the functions are deployed without compiled modules: each cold start "
    f"compiles them first, which more than doubles it. To deploy them compiled, have python{PYTHON_VERSION} on PATH."
)


@dataclass(frozen=True, slots=True)
class Precompiler:
    """An interpreter, and its full version, which the compiled bytes depend on."""

    python: str
    version: str

    @classmethod
    def of(cls, python: str) -> Self | None:
        """Return an interpreter with its version, or None where it does not run."""
        asked = "import platform; print(platform.python_implementation(), platform.python_version())"
        try:
            ran = subprocess.run([python, "-I", "-S", "-c", asked], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return cls(python, ran.stdout.strip())

    def compile(self, root: Path) -> None:
        """Put compiled modules beside all sources of a directory, equal ones for equal sources wherever it lies.

        Nobody checks whether they are stale: a zip file keeps times to two seconds.
        """
        command = [
            *(self.python, "-P", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(root), "-p", _TASK_ROOT, str(root)),
        ]
        # The order of a set that is a constant follows the seed. A library may hold a module that cannot be compiled,
        # such as a template; it then cannot be imported either.
        environment = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PATH": os.defpath}
        subprocess.run(command, env=environment, cwd="/", capture_output=True, check=False)


@cache
def for_lambda() -> Precompiler | None:
    """Return an interpreter of Lambda's version: this one or the one on PATH, or None where there is neither."""
    named = shutil.which(f"python{PYTHON_VERSION}")
    for python in (sys.executable, *([named] if named else [])):
        found = Precompiler.of(python)
        if found and found.version.startswith(f"CPython {PYTHON_VERSION}."):
            return found
    return None


def main() -> None:
    """Tell who deploys what a cold start will cost, where no interpreter of Lambda's version is at hand."""
    if for_lambda() is None:
        print(_WITHOUT, file=sys.stderr)


if __name__ == "__main__":
    main()
