"""Processes are known again for sure, and end with everything they started."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.folder import REPOSITORY, Folder
from local.process import Process, clean_environment, recover, start
from tests.local.embedded.waiting import gone, text_of

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# Starts a child of its own, says both numbers, and lives on.
FAMILY = [
    sys.executable,
    "-c",
    """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
""",
]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)",
]


def started(folder: Folder, command: list[str], *, attached: bool = True) -> Process:
    return start(
        "sleeper",
        command,
        environment=clean_environment(),
        working_directory=folder.path,
        log=folder.logs / "sleeper.log",
        pid_file=folder.run / "sleeper.pid",
        attached=attached,
    )


@pytest.mark.parametrize("attached", [True, False])
def test_stopping_ends_the_process_and_its_children(folder: Folder, attached: bool) -> None:
    process = started(folder, FAMILY, attached=attached)
    family = [int(word) for word in text_of(folder.logs / "sleeper.log").split()]

    process.stop()

    assert [pid for pid in (process.pid, *family) if not gone(pid)] == []
    assert not process.pid_file.exists()


@pytest.mark.parametrize("attached", [True, False])
def test_a_process_that_ignores_sigterm_is_ended_too(folder: Folder, attached: bool) -> None:
    process = started(folder, DEAF, attached=attached)
    text_of(folder.logs / "sleeper.log")

    process.stop(grace_seconds=0.3)

    assert gone(process.pid)


def test_stopping_twice_is_harmless(folder: Folder) -> None:
    process = started(folder, SLEEP)

    process.stop()
    process.stop()

    assert not process.is_running()


def test_children_of_a_process_that_died_by_itself_are_ended(folder: Folder) -> None:
    process = started(folder, FAMILY, attached=False)
    leader, child = (int(word) for word in text_of(folder.logs / "sleeper.log").split())
    os.kill(leader, signal.SIGKILL)
    assert gone(leader) or not process.is_running()

    process.stop()

    assert gone(child)


def starter(folder: Folder, *, attached: bool) -> str:
    """A program that starts a family in a folder, and waits."""
    return (
        "import sys, time\nfrom pathlib import Path\nfrom local.folder import Folder\n"
        "from local.process import start, clean_environment\n"
        f"f = Folder(Path({str(folder.path)!r}))\n"
        f"p = start('sleeper', {FAMILY!r}, environment=clean_environment(), working_directory=f.path,"
        f" log=f.logs / 'sleeper.log', pid_file=f.run / 'sleeper.pid', attached={attached})\n"
        "print(p.pid, flush=True)\ntime.sleep(60)"
    )


def start_and_kill_starter(folder: Folder, *, attached: bool) -> list[int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", starter(folder, attached=attached)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    leader = int(parent.stdout.readline())
    family = [int(word) for word in text_of(folder.logs / "sleeper.log").split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    return [leader, *family]


def test_what_is_attached_ends_when_its_starter_is_killed(folder: Folder) -> None:
    pids = start_and_kill_starter(folder, attached=True)

    assert [pid for pid in pids if not gone(pid)] == []


def test_what_is_not_attached_outlives_its_starter_and_is_found_again(folder: Folder) -> None:
    pids = start_and_kill_starter(folder, attached=False)

    found = recover(folder.run / "sleeper.pid")

    assert found is not None
    assert found.pid == pids[0]
    found.stop()
    assert [pid for pid in pids if not gone(pid)] == []


def test_another_process_with_the_recorded_number_is_left_alone(folder: Folder) -> None:
    stranger = started(folder, SLEEP)
    record = folder.run / "old.pid"
    record.write_text(json.dumps({"name": "emulator", "pid": stranger.pid, "started": "12345"}))

    assert recover(record) is None
    Process("emulator", stranger.pid, "12345", record).stop()

    assert stranger.is_running()
    stranger.stop()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "{}",
        "not json",
        "[]",
        '{"name": "x", "pid": "y", "started": "1"}',
        '{"name": "x", "pid": 0, "started": "1"}',
    ],
)
def test_a_pid_file_that_says_nothing_usable_names_no_process(tmp_path: Path, text: str) -> None:
    record = tmp_path / "x.pid"
    record.write_text(text)

    assert recover(record) is None


def test_a_missing_pid_file_names_no_process(tmp_path: Path) -> None:
    assert recover(tmp_path / "none.pid") is None


def test_a_clean_environment_has_no_account_proxy_or_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "HTTPS_PROXY", "PIP_INDEX_URL", "PYTHONPATH", "NODE_OPTIONS"):
        monkeypatch.setenv(name, "theirs")

    environment = clean_environment(EXTRA="ours")

    assert "theirs" not in environment.values()
    assert environment["EXTRA"] == "ours"
    assert environment["PATH"] == os.environ["PATH"]
