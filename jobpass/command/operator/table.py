"""Rows in aligned columns that fit the terminal, whatever is in them."""

import re
from collections.abc import Iterator, Sequence

GAP = 2
# Where a long value is best broken: after a mark that separates its parts.
_PIECE = re.compile(r"[^\s:/.,\-@]*[:/.,\-@]*\s?|\s")


def rows(cells: Sequence[Sequence[str]], widths: Sequence[int], indent: int = 0) -> Iterator[str]:
    """Return each row's lines: every cell in its column, on as many lines as it needs, and no line wider than all."""
    for row in cells:
        folded = [fold(cell, width) for cell, width in zip(row, widths, strict=True)]
        for index in range(max(map(len, folded))):
            parts = [each[index] if index < len(each) else "" for each in folded]
            padded = [f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)]
            yield (" " * indent + (" " * GAP).join(padded)).rstrip()


def shared(total: int, wanted: Sequence[int], least: int = 8) -> list[int]:
    """Return the columns' widths: what each wants, or a fair part of the total where that is too much."""
    room = total - GAP * (len(wanted) - 1)
    widths = [0] * len(wanted)
    left = list(range(len(wanted)))
    while left:
        part = max(least, room // len(left))
        content = [index for index in left if wanted[index] <= part]
        for index in content or left:
            widths[index] = min(wanted[index], part)
            room -= widths[index]
        left = [index for index in left if index not in content] if content else []
    return widths


def fold(text: str, width: int) -> list[str]:
    """Return a text in lines of a width at most: broken at blanks, else at the marks within, else anywhere."""
    lines = [""]
    for piece in _pieces(text, width):
        if len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(text: str, width: int) -> Iterator[str]:
    for match in re.finditer(r"\S+\s?", text):
        word = match[0]
        if len(word.rstrip()) <= width:
            yield word
            continue
        for piece in _PIECE.findall(word):
            yield from (piece[at : at + width] for at in range(0, len(piece), width))
