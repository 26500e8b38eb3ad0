"""The demonstration in a terminal: headings, marks and wrapped lines. It shows nothing that is secret."""

import os
import re
import shutil
from dataclasses import dataclass
from typing import TextIO

from local.demo.secrecy import Secrets
from local.demo.step import Result

MIN_WIDTH, MAX_WIDTH = 60, 100
BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


@dataclass(frozen=True)
class Look:
    """What a terminal can show."""

    width: int
    colour: bool
    unicode: bool

    def mark(self, ok: bool) -> str:
        """Whether a step is as it should be."""
        if self.unicode:
            return self.paint("✓" if ok else "✗", GREEN if ok else RED)
        return self.paint("ok" if ok else "NO", GREEN if ok else RED)

    def paint(self, text: str, style: str) -> str:
        """The text in a style, where there are styles (ECMA-48, SGR)."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour else text


def look_of(stream: TextIO) -> Look:
    """What this stream can show: colour on a terminal alone, and not where NO_COLOR is set (no-color.org)."""
    terminal = stream.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size((80, 24)).columns
    encoding = getattr(stream, "encoding", None) or "ascii"
    return Look(max(MIN_WIDTH, min(MAX_WIDTH, columns)), colour, _encodes("✓→…·", encoding))


class Narrator:
    """Tells a run, chapter by chapter."""

    def __init__(self, stream: TextIO, secrets: Secrets, look: Look | None = None) -> None:
        self._stream = stream
        self._secrets = secrets
        self._look = look or look_of(stream)

    def heading(self, title: str, text: str = "") -> None:
        """A heading and what to know."""
        self._write("")
        self._write(self._look.paint(self._plain(title), BOLD))
        self._wrapped(text, "  ")
        if text:
            self._write("")

    def result(self, result: Result) -> None:
        """How a step came out."""
        mark = self._look.mark(result.ok)
        title = wrapped(self._plain(result.title), self._look.width - 14)
        for line in title[:-1]:
            self._write(f"  {mark} {line}")
            mark = " " * (1 if self._look.unicode else 2)
        taken = self._look.paint(f"{result.seconds:5.1f} s", DIM)
        self._write(f"  {mark} {title[-1]:<{self._look.width - 13}} {taken}")
        lines = result.outcome.shown
        if result.raised:
            lines = (*lines, f"went wrong: {result.outcome.observed}")
        elif not result.ok:
            lines = (*lines, f"expected: {result.outcome.expected}", f"observed: {result.outcome.observed}")
        for line in lines:
            self._wrapped(line, "      ", hanging="  ")
        if result.meaning:
            self._wrapped(f"→ {result.meaning}", "      ", hanging="  ", style=DIM)

    def _wrapped(self, text: str, indent: str, *, hanging: str = "", style: str = "") -> None:
        for line in wrapped(self._plain(text), self._look.width, indent, indent + hanging):
            self._write(self._look.paint(line, style) if style else line)

    def _plain(self, text: str) -> str:
        """The text without secrets and without what a terminal would obey: some of it comes from other programs."""
        printable = "".join(each if each.isprintable() else " " for each in self._secrets.withhold(text))
        if self._look.unicode:
            return printable
        return printable.replace("→", "->").replace("…", "...").encode("ascii", "replace").decode()

    def _write(self, line: str) -> None:
        self._stream.write(line.rstrip() + "\n")
        self._stream.flush()


def wrapped(text: str, width: int, indent: str = "", later_indent: str = "") -> list[str]:
    """The text in lines of at most `width`; a word longer than a line (an ARN, a URL) is broken at its separators."""
    lines: list[str] = []
    line = indent
    for atom in _atoms(text, width - len(later_indent)):
        if len(line) + len(atom.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = later_indent
        line += atom
    return [*lines, line.rstrip()] if line.strip() else lines


def _atoms(text: str, room: int) -> list[str]:
    """What must not be broken: words with the blanks after them, and parts of words that are too long for a line."""
    atoms = []
    for word in re.findall(r" *[^ ]+ *|^ +", text):
        parts = re.findall(r"[^:/&?=]*[:/&?=]* *", word) if len(word.strip()) > room else [word]
        atoms += [part[at : at + room] for part in parts for at in range(0, len(part), room)]
    return atoms


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
