"""What the clients of other projects run on: the runtimes of the lock file, and a machine without credentials."""

import json
import re
from pathlib import Path

import pytest

from local.deployment import Deployment
from tests.e2e.npm_packages import DIRECTORY, NpmPackages
from tests.e2e.programs import machine, run

PINNED = json.loads((DIRECTORY / "package.json").read_text())["dependencies"]


@pytest.mark.parametrize("runtime", ["deno", "bun"])
def test_the_runtimes_are_those_that_are_pinned(npm: NpmPackages, runtime: str) -> None:
    ran = run([getattr(npm, runtime), "--version"], {"HOME": "/nonexistent"})
    assert PINNED[runtime] in ran.stdout


def test_every_package_is_the_one_that_is_pinned(npm: NpmPackages) -> None:
    installed = {name: json.loads((npm.modules / name / "package.json").read_text())["version"] for name in PINNED}
    assert installed == PINNED


def test_the_lock_has_every_package_by_hash_and_names_no_registry() -> None:
    text = (DIRECTORY / "package-lock.json").read_text()
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in PINNED.values())
    assert {f"node_modules/{name}" for name in PINNED} <= set(packages)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert '"resolved"' not in text
    assert "://" not in re.sub(r'"url": ".*"', "", text)


def test_a_jobs_machine_has_no_credentials(clients: Deployment, tmp_path: Path) -> None:
    names = {line.partition("=")[0] for line in run(["env"], machine(clients)).stdout.splitlines()}
    assert not [name for name in names if "ACCESS_KEY" in name or "SESSION_TOKEN" in name or "PROFILE" in name]


def test_a_program_that_does_not_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="sleep"):
        run(["sleep", "60"], {"PATH": "/usr/bin:/bin"}, limit_seconds=0.2)
