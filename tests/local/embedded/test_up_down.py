"""`python -m local`: what it says and leaves when there is nothing, or already something."""

import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from local import __main__ as command
from local import emulator, process, proxy
from local.cdk import CdkError
from local.deployment import Deployment, after_interruption
from local.folder import REPOSITORY, Folder
from local.process import Process, clean_environment, start
from tests.local.embedded.waiting import gone, text_of

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


def left_by_up(folder: Folder) -> list[Process]:
    """What a start that went well leaves."""
    folder.env.write_text("export X=1")
    (folder.run / "up.json").write_text('{"issuer": "https://issuer.example"}')
    return [
        left_running(folder, "emulator", emulator.pid_file(folder)),
        left_running(folder, "proxy", proxy.pid_file(folder)),
    ]


@pytest.fixture
def no_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that fails at once."""

    def fail(*_: object, **__: object) -> Deployment:
        raise CdkError("no deployment")

    monkeypatch.setattr(command, "deploy", fail)


def test_up_refuses_when_it_is_already_up(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    running = left_by_up(folder)
    try:
        assert command.up(folder, folder.path / "no-configuration.yaml") == 1
        said = capsys.readouterr().out
        assert "already up" in said
        assert f"-m local down --folder {folder.path}`" in said, "`make down` would end another one"
        assert [one.is_running() for one in running] == [True, True]
        assert command.status(folder) == 0
        assert "https://issuer.example" in capsys.readouterr().out
    finally:
        for one in running:
            one.stop()


@pytest.mark.usefixtures("no_deployment")
@pytest.mark.parametrize("missing", ["emulator", "proxy", "env", "up.json"])
def test_up_stops_what_a_killed_start_left_and_starts_anew(
    missing: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    running = left_by_up(folder)
    {
        "emulator": running[0].stop,
        "proxy": running[1].stop,
        "env": folder.env.unlink,
        "up.json": (folder.run / "up.json").unlink,
    }[missing]()

    assert command.status(folder) == 3
    assert "a start that was cut off" in capsys.readouterr().out
    with pytest.raises(CdkError):
        command.up(folder, folder.path / "no-configuration.yaml")

    assert [one.is_running() for one in running] == [False, False]
    assert not folder.env.exists(), "exports that lead to what is no longer there"
    assert not (folder.run / "up.json").exists()


def test_something_else_in_the_place_of_a_pid_file_is_no_process(folder: Folder) -> None:
    emulator.pid_file(folder).mkdir()

    assert command.status(folder) == 3
    assert command.down(folder) == 0

    assert not emulator.pid_file(folder).exists()


# `up` with a deployment that is two processes which take their time to end, and no stack.
SLOW_UP = """
import sys, time
from pathlib import Path
from unittest.mock import patch
from local import __main__ as command, certificates, emulator, proxy
from local.deployment import EmbeddedAws
from local.process import clean_environment, start

DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]

def deploy(configuration, folder, stages, *, attached):
    folder.prepare()
    def one(name, pid_file):
        return start(name, DEAF, environment=clean_environment(), working_directory=folder.path,
                     log=folder.logs / f"{name}.log", pid_file=pid_file, attached=attached)
    both = one("proxy", proxy.pid_file(folder)), one("emulator", emulator.pid_file(folder))
    running = EmbeddedAws(folder, certificates.make(folder.tls, ()), 1, 2, (), both)
    try:
        print("started", flush=True)
        time.sleep(60)
    finally:
        running.stop()

with patch.object(command, "deploy", deploy):
    sys.argv[1:] = ["up", "--folder", sys.argv[1]]
    sys.exit(command.main())
"""


@pytest.mark.parametrize(("first", "second"), list(product([signal.SIGINT, signal.SIGTERM], repeat=2)))
def test_an_impatient_second_signal_leaves_nothing_running(
    first: signal.Signals, second: signal.Signals, tmp_path: Path
) -> None:
    folder, log = Folder(tmp_path / "state"), tmp_path / "said"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [sys.executable, "-c", SLOW_UP, str(folder.path)], cwd=REPOSITORY, stdout=output, stderr=output
        )
    try:
        assert "started" in text_of(log)
        left = [process.recover(file) for file in (emulator.pid_file(folder), proxy.pid_file(folder))]
        up.send_signal(first)
        for _ in range(3):
            time.sleep(0.15)
            up.send_signal(second)
        status = up.wait(20)
    finally:
        up.kill()
        up.wait()

    assert status == 128 + first
    assert [one is not None and gone(one.pid, 0) for one in left] == [True, True]
    assert [file.name for file in folder.run.iterdir()] == ["lock"]
    said = log.read_text()
    assert ("everything that was started is stopped" in said) == (first == signal.SIGINT)
    assert "Traceback" not in said


def test_an_interruption_does_not_claim_that_what_runs_is_stopped(folder: Folder) -> None:
    running = left_by_up(folder)
    try:
        assert after_interruption(folder) == (
            f"interrupted; still running: emulator (process {running[0].pid}), proxy (process {running[1].pid})"
        )
    finally:
        for one in running:
            one.stop()
    assert after_interruption(folder) == "interrupted; everything that was started is stopped"


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
