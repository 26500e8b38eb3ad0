"""`jobpass token-file`, as a process: what it writes and says, and how it ends with nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from jobpass.command.main import main
from tests.job.drawing import Stand, issuers_refusal, standing

ROOT = Path(__file__).parents[2]
SOON_SECONDS = 20


@pytest.fixture
def stand() -> Iterator[Stand]:
    """An issuer."""
    with standing() as running:
        yield running


@pytest.fixture
def job(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The job's environment, and its token's file, which is not there yet."""
    for name, value in stand.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "token"


def test_a_token_is_written_and_nothing_is_said(job: Path, stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    arn = "arn:aws:iam::111122223333:role/deploy"
    options = ["--audience", "vault.example.com", "--expires-in", "600", "--role-arn", arn]

    assert main(["token-file", str(job), *options]) == 0

    assert capsys.readouterr() == ("", "")
    assert job.read_text().count(".") == 2
    (asked,) = stand.tokens_asked
    assert asked == {"api-version": "1", "audience": "vault.example.com", "expires_in": "600", "role_arn": arn}


def test_json_says_what_the_token_says_and_not_the_token(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token-file", str(job), "--json"]) == 0
    printed = capsys.readouterr().out

    said = json.loads(printed)
    assert (said["file"], said["subject"], said["audience"]) == (str(job), "s", "sts.amazonaws.com")
    assert job.read_text() not in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: FILE"),
        ([""], "FILE is empty"),
        (["t", "--audience", ""], "--audience is empty"),
        (["t", "--expires-in", "0"], "--expires-in 0 is out of range"),
        (["t", "--watch", "--json"], "exclude one another"),
        (["t", "--from", "nobody"], "invalid choice"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], said: str, job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token-file", *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_a_refusal_is_1_and_leaves_no_file(job: Path, stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    stand.from_issuer.append(issuers_refusal("invalid_target", "the job has no such audience"))

    assert main(["token-file", str(job), "--audience", "x"]) == 1
    assert "the job has no such audience" in capsys.readouterr().err
    assert list(job.parent.iterdir()) == []


def test_nobody_is_asked_for_a_token_that_cannot_be_written(job: Path, stand: Stand) -> None:
    job.write_text("mine")

    assert main(["token-file", str(job)]) == 3
    assert (stand.tokens_asked, job.read_text()) == ([], "mine")


Watch = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]


@pytest.fixture
def watch(job: Path) -> Watch:
    """Starts a watch, whose file is written once the block begins."""

    @contextmanager
    def started(*before: str) -> Iterator["subprocess.Popen[str]"]:
        command = [*before, sys.executable, "-m", "jobpass", "token-file", str(job), "--watch"]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            try:
                until(job.is_file, process)
                yield process
            finally:
                process.kill()

    return started


def until(true: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait until something is so, for as long as a process runs."""
    while not true():
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        assert true(), process.stderr and process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_the_file_goes(number: signal.Signals, watch: Watch, job: Path) -> None:
    with watch() as process:
        process.send_signal(number)
        assert process.wait(SOON_SECONDS) == -number
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert list(job.parent.iterdir()) == []


def test_a_hang_up_that_is_to_be_ignored_is(watch: Watch, job: Path) -> None:
    with watch("nohup") as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SOON_SECONDS) == -signal.SIGTERM
    assert not job.exists()


def test_a_signal_ends_it_while_the_issuer_does_not_answer(job: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {**os.environ, "JOBPASS_REQUEST_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/v1/token"}
        command = [sys.executable, "-m", "jobpass", "token-file", str(job), "--watch"]
        with subprocess.Popen(command, cwd=ROOT, env=environment) as process, silent.accept()[0] as connection:
            connection.recv(1)
            process.terminate()
            assert process.wait(SOON_SECONDS) == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


PARENT = """
import subprocess, sys
watch = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
print(watch.pid, flush=True)
sys.stdin.read()
"""


def test_it_ends_with_the_process_that_started_it(job: Path) -> None:
    command = [sys.executable, "-c", PARENT, sys.executable, "-m", "jobpass", "token-file", str(job), "--watch"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        int(parent.stdout.readline())
        until(job.is_file, parent)
        parent.kill()
        parent.wait()
        # The watch has the pipe, too, and the end of it is the end of the watch.
        assert parent.stdout.read() == ""
    assert list(job.parent.iterdir()) == []


def test_it_ends_where_the_script_was_gone_before_it_could_look(job: Path) -> None:
    # Waits for the script's end: then it is a child of init's, or of whoever reaps.
    late = f"sleep 0.2; exec {sys.executable} -m jobpass token-file {job} --watch"
    command = ["sh", "-c", f"({late}) & exit 0"]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SOON_SECONDS, start_new_session=True, check=True
    )
    # Its end is what closed the output that was read here.
    assert (ran.stdout, ran.stderr) == ("", "")
    assert list(job.parent.iterdir()) == []


def test_a_second_watch_is_refused_and_an_ended_one_is_followed(watch: Watch, job: Path) -> None:
    with watch() as first:
        assert main(["token-file", str(job), "--watch"]) == 3
        assert main(["token-file", str(job)]) == 3
        first.kill()
        first.wait()
    assert job.exists(), "nobody was left to remove it"
    assert main(["token-file", str(job)]) == 0
