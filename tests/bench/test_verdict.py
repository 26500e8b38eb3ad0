"""The table of what is measured of a token, and the turns that its figures are taken in."""

import pytest

from bench.spread import Spread
from bench.token.turns import in_turns
from bench.token.verdict import Row, exact, table


@pytest.mark.parametrize(("median", "verdict"), [(0.39, "met"), (0.40, "met"), (0.41, "missed")])
def test_the_middle_decides(median: float, verdict: str) -> None:
    assert Row("start", "≤ 0.40", Spread(median, 0.1, 0.9), 0.40).verdict == verdict


def test_a_figure_that_is_counted_has_no_spread_and_one_that_is_measured_has() -> None:
    rows = [
        Row("size", "≤ 6 MB", exact(8.4), 6, 2, " MB"),
        Row("start", "≤ 0.40", Spread(0.35, 0.33, 0.38), 0.40),
    ]

    assert table(rows).splitlines()[2:] == [
        "| size | ≤ 6 MB | 8.40 MB | missed |",
        "| start | ≤ 0.40 | 0.35 (0.33 to 0.38) | met |",
    ]


def test_what_could_not_be_measured_is_neither_met_nor_missed() -> None:
    row = Row("cost", "≤ $5.00", None, 5, note="no prices")
    assert row.told() == "| cost | ≤ $5.00 | no prices | not measured |"


def test_each_turn_begins_with_another_and_the_first_does_not_count() -> None:
    done: list[str] = []

    def work(name: str) -> int:
        done.append(name)
        return len(done)

    found = in_turns({name: lambda name=name: work(name) for name in "abc"}, 2)  # type: ignore[misc]

    assert "".join(done) == "abcbcacab"
    assert found == {"a": [6, 8], "b": [4, 9], "c": [5, 7]}
