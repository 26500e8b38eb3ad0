"""`jobpass exec` and the signals that it is sent: passed on once, at every moment, and nothing is left behind."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.job.drawing import Stand
from tests.job.running import (
    ENDING,
    EXEC,
    LIMIT_SECONDS,
    environment,
    nothing_left,
    started,
    struck,
    until,
    wrongly_ended,
)

# Writes the name of each signal that comes, and ends by the one that it is told to.
LISTENER = """
import os, signal, sys
def note(number, _frame):
    os.write(1, signal.Signals(number).name.encode() + b"\\n")
for each in ("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM"):
    signal.signal(signal.Signals["SIG" + each], note)
os.write(1, b"ready\\n")
sys.exit(int(sys.stdin.readline()))
"""
ALL = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM")


@pytest.fixture
def silent() -> Iterator[tuple[str, threading.Event]]:
    """An issuer that takes requests and never answers, and what says that it has one."""
    asked, over = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            over.wait(LIMIT_SECONDS)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/token?", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def line(child: subprocess.Popen[bytes]) -> str:
    """The next line of its output."""
    assert child.stdout
    return child.stdout.readline().decode().strip()


class TestPassingOn:
    """While the command runs."""

    def test_each_signal_reaches_the_command_once(self, stand: Stand, tmp_path: Path) -> None:
        with started([*EXEC, "--", sys.executable, "-c", LISTENER], environment(stand, tmp_path), tmp_path) as child:
            assert line(child) == "ready"
            for name in ALL:
                child.send_signal(signal.Signals[name])
                assert line(child) == name
            output, errors = child.communicate(b"5\n", timeout=LIMIT_SECONDS)
        assert (child.returncode, output, errors) == (5, b"", b"")

    @pytest.mark.parametrize("number", ENDING)
    def test_a_command_that_ends_by_one_ends_jobpass_by_it(
        self, stand: Stand, tmp_path: Path, number: signal.Signals
    ) -> None:
        command = [*EXEC, "--", "sh", "-c", "echo ready; exec sleep 60"]
        with started(command, environment(stand, tmp_path), tmp_path) as child:
            assert line(child) == "ready"
            child.send_signal(number)
            assert child.wait(LIMIT_SECONDS) == -number
            until(lambda: nothing_left(child.pid))
        assert list(tmp_path.iterdir()) == []

    def test_one_that_is_ignored_from_the_start_is_ignored_by_both(self, stand: Stand, tmp_path: Path) -> None:
        ignoring = ["sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh", *EXEC]
        command = [*ignoring, "--", "sh", "-c", "echo ready; read line; exit 4"]
        with started(command, environment(stand, tmp_path), tmp_path) as child:
            assert line(child) == "ready"
            child.send_signal(signal.SIGHUP)
            child.send_signal(signal.SIGINT)
            child.communicate(b"\n", timeout=LIMIT_SECONDS)
        assert child.returncode == 4

    def test_one_that_ends_as_the_command_does_changes_nothing(self, stand: Stand, tmp_path: Path) -> None:
        # It goes to jobpass from its own command, whose next step is its end.
        script = "echo $PPID; read line; kill -TERM $PPID; trap '' TERM; kill -HUP $PPID; exit 3"
        with started(
            [*EXEC, "--", "sh", "-c", f"trap '' TERM HUP; {script}"], environment(stand, tmp_path), tmp_path
        ) as child:
            assert int(line(child)) == child.pid
            child.communicate(b"\n", timeout=LIMIT_SECONDS)
        assert child.returncode == 3


class TestBefore:
    """Before there is a command."""

    @pytest.mark.parametrize("number", ENDING)
    def test_while_the_first_credentials_are_drawn_it_ends_and_starts_nothing(
        self, stand: Stand, tmp_path: Path, number: signal.Signals, silent: tuple[str, threading.Event]
    ) -> None:
        url, asked = silent
        environ = environment(stand, tmp_path, JOBPASS_REQUEST_URL=url)
        with started([*EXEC, "--", "touch", "started"], environ, tmp_path) as child:
            assert asked.wait(LIMIT_SECONDS)
            child.send_signal(number)
            assert child.wait(LIMIT_SECONDS) == -number
        assert list(tmp_path.iterdir()) == []


def test_at_whatever_moment_it_is_struck_nothing_is_left(stand: Stand, tmp_path: Path) -> None:
    # A start takes some 150 ms, and the command 60: these moments are spread over both, and over the end.
    environ = environment(stand, tmp_path)
    cases = [(moment * 0.012, number) for moment in range(24) for number in ENDING]
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda case: struck([*EXEC, "--", "sleep", "0.06"], environ, tmp_path, *case), cases))
    assert wrongly_ended(cases, ended) == []
    assert list(tmp_path.iterdir()) == []
    assert {-number for number in ENDING} <= set(ended)
