"""A function's deployment package: its sources and its locked libraries, as one directory of pure Python."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.built_directory import built, link_or_copy
from infra.precompiler import PYTHON_VERSION, Precompiler, for_lambda

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "lambda_src" / "jobpass_issuer"
BUILD = ROOT / ".build"

# Part of every digest: raise it when the same inputs shall give other bytes.
_RECIPE = "2"
_COMPILED = frozenset({".so", ".pyd", ".dylib", ".dll"})
_UNUSED_DIRECTORIES = frozenset({"__pycache__", "bin", "test", "tests"})
# What attribution asks for; the rest of a dist-info names the machine that installed it.
_KEPT_METADATA = ("METADATA", "LICENSE", "LICENCE", "NOTICE", "COPYING", "AUTHORS", "licenses")
# What is used of libraries whose other parts outweigh it many times: the functions log and count, and what does that
# imports the rest of these by itself. Tests hold that nothing kept asks for something that is not.
_KEPT_PARTS = {
    "aws_lambda_powertools": frozenset(
        {
            *("__init__.py", "py.typed", "package_logger.py", "exceptions", "warnings", "shared"),
            *("logging", "metrics", "tracing", "utilities"),
        }
    ),
    "aws_lambda_powertools/utilities": frozenset({"__init__.py", "jmespath_utils"}),
}


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
    `locks` is where the function's hash-pinned libraries are listed; `precompiler` compiles modules, where it is given.
    """

    function: str
    services: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    locks: Path = ROOT / "requirements"
    precompiler: Precompiler | None = field(default_factory=for_lambda)

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
        libraries = built(directory, f"{self.function}-libraries", self._libraries_digest(), self._install)
        sources = built(directory, "sources", self._sources_digest(), self._copy_sources)
        digest = _digest([libraries.name.encode(), sources.name.encode(), *_contents(sorted(self.files.items()))])

        def assemble(target: Path) -> None:
            for part in (libraries, sources):
                shutil.copytree(part, target, dirs_exist_ok=True, copy_function=link_or_copy)
            for name, content in self.files.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(content)

        return Package(built(directory, self.function, digest, assemble), digest)

    def _libraries_digest(self) -> str:
        return _digest([*self._made_by(), self.requirements.read_bytes(), " ".join(self.services).encode()])

    def _sources_digest(self) -> str:
        return _digest([*self._made_by(), *_contents(_sources())])

    def _made_by(self) -> tuple[bytes, bytes]:
        return _RECIPE.encode(), self.precompiler.version.encode() if self.precompiler else b""

    def _copy_sources(self, target: Path) -> None:
        for name, content in _sources():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
        self._compile(target)

    def _compile(self, target: Path) -> None:
        if self.precompiler:
            self.precompiler.compile(target)

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
        self._compile(target)


def _sources() -> Iterator[tuple[str, bytes]]:
    """The functions' sources in a fixed order. Presets are read at synth only, so they stay behind."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE.parent).as_posix(), path.read_bytes()


def _contents(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    for name, content in files:
        yield name.encode()
        yield content


def _digest(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:16]


def _trim(root: Path, services: tuple[str, ...]) -> None:
    """Remove what no function of ours reads, so that packages are small and equal wherever they are built."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _UNUSED_DIRECTORIES:
            shutil.rmtree(path)
    _leave_unused_parts_out(root)
    for metadata in root.glob("*.dist-info"):
        for path in metadata.iterdir():
            if not path.name.startswith(_KEPT_METADATA):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for description in (root / "botocore" / "data").glob("*/"):
        if description.name not in services:
            shutil.rmtree(description)
    for examples in (root / "botocore" / "data").rglob("examples-1.json*"):
        examples.unlink()


def _leave_unused_parts_out(root: Path) -> None:
    for folder, kept in _KEPT_PARTS.items():
        for path in (root / folder).glob("*"):
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _refuse_compiled(root: Path, function: str) -> None:
    compiled = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in _COMPILED]
    if compiled:
        raise AssetError(
            f"the {function} function's libraries hold compiled code ({', '.join(sorted(compiled))}), which runs on "
            f"one architecture only: choose libraries that are pure Python in requirements/function-{function}.in"
        )
