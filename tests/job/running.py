"""`jobpass exec` as a process of its own, asking the stand-ins on loopback."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.job.drawing import ROLE, Stand

LIMIT_SECONDS = 30.0
# What people and supervisors end a program with.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
JOBPASS = (sys.executable, "-m", "jobpass")
EXEC = (*JOBPASS, "exec", "--role-arn", ROLE)
# Asks for credentials as an SDK does, and prints the answer's status and its access key or message.
ASK = """
import json, os, urllib.error, urllib.request
def ask():
    headers = {"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)["AccessKeyId"]
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)["Message"]
"""


def environment(stand: Stand, home: Path, **more: str) -> dict[str, str]:
    """A job's environment, in which whatever is written by habit is written to `home`."""
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"), str(home))
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **places, **stand.environ(**more)}


def run(
    command: Sequence[str], environ: dict[str, str], home: Path, stdin: bytes = b"", **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line to its end."""
    return subprocess.run(
        command, env=environ, cwd=home, input=stdin, capture_output=True, timeout=LIMIT_SECONDS, check=False, **settings
    )


@contextmanager
def started(
    command: Sequence[str], environ: dict[str, str], home: Path, **settings: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A command line that leads a session; nothing of it is left after the block."""
    with subprocess.Popen(
        command,
        env=environ,
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **settings,
    ) as child:
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process brings about."""
    give_up = time.monotonic() + LIMIT_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            pytest.fail("waited for too long")
        time.sleep(0.005)


def nothing_left(group: int) -> bool:
    """Whether no process of a group runs any more."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def struck(command: Sequence[str], environ: dict[str, str], home: Path, after: float, number: int) -> int:
    """Start it, send it a signal after so many seconds, and once more until it has ended: how it did."""
    with started(command, environ, home) as child:
        group = child.pid
        time.sleep(after)
        while child.poll() is None:
            child.send_signal(number)
            time.sleep(0.05)
        until(lambda: nothing_left(group))
        return child.returncode


def wrongly_ended(cases: Sequence[tuple[float, int]], ended: Sequence[int]) -> list[tuple[tuple[float, int], int]]:
    """Those that ended neither by the signal that they were struck with nor whole before it came.

    SIGINT is the interpreter's matter (1) until our code runs, and is told by 130 until `exec` does.
    """
    also = {signal.SIGINT: (1, 130)}
    return [
        (case, status)
        for case, status in zip(cases, ended, strict=True)
        if status not in (0, -case[1], *also.get(signal.Signals(case[1]), ()))
    ]
