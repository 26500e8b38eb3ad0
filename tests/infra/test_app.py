"""`app.py`, as the CDK CLI runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.infra.conftest import ROOT
from tests.infra.template import Template


def test_another_process_writes_the_same_template(example: Template, tmp_path: Path) -> None:
    finished = _run(tmp_path, {"PYTHONHASHSEED": "1"})
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "jobpass.template.json").read_bytes() == example.path.read_bytes()
    assert (tmp_path / "jobpass.assets.json").read_bytes() == (example.directory / "jobpass.assets.json").read_bytes()


def test_mistakes_in_the_configuration_are_told_without_a_traceback(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: Not A Name\nprofile: {}\n", "utf-8")
    finished = _run(tmp_path / "out", {"CDK_CONTEXT_JSON": json.dumps({"configuration": str(broken)})})
    assert finished.returncode == 1
    assert "broken.yaml" in finished.stderr
    assert "name" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not list((tmp_path / "out").glob("*.template.json"))


def test_a_configuration_that_is_not_there_is_told_without_a_traceback(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.yaml")
    finished = _run(tmp_path / "out", {"CDK_CONTEXT_JSON": json.dumps({"configuration": absent})})
    assert finished.returncode == 1
    assert "absent.yaml" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_cdk_runs_the_checkouts_own_python() -> None:
    settings = json.loads((ROOT / "cdk.json").read_text("utf-8"))
    assert settings["app"] == ".venv/bin/python app.py"


def _run(directory: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the app as a process of its own, with no AWS credentials or Region to be had."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**kept, **environment, "CDK_OUTDIR": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
