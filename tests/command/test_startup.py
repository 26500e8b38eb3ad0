"""What a start of `jobpass token` imports: each module more is a wait for every token of every job."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.job.token_endpoint import TokenEndpoint, listening, token

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys  # which every Python has by then, with its site
before = set(sys.modules)
from jobpass.command.main import main
status = main(["token", "--audience", "a"])
print(status, *sorted(set(sys.modules) - before))
"""
OWN = {
    "jobpass",
    "jobpass.command",
    "jobpass.command.command",
    "jobpass.command.errors",
    "jobpass.command.job",
    "jobpass.command.job.token",
    "jobpass.command.main",
    "jobpass.command.masking",
    "jobpass.command.registry",
    "jobpass.command.terminal",
    "jobpass.command.wrapping",
    "jobpass.errors",
    "jobpass.job",
    "jobpass.job.request_source",
}
FETCHING = {f"jobpass.job.{name}" for name in ("deadline", "https", "id_token", "mask", "proxy", "retry")}
# What http.client does not bring (it brings ssl), and took part of a start once or would be easily brought in.
SLOW = {
    "argparse",
    "asyncio",
    "dataclasses",
    "difflib",
    "gettext",
    "http.server",
    "importlib",
    "importlib.metadata",
    "inspect",
    "logging",
    "pathlib",
    "shutil",
    "subprocess",
    "tempfile",
    "textwrap",
    "typing",
    "urllib.request",
    "xml",
}


def imported(**variables: str) -> tuple[str, list[str], set[str]]:
    """Run the command on the standard library alone: its status, what it printed, and what it has imported by then."""
    ran = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *printed, last = ran.stdout.splitlines()
    status, *modules = last.split()
    return status, [*printed, *ran.stderr.splitlines()], set(modules)


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    """A token endpoint on this machine, in the clear."""
    with listening() as running:
        yield running


def test_up_to_the_request_nothing_is_imported_but_what_decides_whom_to_ask() -> None:
    status, printed, modules = imported()

    assert (status, printed[0]) == ("3", "jobpass token: no environment variable says where to ask for a token")
    assert modules - {"__future__"} <= OWN


def test_a_whole_fetch_imports_no_more_than_it_takes(endpoint: TokenEndpoint) -> None:
    status, printed, modules = imported(**endpoint.block())

    assert (status, printed) == ("0", [token()])
    assert {name for name in modules if name.partition(".")[0] == "jobpass"} == OWN | FETCHING
    assert "http.client" in modules
    assert modules & SLOW == set()


def test_it_starts_without_what_is_slow_in_another_language_too() -> None:
    variables = {"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "60"}
    assert imported(**variables)[2] - {"__future__"} <= OWN
