"""A function's deployment package: its sources and its locked libraries, as one directory of pure Python."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "lambda_src" / "jobpass_issuer"
BUILD = ROOT / ".build"
PYTHON_VERSION = "3.13"

# Part of every digest: raise it when the same inputs shall give other bytes.
_RECIPE = "1"
_COMPILED = frozenset({".so", ".pyd", ".dylib", ".dll"})
_UNUSED_DIRECTORIES = frozenset({"__pycache__", "bin", "test", "tests"})
# What attribution asks for; the rest of a dist-info names the machine that installed it.
_KEPT_METADATA = ("METADATA", "LICENSE", "LICENCE", "NOTICE", "COPYING", "AUTHORS", "licenses")
_SAME_TIME = (315_532_800, 315_532_800)  # 1980-01-01, the first day that a zip file can name


class AssetError(Exception):
    """A package cannot be built; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A built package: a directory to upload, and a digest that changes whenever its bytes do."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class FunctionAsset:
    """What goes into the package of one function.

    `services` are the AWS services whose descriptions botocore keeps, `files` what is added at the package's root;
    `locks` is where the function's hash-pinned libraries are listed.
    """

    function: str
    services: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    locks: Path = ROOT / "requirements"

    @property
    def requirements(self) -> Path:
        """The function's hash-pinned libraries."""
        return self.locks / f"function-{self.function}.txt"

    def build(self, directory: Path = BUILD) -> Package:
        """Return the package, from the directory where the same inputs have been built before.

        Equal inputs give equal bytes, and two builds at once do not disturb each other. The network is needed only
        where the locked libraries are not there yet.

        Raises:
            AssetError: pip cannot get the libraries, or one of them is not pure Python.
        """
        libraries = _built(directory, f"{self.function}-libraries", self._libraries_digest(), self._install)
        digest = _digest([libraries.name.encode(), *self._contents()])

        def assemble(target: Path) -> None:
            shutil.copytree(libraries, target, dirs_exist_ok=True, copy_function=_link_or_copy)
            for name, content in self._own_files():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(content)

        return Package(_built(directory, self.function, digest, assemble), digest)

    def _libraries_digest(self) -> str:
        return _digest([_RECIPE.encode(), self.requirements.read_bytes(), " ".join(self.services).encode()])

    def _own_files(self) -> Iterator[tuple[str, bytes]]:
        """The function's sources and files in a fixed order. Presets are read at synth only, so they stay behind."""
        for path in sorted(SOURCE.rglob("*.py")):
            yield path.relative_to(SOURCE.parent).as_posix(), path.read_bytes()
        yield from sorted(self.files.items())

    def _contents(self) -> Iterator[bytes]:
        for name, content in self._own_files():
            yield name.encode()
            yield content

    def _install(self, target: Path) -> None:
        # The pins come with hashes and without resolution; `any` leaves only wheels that run on every architecture.
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:"),
            *("--platform", "any", "--python-version", PYTHON_VERSION, "--target", str(target)),
            *("--requirement", str(self.requirements)),
        ]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            raise AssetError(
                f"pip could not install {self.requirements.name} for the {self.function} function; "
                f"it needs PyPI the first time, and pure-Python wheels only:\n{finished.stderr.strip()}"
            )
        _trim(target, self.services)
        _refuse_compiled(target, self.function)


def _digest(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:16]


def _built(directory: Path, name: str, digest: str, fill: Callable[[Path], None]) -> Path:
    """Return `<name>-<digest>`, filled once: what appears under that name is complete."""
    target = directory / f"{name}-{digest}"
    if target.is_dir():
        return target
    directory.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=directory))
    try:
        fill(draft)
        _settle(draft)
        # Whoever comes second finds the same bytes there already.
        with contextlib.suppress(OSError):
            draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if not target.is_dir():
        raise AssetError(f"{target} could not be written")
    return target


def _link_or_copy(source: str, target: str) -> str:
    """Share the libraries' files between packages, so that a new one costs the disk its own sources only."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _trim(root: Path, services: tuple[str, ...]) -> None:
    """Remove what no function of ours reads, so that packages are small and equal wherever they are built."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _UNUSED_DIRECTORIES:
            shutil.rmtree(path)
    for metadata in root.glob("*.dist-info"):
        for path in metadata.iterdir():
            if not path.name.startswith(_KEPT_METADATA):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for description in (root / "botocore" / "data").glob("*/"):
        if description.name not in services:
            shutil.rmtree(description)
    for examples in (root / "botocore" / "data").rglob("examples-1.json*"):
        examples.unlink()


def _refuse_compiled(root: Path, function: str) -> None:
    compiled = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in _COMPILED]
    if compiled:
        raise AssetError(
            f"the {function} function's libraries hold compiled code ({', '.join(sorted(compiled))}), which runs on "
            f"one architecture only: choose libraries that are pure Python in requirements/function-{function}.in"
        )


def _settle(root: Path) -> None:
    """Give everything the same times and permissions, which the umask of a machine would otherwise decide."""
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, _SAME_TIME)
