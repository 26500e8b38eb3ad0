"""Texts in lines of a width: as `textwrap` does it, which takes longer to import than a whole command to start."""

from __future__ import annotations

_BLANKS = str.maketrans("\t\n\v\f\r", "     ")


def printable(text: str) -> str:
    """Return a text with a `?` for whatever drives a terminal: texts come from servers and files of others."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "?" for each in text)


def wrapped(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """Return a text in lines of a width, `first` before the first of them and `indent` before the others.

    Broken at blanks alone: what has none in it, such as a URL, stays whole however long it is. What is unprintable
    becomes a `?`.
    """
    lines: list[str] = []
    head = indent if first is None else first
    line, gap = "", 0
    for word in printable(text.translate(_BLANKS)).strip(" ").split(" "):
        if not word:  # between two blanks: those within a line are kept
            gap += 1
            continue
        if line and len(head) + len(line) + gap + len(word) > width:
            lines.append(head + line)
            head, line = indent, ""
        line += (" " * gap if line else "") + word
        gap = 1
    return "\n".join([*lines, head + line] if line else lines)
