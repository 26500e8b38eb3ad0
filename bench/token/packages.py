"""The packages that are measured: Jobpass's own as it is deployed, and the baseline's, precompiled likewise."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.function_asset import FunctionAsset

REPOSITORY = Path(__file__).resolve().parents[2]
BASELINE = REPOSITORY / "bench" / "baseline"
ENVIRONMENT = REPOSITORY / ".local" / "bench-baseline"
# What an environment holds beside the libraries that its requirements name.
_NOT_OF_IT = shutil.ignore_patterns("pip", "pip-*", "setuptools*", "pkg_resources", "_distutils_hack", "*.pth", "*.pyc")


class PackageError(Exception):
    """A package cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that runs the functions, and what it calls its own compiled files."""

    python: Path
    version: str
    cache_tag: str

    @classmethod
    def of_baseline(cls) -> "Interpreter":
        """Return the one that the baseline's environment was made with.

        Raises:
            PackageError: the environment is not there.
        """
        python = (ENVIRONMENT / "bin" / "python").resolve()
        if not python.exists():
            raise PackageError("the baseline's libraries are not installed: run `make bench`, which installs them")
        asked = "import platform, sys; print(platform.python_version(), sys.implementation.cache_tag)"
        ran = subprocess.run([python, "-I", "-S", "-c", asked], capture_output=True, text=True, check=True)
        return cls(python, *ran.stdout.split())

    def compile(self, folder: Path, *, recursive: bool = True) -> None:
        """Put compiled files beside all sources of a folder, of which nobody checks whether they are stale.

        The zip of a package keeps times to two seconds, and Lambda's folder cannot be written to: files that name the
        time of their source would be compiled anew by each start.
        """
        options = ["-q", "--invalidation-mode", "unchecked-hash", *([] if recursive else ["-l", "-f"])]
        command: list[str | Path] = [self.python, "-m", "compileall", *options, folder]
        subprocess.run(command, check=False, capture_output=True)


def built_token_package(standing: Mapping[str, Any]) -> Path:
    """Return the token function's package as the deployment builds it."""
    content = json.dumps(standing, separators=(",", ":"), sort_keys=True).encode()
    return FunctionAsset("token", (), {"standing.json": content}).build().path


def runnable(package: Path, target: Path, interpreter: Interpreter) -> Path:
    """Return a copy of a package that has compiled files for the interpreter, made here where they are for another."""
    shutil.copytree(package, target)
    if not any(target.rglob(f"*.{interpreter.cache_tag}.pyc")):
        interpreter.compile(target)
    return target


def with_standing(package: Path, standing: Mapping[str, Any], target: Path) -> Path:
    """Return a copy of a package for another deployment."""
    shutil.copytree(package, target)
    (target / "standing.json").unlink()
    (target / "standing.json").write_text(json.dumps(standing))
    return target


def baseline_package(standing: Mapping[str, Any], target: Path, interpreter: Interpreter) -> Path:
    """Make the baseline's package: its libraries, whole, its handler, and the same deployment."""
    shutil.copytree(_baseline_libraries(interpreter), target)
    for name in ("token_function", "bare"):
        shutil.copy(BASELINE / f"{name}.py", target)
    (target / "standing.json").write_text(json.dumps(standing))
    interpreter.compile(target, recursive=False)
    return target


def _baseline_libraries(interpreter: Interpreter) -> Path:
    """Return the baseline's libraries, compiled once for as long as their environment is the same."""
    compiled = ENVIRONMENT / "compiled"
    if not compiled.is_dir():
        (libraries,) = ENVIRONMENT.glob("lib/python*/site-packages")
        draft = Path(tempfile.mkdtemp(dir=ENVIRONMENT)) / "compiled"
        interpreter.compile(shutil.copytree(libraries, draft, ignore=_NOT_OF_IT))
        draft.rename(compiled)
        draft.parent.rmdir()
    return compiled


def unpacked_bytes(package: Path) -> int:
    """Return how much Lambda counts of it: the sizes of its files."""
    return sum(path.stat().st_size for path in package.rglob("*") if path.is_file())


def versions(package: Path) -> dict[str, str]:
    """Return the libraries of a package by name."""
    found = (path.name.removesuffix(".dist-info").rpartition("-") for path in package.glob("*.dist-info"))
    return {name.lower().replace("_", "-"): version for name, _, version in sorted(found)}
