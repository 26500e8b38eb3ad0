"""The verdict on growth, and the measuring of a command with all that it starts."""

import os
import sys
import time
from pathlib import Path

import pytest

from bench import synth
from bench.growth import growth
from bench.process_group import CommandError, measure
from bench.synth import configuration, report
from jobpass.configuration import parse

COUNTS = (1, 125, 250, 500)
# Holds 64 MiB, spins for some time, and stays long enough for the last look at it.
CHILD = """
import time
block = bytearray(64 << 20)
while time.process_time() < 0.3: pass
time.sleep(0.6)
"""
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {CHILD!r}], check=True)"


@pytest.mark.parametrize("each", [0.0, 3.0, 12.0])
def test_growth_by_the_same_for_each_is_linear_whatever_it_begins_with(each: float) -> None:
    found = growth(COUNTS, [7000 + each * count for count in COUNTS])
    assert found.linear
    assert found.each == pytest.approx(each)
    assert found.by_part == pytest.approx((each, each, each))


@pytest.mark.parametrize("power", [2, 3])
def test_growth_by_a_power_is_not_linear(power: int) -> None:
    assert not growth(COUNTS, [7000 + 0.01 * float(count) ** power for count in COUNTS]).linear


def test_growth_that_slows_down_is_no_more_than_linear() -> None:
    assert growth(COUNTS, [1000 * count**0.5 for count in COUNTS]).linear


def test_one_count_shows_no_growth() -> None:
    with pytest.raises(ValueError, match="name two at least"):
        growth([1], [1.0])


def test_the_verdict_names_the_cost_of_one_more() -> None:
    assert growth((1, 3), (10.0, 14.0)).told("CPU time", "ms") == (
        "Growth of CPU time: linear; one more role costs 2.0 ms (part by part: 2.0)."
    )
    assert "MORE THAN LINEAR" in growth(COUNTS, [float(count) ** 2 for count in COUNTS]).told("memory", "KiB")


def test_a_command_is_measured_with_the_processes_that_it_starts(tmp_path: Path) -> None:
    started = time.monotonic()
    ran = measure(
        [sys.executable, "-c", PARENT], directory=tmp_path, environment=dict(os.environ), log=tmp_path / "log"
    )
    assert ran.seconds <= time.monotonic() - started
    assert ran.cpu_seconds >= 0.2
    assert ran.peak_memory_mib >= 64


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('the reason')"]
    with pytest.raises(CommandError, match="the reason"):
        measure(failing, directory=tmp_path, environment=dict(os.environ), log=tmp_path / "log")


def test_the_measured_configuration_is_sound_and_has_the_roles() -> None:
    assert [len(parse(configuration(count)).roles) for count in (1, 3)] == [1, 3]


def test_the_table_has_a_row_for_each_number_of_roles() -> None:
    synths = [synth.Synth(count, 1, 1.0, 2.0, 700.0, 45.0) for count in COUNTS]
    flat = growth(COUNTS, [1.0] * 4)
    rows = report(synths, flat, flat).splitlines()
    assert [row.split(" ")[1] for row in rows[2:6]] == ["1", "125", "250", "500"]
    assert rows[2] == "| 1 | 1 | 1.0 | 2.0 | 700 | 45 |"
