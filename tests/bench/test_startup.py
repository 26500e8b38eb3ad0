"""The reckoning of starts that took turns, and what is said of it."""

import os
import sys

import pytest

from bench.spread import Spread, ratio, spread
from bench.startup import BARE, FETCHED, HELP, UNASKED, Case, Start, StartupError, compared, in_turns, report, started


def test_the_middle_and_the_inner_half() -> None:
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == Spread(3.0, 2.0, 4.0)
    assert spread([1.0, 1.0, 1.0, 100.0]).median == 1.0


def test_one_figure_has_no_spread() -> None:
    with pytest.raises(ValueError, match="take two at least"):
        spread([1.0])


def test_what_slows_a_turn_leaves_its_ratio() -> None:
    bare, figures = [10.0, 30.0, 10.0], [20.0, 60.0, 20.0]

    assert ratio(figures, bare) == Spread(2.0, 2.0, 2.0)
    assert spread(figures).high / spread(bare).low > 2.0


def test_turns_that_lack_a_figure_are_no_turns() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0, 3.0], [1.0, 2.0])


def test_kinds_are_held_against_the_first() -> None:
    starts = {BARE: [Start(10, 12), Start(12, 20)], UNASKED: [Start(20, 24), Start(36, 60)]}
    bare, unasked = compared(starts)

    assert bare.cpu_ratio == bare.clock_ratio == Spread(1.0, 1.0, 1.0)
    assert (unasked.cpu_ms.median, unasked.clock_ms.median) == (28.0, 42.0)
    assert (unasked.cpu_ratio.median, unasked.clock_ratio.median) == (2.5, 2.5)


@pytest.mark.parametrize(
    ("cpu_ms", "verdict"),
    [
        (25.0, "2.50 times the CPU time of `python -c pass`, within the goal of 2.5."),
        (25.1, "2.51 times the CPU time of `python -c pass`, MORE THAN THE GOAL OF 2.5."),
    ],
)
def test_the_verdict_is_of_the_start_that_asks_nobody(cpu_ms: float, verdict: str) -> None:
    kinds = {BARE: 10.0, UNASKED: cpu_ms, FETCHED: 90.0, HELP: 90.0}
    told = report(compared({what: [Start(each, 1.0)] * 2 for what, each in kinds.items()})).splitlines()

    assert told[-1] == f"Start of {UNASKED}: {verdict}"
    assert (
        told[2]
        == "| `python -c pass` | 10.0 (10.0 to 10.0) | 1.00 (1.00 to 1.00) | 1.0 (1.0 to 1.0) | 1.00 (1.00 to 1.00) |"
    )
    assert len(told) == 8


def test_a_start_is_what_its_own_processor_time_says() -> None:
    """Of which there is plenty in a loop, and none in a sleep that takes as long."""
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    idle = "import time\ntime.sleep(0.2)"
    spent, slept = (started(Case((sys.executable, "-c", text), os.environ)) for text in (busy, idle))

    assert spent.cpu_ms >= 200
    assert slept.clock_ms >= 200
    assert slept.cpu_ms < slept.clock_ms


def test_a_start_that_ends_otherwise_is_told_with_what_it_said() -> None:
    with pytest.raises(StartupError, match="ended with 1:\nthe reason"):
        started(Case((sys.executable, "-c", "import sys; sys.exit('the reason')"), os.environ))


def test_the_first_turn_does_not_count() -> None:
    kinds = {"one": Case(("true",), os.environ), "none": Case(("false",), os.environ, 1)}

    assert {what: len(starts) for what, starts in in_turns(kinds, 3).items()} == {"one": 3, "none": 3}
