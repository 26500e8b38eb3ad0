"""Tables that fit the terminal, whatever is in them: laid out by rich, long values broken at the marks within."""

import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.table import Table

from jobpass.command.terminal import Terminal
from jobpass.explain.quoting import plain

GAP = 2
# Where a long value is best broken: after a mark that separates its parts.
_PIECE = re.compile(r"[^\s:/.,\-@]*[:/.,\-@]*\s?|\s")


class Coloured(NamedTuple):
    """A cell in a colour of `jobpass.command.terminal`, where the terminal shows colours."""

    text: str
    colour: str


class Line(NamedTuple):
    """A row that is one text across all columns, below which others may stand that belong to it."""

    text: str
    colour: str | None = None
    indent: int = 0


Cell = str | Coloured
Row = Sequence[Cell] | Line


def table(head: Sequence[str], rows: Sequence[Row], terminal: Terminal, *, indent: int = 0) -> Iterator[str]:
    """Return the lines of a table, none of them wider than the terminal; without rows there is no table.

    A column takes what its longest cell wants; where that is too much in all, the widest give way, and their cells go
    on for several lines: broken at line breaks, at blanks, at the marks within long values, else anywhere. What is
    unprintable in a cell is escaped. `head` may be empty.
    """
    cells = [[_Folded.of(cell) for cell in row] for row in rows if not isinstance(row, Line)]
    titles = [_Folded(title, "bold") for title in head]
    width = terminal.width - indent
    laid_out = iter(_laid_out(titles, cells, terminal, width) if cells else [])
    lines = [next(laid_out) for _ in range(_height(titles))] if rows and cells else []
    following = iter(cells)
    for row in rows:
        if isinstance(row, Line):
            parts = fold(plain(row.text), width - row.indent)
            lines += [
                " " * row.indent + (terminal.coloured(part, row.colour) if row.colour else part) for part in parts
            ]
        else:
            lines += [next(laid_out) for _ in range(_height(next(following)))]
    for line in lines:
        yield (" " * indent + line).rstrip()


def _laid_out(
    titles: Sequence["_Folded"], cells: Sequence[Sequence["_Folded"]], terminal: Terminal, width: int
) -> list[str]:
    """The lines of all rows but those that are one text; each cell knows afterwards how many it took."""
    # The last column's gap hangs over the edge: with it all columns give way alike.
    made = Table(box=None, padding=(0, GAP, 0, 0), show_header=bool(titles), header_style="")
    for index in range(len(cells[0])):
        made.add_column(titles[index] if titles else "")
    for row in cells:
        made.add_row(*row)
    out = io.StringIO()
    console = Console(
        file=out,
        width=width + GAP,
        color_system="standard" if terminal.colours else None,
        force_terminal=terminal.colours,
        no_color=not terminal.colours,
        legacy_windows=False,
    )
    console.print(made, crop=False)
    return out.getvalue().removesuffix("\n").split("\n")


def _height(cells: Sequence["_Folded"]) -> int:
    return max((cell.height for cell in cells), default=0)


def fold(text: str, width: int) -> list[str]:
    """Return a text in lines of a width at most: broken at blanks, else at the marks within, else anywhere.

    rich breaks at blanks or anywhere; a subject or an ARN, which has no blank, is hard to read then.
    """
    lines = [""]
    for piece in _pieces(text, width):
        if cell_len(lines[-1]) + cell_len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


class _Folded:
    """A cell as rich lays it out: it asks for its width, is told one, and then has so many lines."""

    def __init__(self, text: str, colour: str | None = None) -> None:
        self._lines = [plain(line) for line in text.split("\n")]
        self._style = Style.parse(colour) if colour else None
        self.height = 0

    @classmethod
    def of(cls, cell: Cell) -> "_Folded":
        return cls(cell) if isinstance(cell, str) else cls(*cell)

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(map(cell_len, self._lines))
        return Measurement(1, widest).with_maximum(options.max_width)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        parts = [part for line in self._lines for part in fold(line, options.max_width)]
        self.height = len(parts)
        for part in parts:
            yield Segment(part, self._style)
            yield Segment.line()


def _pieces(text: str, width: int) -> Iterator[str]:
    for match in re.finditer(r"\S+\s?", text):
        word = match[0]
        if cell_len(word.rstrip()) <= width:
            yield word
            continue
        for piece in _PIECE.findall(word):
            yield from chop_cells(piece, width) if cell_len(piece.rstrip()) > width else [piece]
