"""The oldest Python that jobs may have, found on this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

OLDEST = (3, 9)
_VERSION = ".".join(map(str, OLDEST))


def oldest() -> str:
    """Return an interpreter of the oldest version; without one the test is skipped, but fails in CI."""
    found = next((path for path in _candidates() if _runs(path)), None)
    if found is None:
        reason = f"this machine has no Python {_VERSION}: what jobs run is not tested on it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def _candidates() -> Iterator[str]:
    yield shutil.which(f"python{_VERSION}") or ""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from map(str, sorted(versions.glob(f"{_VERSION}*/bin/python")))
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        yield _output(uv, "python", "find", "--offline", "--no-project", _VERSION)


def _runs(path: str) -> bool:
    """Whether it is one: pyenv puts names on the path behind which there is no interpreter."""
    return bool(path) and _output(path, "-c", "import sys, venv; print(sys.version_info[:2])") == str(OLDEST)


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.strip()
    except OSError:
        return ""
