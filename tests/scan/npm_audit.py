"""What the npm registry knows of the locked npm packages."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Looked(NamedTuple):
    """What came of a look-up: how many packages were asked about, what is known of them, and why if none was."""

    packages: int
    vulnerable: Sequence[str]
    unasked: str | None


def look_up(npm: Sequence[str], lock: Path) -> Looked:
    """Ask about every package of a lock; nothing is installed, and nothing of the folder is changed."""
    packages = len([name for name in json.loads(lock.read_text("utf-8"))["packages"] if name])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock.with_name(name), folder)
        first = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", "")))
        done = subprocess.run(
            [*npm, "audit", "--package-lock-only", "--json", "--loglevel=error"],
            cwd=folder,
            env={**os.environ, "PATH": first},
            capture_output=True,
            text=True,
            check=False,
        )
    return read(done.stdout, packages)


def read(told: str, packages: int) -> Looked:
    """Read npm's report of a lock of so many packages."""
    try:
        report = json.loads(told)
    except ValueError:
        report = None
    if not isinstance(report, dict) or not isinstance(report.get("vulnerabilities"), dict):
        return Looked(0, [], "the npm registry at hand answers no question about vulnerabilities")
    known = [f"{name}: {each.get('severity', 'unknown')}" for name, each in sorted(report["vulnerabilities"].items())]
    return Looked(packages, known, None)
