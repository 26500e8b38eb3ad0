"""The one entry of the measurements: which parts it runs, and what it refuses."""

import json
from pathlib import Path

import pytest

from bench import __main__ as bench


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--roles", "5"], "name two at least"),
        (["startups"], "there is no part startups: name token or peers or startup or synth"),
        (["startup", "--roles", "1", "2"], "--roles is of the part synth"),
        (["startup", "--repeat", "1"], "--repeat is too small"),
        (["synth", "--repeat", "0"], "--repeat is too small"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        bench.main(arguments)
    assert refused.value.code == 2
    assert reason in capsys.readouterr().err


def test_a_start_is_measured_from_a_wheel(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"

    assert bench.main(["startup", "--repeat", "2", "--json", str(figures)]) == 0
    table = capsys.readouterr().out
    found = json.loads(figures.read_text())["startup"]
    assert [each["what"] for each in found["starts"]] == [row.split("|")[1].strip(" `") for row in rows(table)]
    assert found["starts"][0]["cpu_ratio"] == {"median": 1.0, "low": 1.0, "high": 1.0}
    assert all(each["cpu_ms"]["median"] > 0 for each in found["starts"])
    assert f"{found['starts'][1]['cpu_ratio']['median']:.2f} times the CPU time of `python -c pass`" in table


def rows(table: str) -> list[str]:
    """The rows of a table in Markdown, without its head."""
    return [line for line in table.splitlines() if line.startswith("| ")][1:]
