"""The seam starts on the ministack that it was made for and on no other, and says what to do."""

import os
import subprocess
from pathlib import Path

import pytest

from local.seam.ministack_parts import PARTS, PINNED_VERSION
from tests.local.conftest import ROOT, emulator_python


def start(*arguments: str, beside: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the emulator with `beside` before everything else on its path; it must stop by itself."""
    path = str(ROOT) if beside is None else f"{beside}{os.pathsep}{ROOT}"
    return subprocess.run(
        [emulator_python(), "-m", "local.seam", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "BIND_HOST": "127.0.0.1"} | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def pretend(folder: Path, version: str) -> None:
    """Put distribution metadata of another version where it is found first."""
    metadata = folder / f"ministack-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ministack\nVersion: {version}\n")


def test_another_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    pretend(tmp_path, "1.5.34")

    stopped = start(beside=tmp_path)

    assert stopped.returncode == 2
    assert f"needs ministack {PINNED_VERSION}; found: 1.5.34" in stopped.stderr
    assert "Remedy:" in stopped.stderr


@pytest.mark.parametrize("module", sorted(PARTS))
def test_a_part_that_has_moved_is_named(module: str, tmp_path: Path) -> None:
    """A module that ministack would import is replaced by an empty one."""
    hide = tmp_path / "sitecustomize.py"
    hide.write_text(f"import sys, types\nsys.modules[{module!r}] = types.ModuleType({module!r})\n")

    stopped = start(beside=tmp_path)

    assert stopped.returncode == 2
    assert f"{module}.{PARTS[module][0]}" in stopped.stderr
    assert "Remedy:" in stopped.stderr


def test_ministack_finds_no_second_port_to_listen_on() -> None:
    imports = "import local.seam.__main__ as seam, ministack.app as app"
    asked = "; ".join((imports, "{install}", "print(app._port_is_bindable('127.0.0.1', 0))"))
    answers = [
        subprocess.run(
            [emulator_python(), "-c", asked.format(install=install)],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout.strip()
        for install in ("None", "seam.install()")
    ]

    assert answers == ["True", "False"]


def test_arguments_are_refused_since_ministacks_own_would_start_it_without_the_seam() -> None:
    stopped = start("--detach")

    assert stopped.returncode == 2
    assert "python -m local.seam" in stopped.stderr


@pytest.mark.parametrize("seconds", ["-1", "1.5", "soon", ""])
def test_a_cache_time_that_is_none_is_refused(seconds: str) -> None:
    stopped = start(JOBPASS_LOCAL_JWKS_CACHE_SECONDS=seconds)

    assert stopped.returncode == 2
    assert "JOBPASS_LOCAL_JWKS_CACHE_SECONDS must be a whole number of seconds" in stopped.stderr
