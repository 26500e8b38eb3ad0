"""The npm packages whose clients the tests run, as tests/clients/package-lock.json pins them, and their runtimes."""

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import node
from local.folder import REPOSITORY

DIRECTORY = REPOSITORY / "tests" / "clients"


@dataclass(frozen=True)
class NpmPackages:
    """Installed packages and the three runtimes that run what is in them."""

    modules: Path
    node: Path
    deno: Path
    bun: Path

    def script(self, directory: Path, name: str, text: str) -> Path:
        """Write a script into a directory from which imports find the packages."""
        for entry in ("node_modules", "package.json"):
            link = directory / entry
            if not link.is_symlink():
                link.symlink_to(DIRECTORY / entry)
        file = directory / name
        file.write_text(text)
        return file


def installed() -> NpmPackages:
    """The packages, installed when they are not there yet; raises node.NodeError when npm fails."""
    found = node.prepare()
    node.install_packages(found, DIRECTORY)
    modules = DIRECTORY / "node_modules"
    return NpmPackages(modules, found.executable, _executable(modules, "@deno"), _executable(modules, "@oven"))


def _executable(modules: Path, scope: str) -> Path:
    """The runtime in its package for this machine: `deno` and `bun` link to it by install scripts, which do not run.

    npm leaves out the packages for other machines, and bun has several for one.
    """
    name = {"@deno": "deno", "@oven": "bun"}[scope]
    for package in sorted((modules / scope).iterdir(), key=lambda each: (len(each.name), each.name)):
        for candidate in (package / name, package / "bin" / name):
            if candidate.is_file():
                candidate.chmod(0o755)
                if shutil.which(str(candidate)) is not None:
                    return candidate
    raise node.NodeError(f"npm installed no {name} that runs on {platform.system()} {platform.machine()}")
