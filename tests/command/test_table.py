"""Tables that fit whatever is in them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.command.operator.table import Cell, Coloured, Line, fold, table
from jobpass.command.terminal import Terminal

TEXTS = st.text("ab:/.-@ *é", max_size=60)
SUBJECT = "repo:acme/web:ref:refs/heads/main"


def drawn(
    *rows: tuple[Cell, ...] | Line, width: int = 40, colours: bool = False, head: tuple[str, ...] = ()
) -> list[str]:
    """The table's lines on a terminal."""
    return list(table(head, rows, Terminal(io.StringIO(), io.StringIO(), width, colours)))


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), st.integers(30, 120), st.integers(0, 8))
def test_no_line_is_wider_and_nothing_is_lost(cells: list[tuple[str, str, str]], total: int, indent: int) -> None:
    lines = list(table((), cells, Terminal(io.StringIO(), io.StringIO(), total), indent=indent))

    assert max(map(len, lines), default=0) <= total
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
        ("日本語", 4, ["日本", "語"]),
    ],
)
def test_it_is_broken_where_it_reads_best(text: str, width: int, lines: list[str]) -> None:
    assert fold(text, width) == lines


def test_a_column_that_wants_little_leaves_the_rest_to_the_others() -> None:
    assert drawn(("ok", SUBJECT, SUBJECT), width=60) == [
        "ok  repo:acme/web:ref:refs/      repo:acme/web:ref:refs/",
        "    heads/main                   heads/main",
    ]
    assert drawn(("ok", SUBJECT, "no"), width=60) == [f"ok  {SUBJECT}  no"]


def test_a_cell_has_a_line_for_each_of_its_own() -> None:
    assert drawn(("a", "one\ntwo"), ("b", "three")) == ["a  one", "   two", "b  three"]


def test_a_head_stands_above_its_columns() -> None:
    assert drawn(("a", "b"), head=("first", "second")) == ["first  second", "a      b"]


@given(st.lists(st.sampled_from([("", "é"), ("a " * 20, ""), ("", "")]), max_size=6), st.integers(30, 120))
def test_a_line_stands_between_the_rows_that_it_is_between(rows: list[tuple[str, str]], total: int) -> None:
    terminal = Terminal(io.StringIO(), io.StringIO(), total)
    marked = [each for index, row in enumerate(rows) for each in (Line(f"line-{index}", indent=2), row)]

    lines = list(table(("x", "y"), marked, terminal))
    parts = "\n".join(lines).split("  line-")
    assert [part.partition("\n")[0] for part in parts[1:]] == [str(index) for index in range(len(rows))]
    for row, part in zip(rows, parts[1:], strict=True):
        assert "".join(part.partition("\n")[2].split()) == "".join("".join(row).split())


def test_a_line_is_broken_and_coloured_like_any_other_text() -> None:
    assert drawn(("a", "b"), Line(SUBJECT, "bold", 2), width=20, colours=True) == [
        "a  b",
        "  \x1b[1mrepo:acme/web:ref:\x1b[0m",
        "  \x1b[1mrefs/heads/main\x1b[0m",
    ]
    assert drawn(Line("alone"), head=("x", "y")) == ["alone"]


def test_without_rows_there_is_nothing() -> None:
    assert drawn(head=("first", "second")) == []


def test_a_colour_is_the_words_alone_and_only_where_the_terminal_has_it() -> None:
    row = (Coloured("ok", "green"), "fine")

    assert drawn(row, ("FAILED", "no"), colours=True) == ["\x1b[32mok\x1b[0m      fine", "FAILED  no"]
    assert drawn(row, ("FAILED", "no")) == ["ok      fine", "FAILED  no"]


def test_a_strangers_text_neither_colours_nor_breaks_nor_is_taken_for_markup() -> None:
    assert drawn(("[red]x[/red] :smile:", "\x1b[31m\x07\x85\r\u2028", "'1' True"), width=120) == [
        r"[red]x[/red] :smile:  \u001b[31m\u0007\u0085\r\u2028  '1' True"
    ]


@pytest.mark.parametrize("variables", [{"FORCE_COLOR": "1"}, {"COLUMNS": "200"}, {"JUPYTER_COLUMNS": "9"}], ids=str)
def test_the_terminal_alone_says_what_it_can(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert drawn((Coloured("ok", "green"), SUBJECT)) == ["ok  repo:acme/web:ref:refs/heads/main"]
