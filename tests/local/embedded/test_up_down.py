"""`python -m local`: what it says and leaves when there is nothing, or already something."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import __main__ as command
from local import emulator, proxy
from local.folder import REPOSITORY, Folder
from local.process import Process, clean_environment, start

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def left_running(folder: Folder, name: str, pid_file: Path) -> Process:
    return start(
        name,
        SLEEP,
        environment=clean_environment(),
        working_directory=folder.path,
        log=folder.logs / "x.log",
        pid_file=pid_file,
        attached=False,
    )


def test_nothing_running_is_told_by_status_and_down(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.status(folder) == 3
    assert command.down(folder) == 0

    assert "nothing was running" in capsys.readouterr().out


def test_up_refuses_when_it_is_already_up(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    running = left_running(folder, "emulator", emulator.pid_file(folder))
    try:
        assert command.up(folder, folder.path / "no-configuration.yaml") == 1
        assert "already up" in capsys.readouterr().out
        assert running.is_running()
    finally:
        running.stop()


def test_down_stops_what_is_recorded_and_removes_the_exports(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    running = [
        left_running(folder, "emulator", emulator.pid_file(folder)),
        left_running(folder, "proxy", proxy.pid_file(folder)),
    ]
    folder.env.write_text("export X=1")

    assert command.down(folder) == 0

    assert [process.is_running() for process in running] == [False, False]
    assert not folder.env.exists()
    assert "stopped: emulator, proxy" in capsys.readouterr().out


def test_an_expected_failure_is_one_message_without_a_traceback(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.prepare()
    with folder.lock():
        answer = subprocess.run(
            [sys.executable, "-m", "local", "up", "--folder", str(tmp_path)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

    assert answer.returncode == 1
    assert "another run is using" in answer.stderr
    assert "Traceback" not in answer.stderr
