"""Columns that fit whatever is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.command.operator.table import GAP, fold, rows, shared

TEXTS = st.text("ab:/.-@ *é", max_size=60)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), st.integers(30, 120))
def test_no_line_is_wider_and_nothing_is_lost(cells: list[tuple[str, str, str]], total: int) -> None:
    widths = shared(total, [max(map(len, column)) for column in zip(*cells, strict=True)])

    lines = list(rows(cells, widths))
    assert max(map(len, lines)) <= total
    squeezed = "".join("".join(line.split()) for line in lines)
    assert sorted(squeezed) == sorted("".join("".join(text.split()) for row in cells for text in row))


@given(TEXTS, st.integers(1, 40))
def test_a_text_keeps_its_order(text: str, width: int) -> None:
    lines = fold(text, width)

    assert max(map(len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("repo:acme/web:ref", 10, ["repo:acme/", "web:ref"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a refs/heads/main", 8, ["a refs/", "heads/", "main"]),
    ],
)
def test_it_is_broken_where_it_reads_best(text: str, width: int, lines: list[str]) -> None:
    assert fold(text, width) == lines


def test_a_column_that_wants_little_leaves_the_rest_to_the_others() -> None:
    assert shared(60, [12, 100, 100]) == [12, (60 - 12 - 2 * GAP) // 2, (60 - 12 - 2 * GAP) // 2]
    assert shared(60, [12, 10, 10]) == [12, 10, 10]
