"""`jobpass jobs register … -- COMMAND`: the command runs as the job alone, and the job ends with it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platform.api_server import OWN_SECRET, REQUEST_TOKEN, ApiServer, Scripted

GOOD = ("--profile", "ci", "--field", "ref=main")
PRINT = "import json, os; print(json.dumps(dict(os.environ)))"


@contextmanager
def started(settings: dict[str, str], words: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """The command on the platform's machine, for as long as the block runs."""
    given = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    child = subprocess.Popen(
        [sys.executable, "-m", "jobpass", "jobs", "register", *words],
        env={
            **given,
            **settings,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": "/home/platform",
            "SECRET_OF_PLATFORM": OWN_SECRET,
            "CHOSEN": "chosen",
            "https_proxy": "http://127.0.0.1:9",
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def ran(settings: dict[str, str], *words: str) -> tuple[int, str, str]:
    """How it ended, and what was printed."""
    with started(settings, words) as child:
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err


def ended(api: ApiServer) -> list[bool]:
    """Of each job, whether it has ended."""
    return [job["ended_at"] is not None for job in api.jobs.values()]


def test_the_command_is_the_job_and_nobody_else(api: ApiServer, settings: dict[str, str]) -> None:
    blocks = ("--environment", "jobpass", "--environment", "github")
    status, out, err = ran(settings, *GOOD, *blocks, "--env", "CHOSEN", "--", sys.executable, "-c", PRINT)

    assert (status, err) == (0, "")
    environment = json.loads(out)
    assert environment["JOBPASS_REQUEST_TOKEN"] == environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] == REQUEST_TOKEN
    assert environment["CHOSEN"] == "chosen"
    assert environment["https_proxy"] == "http://127.0.0.1:9"
    assert OWN_SECRET not in out
    assert set(environment) - {"LC_CTYPE"} == {
        *("JOBPASS_REQUEST_URL", "JOBPASS_REQUEST_TOKEN"),
        *("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        *("CHOSEN", "PATH", "LC_ALL", "https_proxy"),
    }
    assert ended(api) == [True]


def test_its_status_is_passed_on(api: ApiServer, settings: dict[str, str]) -> None:
    assert ran(settings, *GOOD, "--", "sh", "-c", "exit 7") == (7, "", "")
    assert ended(api) == [True]


def test_a_signal_is_passed_on_and_the_job_is_ended(api: ApiServer, settings: dict[str, str]) -> None:
    words = (*GOOD, "--", "sh", "-c", "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.05; done")
    with started(settings, words) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        assert ended(api) == [False]
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)

    assert (child.returncode, out, err) == (9, "told\n", "")
    assert ended(api) == [True]


def test_a_death_by_signal_is_the_same_death(api: ApiServer, settings: dict[str, str]) -> None:
    assert ran(settings, *GOOD, "--", "sh", "-c", "kill -KILL $$")[0] == -signal.SIGKILL
    assert ended(api) == [True]


def test_a_command_that_is_not_there_leaves_no_job(api: ApiServer, settings: dict[str, str]) -> None:
    status, out, err = ran(settings, *GOOD, "--", "no-such-command")

    assert (status, out) == (127, "")
    assert "there is no command 'no-such-command'" in err
    assert ended(api) == [True]


def test_an_end_that_fails_is_told_and_the_commands_status_counts(api: ApiServer, settings: dict[str, str]) -> None:
    api.answers_delete_with = Scripted(500)

    status, _, err = ran(settings, *GOOD, "--", "sh", "-c", "exit 7")

    assert status == 7
    assert "is not ended: the API answered 500 (it ends by itself at " in err
    assert ended(api) == [False]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*GOOD, "--role", "web-release", "--", "touch", "started"), "a role that the job needs would refuse it"),
        (("--profile", "ci", "--", "touch", "started"), "fields.ref: is missing"),
        ((*GOOD, "--json", "--", "touch", "started"), "say nothing of it"),
        ((*GOOD, "--env", "NOBODY", "--", "touch", "started"), "there is no such variable here"),
        ((*GOOD, "--"), "no command is given"),
    ],
)
def test_where_it_fails_itself_no_command_is_started(
    words: tuple[str, ...],
    said: str,
    api: ApiServer,
    settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = ran(settings, *words)

    assert status == 125
    assert said in " ".join((out + err).split())
    assert not Path("started").exists()
    assert all(ended(api))
