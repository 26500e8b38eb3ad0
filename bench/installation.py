"""Jobpass as people install it: a wheel, and an environment that holds it and nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from build import ProjectBuilder
from pyproject_hooks import quiet_subprocess_runner

REPOSITORY = Path(__file__).resolve().parents[1]
# What a checkout holds beside its files: environments, caches, and what was built before, which setuptools takes along.
_NOT_OF_IT = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "cdk.out", "build", "dist", "*.egg-info", "*.pyc"
)


class InstallationError(Exception):
    """It cannot be installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A virtual environment; what runs in it sees neither the checkout nor the caller's variables."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def jobpass(self) -> Path:
        """The command, as pip puts it there."""
        return self.folder / "bin" / "jobpass"

    @property
    def packages(self) -> Path:
        """Where its packages are."""
        ran = self.run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        return Path(ran.stdout.strip())

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what a program in it finds in its environment."""
        return {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "HOME": str(self.folder), **(variables or {})}

    def run(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, whatever that is."""
        return subprocess.run(
            command,
            env=self.environment(variables),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def checkout(folder: Path, *, source: Path = REPOSITORY) -> Path:
    """Copy a checkout, so that what is built from it leaves nothing in it, and return the copy."""
    return Path(shutil.copytree(source, folder, ignore=_NOT_OF_IT, symlinks=True))


def built(source: Path, kind: Literal["wheel", "sdist"], folder: Path) -> Path:
    """Build with what is installed here, without a network, and return the file."""
    return Path(ProjectBuilder(source, runner=quiet_subprocess_runner).build(kind, folder))


def installation(wheel: Path, folder: Path, python: str = sys.executable) -> Installation:
    """Make a virtual environment of an interpreter and install a wheel, none of whose dependencies come with it.

    Raises:
        InstallationError: the interpreter makes no environment, or does not take the wheel.
    """
    _succeed([python, "-m", "venv", "--without-pip", str(folder)])
    made = Installation(folder)
    # The pip of this Python serves the other's: that need have none.
    pip = [sys.executable, "-m", "pip", "--python", str(made.python), "--disable-pip-version-check"]
    _succeed([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)])
    return made


def _succeed(command: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    ran = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise InstallationError(f"{' '.join(command)} failed:\n{ran.stdout}{ran.stderr}")
