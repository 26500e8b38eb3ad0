"""`python -m local.demo` as a program: what it prints, how it ends, and that nothing runs on after it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import process
from local.demo.story import STEPS
from local.folder import REPOSITORY

# A JWS in compact form, and a request token.
SECRET_SHAPES = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{20,}|\b[0-9a-f]{32}\.[\w-]{43}\b")
LIMIT_SECONDS = 240


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "local.demo", "--folder", str(folder), *arguments]


def pids(folder: Path) -> dict[int, str]:
    """The processes that the folder's pid files name."""
    records = [json.loads(file.read_text()) for file in (folder / "run").glob("*.pid")]
    return {record["pid"]: record["started"] for record in records}


def running(those: dict[int, str]) -> list[int]:
    return [pid for pid, started in those.items() if process.start_time(pid) == started]


def test_json_is_one_object_on_standard_output_and_all_is_well(tmp_path: Path) -> None:
    ran = subprocess.run(
        command(tmp_path, "--json"), cwd=REPOSITORY, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"]] == ["deploy", *(step.name for step in STEPS), "stop"]
    for step in told["steps"]:
        assert set(step) == {"name", "expected", "observed", "ok", "seconds"}
        assert step["observed"] == step["expected"]
    assert "\x1b" not in ran.stderr
    logs = "".join(file.read_text(errors="replace") for file in (tmp_path / "log").iterdir())
    assert not SECRET_SHAPES.findall(ran.stdout + ran.stderr + logs)
    assert not pids(tmp_path)
    assert not (tmp_path / "scratch").exists()


def test_the_shapes_that_are_searched_for_are_those_of_secrets() -> None:
    assert SECRET_SHAPES.search(f'"{"0a" * 16}.{"Az-_" * 10}abc"')
    assert SECRET_SHAPES.search("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0." + "a" * 342)


def test_ctrl_c_ends_with_130_and_stops_everything(tmp_path: Path) -> None:
    demo = subprocess.Popen(command(tmp_path), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        started: dict[int, str] = {}
        deadline = time.monotonic() + LIMIT_SECONDS
        while len(started) < 2 and demo.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
            started = pids(tmp_path)
        assert len(running(started)) == 2
        demo.send_signal(signal.SIGINT)
        printed = demo.communicate(timeout=LIMIT_SECONDS)[0].decode()
    finally:
        demo.kill()
        demo.wait()
    assert demo.returncode == 130
    assert "interrupted; everything that was started is stopped" in printed
    assert "Traceback" not in printed
    assert not running(started)


def test_a_deployment_that_fails_is_a_failed_step_with_its_reason(tmp_path: Path) -> None:
    ran = subprocess.run(
        command(tmp_path, "--json"),
        cwd=REPOSITORY,
        env=os.environ | {"JOBPASS_EMULATOR_PYTHON": str(tmp_path / "nothing")},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert ran.returncode == 1
    told = json.loads(ran.stdout)
    assert [(step["name"], step["ok"]) for step in told["steps"]] == [("deploy", False)]
    assert "run `make setup`" in told["steps"][0]["observed"]
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("arguments", [["--folder"], ["--jsn"]])
def test_an_unknown_argument_is_explained(arguments: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "local.demo", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "usage: python -m local.demo" in ran.stderr
