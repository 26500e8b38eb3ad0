"""Which Node is taken, and what is said when there is none."""

import json
from pathlib import Path

import pytest

from local import node
from local.folder import REPOSITORY


def program(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(exist_ok=True)
    file = directory / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("version", ["v20.0.0", "v22.3.1", "v101.0.0"])
def test_the_machines_node_is_taken_when_recent_enough(tmp_path: Path, version: str) -> None:
    executable = program(tmp_path, "node", f"echo {version}")
    npm = program(tmp_path, "npm", "")

    assert node.on_machine(str(tmp_path)) == node.Node(executable, (str(npm),))


@pytest.mark.parametrize("text", ["echo v18.20.4", "echo v9.9.9", "echo nonsense", "exit 1", "echo"])
def test_one_that_is_too_old_or_broken_is_not(tmp_path: Path, text: str) -> None:
    program(tmp_path, "node", text)
    program(tmp_path, "npm", "")

    assert node.on_machine(str(tmp_path)) is None


@pytest.mark.parametrize("name", ["node", "npm"])
def test_one_without_the_other_is_not_enough(tmp_path: Path, name: str) -> None:
    program(tmp_path, name, "echo v22.0.0")

    assert node.on_machine(str(tmp_path)) is None


def test_a_failing_installation_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = program(tmp_path, "python", "echo no matching distribution >&2; exit 1")
    monkeypatch.setattr("sys.executable", str(python))

    with pytest.raises(node.NodeError, match=r"install Node 20 or later(.|\n)*no matching distribution"):
        node.from_pypi(tmp_path / "node-home")


def test_packages_are_installed_once_per_lock(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    npm = program(tmp_path / "bin", "npm", f'echo "$@" >> "{calls}"; mkdir -p "{tmp_path}/node_modules"')
    chosen = node.Node(tmp_path / "bin" / "node", (str(npm),))
    lock = tmp_path / "package-lock.json"

    lock.write_text("one")
    node.install_packages(chosen, tmp_path)
    node.install_packages(chosen, tmp_path)
    assert len(calls.read_text().splitlines()) == 1

    lock.write_text("two")
    node.install_packages(chosen, tmp_path)
    assert len(calls.read_text().splitlines()) == 2
    assert "--ignore-scripts" in calls.read_text()


def test_a_failing_npm_is_reported_and_tried_again(tmp_path: Path) -> None:
    npm = program(tmp_path / "bin", "npm", "echo E404 >&2; exit 1")
    chosen = node.Node(tmp_path / "bin" / "node", (str(npm),))
    (tmp_path / "package-lock.json").write_text("one")

    for _ in range(2):
        with pytest.raises(node.NodeError, match="E404"):
            node.install_packages(chosen, tmp_path)


def test_the_lock_pins_the_command_line_by_hash_and_names_no_registry() -> None:
    wanted = json.loads((REPOSITORY / "package.json").read_text())["devDependencies"]
    packages = json.loads((REPOSITORY / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}

    assert wanted == {"aws-cdk": "2.1148.1"}
    assert installed["node_modules/aws-cdk"]["version"] == "2.1148.1"
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert all("resolved" not in package for package in installed.values())
