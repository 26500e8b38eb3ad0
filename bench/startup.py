"""What it costs to start `jobpass` on a job, against a Python that does nothing.

The command is installed from a wheel, without its extra, into an environment of its own. All kinds of start take
turns, so that what else the machine does strikes all alike.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.installation import Installation, built, checkout, installation
from bench.issuer import issuer
from bench.spread import Spread, ratio, spread

# How many times as much as `python -c pass` a start may cost that ends before it asks anybody.
GOAL = 2.5
BARE = "python -c pass"
UNASKED = "jobpass token, with nobody to ask"
FETCHED = "jobpass token, fetched by HTTP on loopback"
HELP = "jobpass --help"


class StartupError(Exception):
    """A start did not end as it must; the message says how."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, what it finds in its environment, and the status that it must end with."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    status: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took of the processors and on the clock."""

    cpu_ms: float
    clock_ms: float


@dataclass(frozen=True, slots=True)
class Startup:
    """What one kind of start takes, and how many times what a Python takes that does nothing."""

    what: str
    cpu_ms: Spread
    clock_ms: Spread
    cpu_ratio: Spread
    clock_ratio: Spread


def measured(repeat: int) -> tuple[str, dict[str, Any]]:
    """Build, install, start everything so often, and return the report with its figures.

    Raises:
        StartupError: a start did not end as it must.
        InstallationError: the command cannot be installed.
    """
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        wheel = built(checkout(folder / "source"), "wheel", folder)
        installed = installation(wheel, folder / "environment")
        with issuer() as block:
            startups = compared(in_turns(cases(installed, block), repeat))
    return report(startups), {"startup": {"goal": GOAL, "starts": [asdict(each) for each in startups]}}


def cases(installed: Installation, block: Mapping[str, str]) -> dict[str, Case]:
    """Return the kinds of start; the first is what the others are held against."""
    jobpass, empty = str(installed.jobpass), installed.environment()
    return {
        BARE: Case((str(installed.python), "-c", "pass"), empty),
        UNASKED: Case((jobpass, "token"), empty, 3),
        FETCHED: Case((jobpass, "token", "--audience", "sts.amazonaws.com"), installed.environment(block)),
        HELP: Case((jobpass, "--help"), empty),
    }


def in_turns(kinds: Mapping[str, Case], repeat: int) -> dict[str, list[Start]]:
    """Start each kind so often, one after the other; what the first turn takes does not count."""
    turns = [{what: started(case) for what, case in kinds.items()} for _ in range(repeat + 1)]
    return {what: [turn[what] for turn in turns[1:]] for what in kinds}


def started(case: Case) -> Start:
    """Start a command, wait for its end and say what it took; raises StartupError."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(
            case.command, env=dict(case.environment), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, used = os.wait4(running.pid, 0)
        clock = time.perf_counter() - begun
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode != case.status:
            said.seek(0)
            told = said.read().decode(errors="replace")
            raise StartupError(f"{' '.join(case.command)} ended with {running.returncode}:\n{told}")
    return Start((used.ru_utime + used.ru_stime) * 1000, clock * 1000)


def compared(starts: Mapping[str, Sequence[Start]]) -> list[Startup]:
    """Return what each kind takes, held against the first."""
    bare = next(iter(starts.values()))
    return [
        Startup(
            what,
            spread([each.cpu_ms for each in taken]),
            spread([each.clock_ms for each in taken]),
            ratio([each.cpu_ms for each in taken], [each.cpu_ms for each in bare]),
            ratio([each.clock_ms for each in taken], [each.clock_ms for each in bare]),
        )
        for what, taken in starts.items()
    ]


def report(startups: Sequence[Startup]) -> str:
    """Return the table and the verdict, in Markdown: the middle of all turns, and its inner half."""
    goal = next(each.cpu_ratio.median for each in startups if each.what == UNASKED)
    verdict = f"within the goal of {GOAL}" if goal <= GOAL else f"MORE THAN THE GOAL OF {GOAL}"
    return "\n".join(
        [
            "| start | CPU, ms | times | clock, ms | times |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {f'`{BARE}`' if each.what == BARE else each.what} | {each.cpu_ms.told(1)} "
                f"| {each.cpu_ratio.told(2)} | {each.clock_ms.told(1)} | {each.clock_ratio.told(2)} |"
                for each in startups
            ),
            "",
            f"Start of {UNASKED}: {goal:.2f} times the CPU time of `{BARE}`, {verdict}.",
        ]
    )
