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


Cell = str | Coloured


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    terminal: Terminal,
    *,
    indent: int = 0,
    widths: Sequence[int] | None = None,
) -> Iterator[str]:
    """Return the lines of a table, none of them wider than the terminal; without rows there is no table.

    A column takes what its longest cell wants; where that is too much in all, the widest give way, and their cells go
    on for several lines: broken at line breaks, at blanks, at the marks within long values, else anywhere. What is
    unprintable in a cell is escaped. `head` may be empty; `widths` are the columns' own, where several tables belong
    together.
    """
    if not rows:
        return
    laid_out = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, show_header=bool(head), header_style="")
    for index in range(len(rows[0])):
        laid_out.add_column(_Folded(head[index], "bold") if head else "", width=widths[index] if widths else None)
    for row in rows:
        laid_out.add_row(*(_Folded.of(cell) for cell in row))
    out = io.StringIO()
    console = Console(
        file=out,
        width=terminal.width - indent,
        color_system="standard" if terminal.colours else None,
        force_terminal=terminal.colours,
        no_color=not terminal.colours,
        legacy_windows=False,
    )
    console.print(laid_out, crop=False)
    for line in out.getvalue().removesuffix("\n").split("\n"):
        yield (" " * indent + line).rstrip()


def width_of(text: str) -> int:
    """Return how many columns a text takes on its longest line."""
    return max(cell_len(plain(line)) for line in text.split("\n"))


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
    """A cell as rich lays it out: it asks for its width, and is told one."""

    def __init__(self, text: str, colour: str | None = None) -> None:
        self._lines = [plain(line) for line in text.split("\n")]
        self._style = Style.parse(colour) if colour else None

    @classmethod
    def of(cls, cell: Cell) -> "_Folded":
        return cls(cell) if isinstance(cell, str) else cls(*cell)

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(map(cell_len, self._lines))
        return Measurement(1, widest).with_maximum(options.max_width)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines:
            for part in fold(line, options.max_width):
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
