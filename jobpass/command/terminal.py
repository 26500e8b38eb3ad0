"""Where a command prints: its width, and whether it shows colours."""

from __future__ import annotations

import os

from jobpass.command.errors import OutputError
from jobpass.command.wrapping import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

# Wider lines are hard to read, however wide the window is; narrower ones hold nothing.
WIDEST, NARROWEST = 120, 40
_COLOURS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "bold": 1}


class Terminal:
    """Standard output and standard error, with what they can show: how many columns, and whether colours."""

    __slots__ = ("colours", "err", "out", "width")

    def __init__(self, out: TextIO, err: TextIO, width: int = 80, colours: bool = False) -> None:
        self.out = out
        self.err = err
        self.width = width
        self.colours = colours

    @classmethod
    def of(cls, out: TextIO, err: TextIO) -> Terminal:
        """Return the terminal behind two streams; the environment says how wide it is and whether colours are wanted.

        `COLUMNS` comes before the window's own width. `NO_COLOR`, whatever it holds, turns colours off.
        """
        width = max(NARROWEST, min(WIDEST, _columns(out)))
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(out, err, width, wanted and out.isatty())

    def say(self, text: str = "", end: str = "\n") -> None:
        """Print to standard output.

        Raises:
            OutputError: it cannot be written to.
            BrokenPipeError: its reader has left.
        """
        self._print(text, end, flush=False)

    def flush(self) -> None:
        """See that all of it is printed; raises as `say`."""
        self._print("", "", flush=True)

    def _print(self, text: str, end: str, *, flush: bool) -> None:
        try:
            print(text, end=end, file=self.out, flush=flush)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error) from None

    def say_json(self, value: Any) -> None:
        """Print one JSON document to standard output."""
        import json  # noqa: PLC0415 - few commands on a job print any

        self.say(json.dumps(value, indent=2, ensure_ascii=True))

    def complain(self, text: str) -> None:
        """Print to standard error; where that is not possible, how a command ends still says what became of it."""
        try:
            print(text, file=self.err)
        except (OSError, ValueError):  # `contextlib` is slow to import
            return

    def coloured(self, text: str, colour: str) -> str:
        """Return a text in a colour, where colours are shown."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colours else text

    def wrapped(self, text: str, indent: str = "", first: str | None = None) -> str:
        """Return a text in lines of the terminal's width; what has no blank in it, such as a URL, is never broken."""
        return wrapped(text, self.width, indent, first)


def _columns(out: TextIO) -> int:
    """The window's width, 80 where there is no window; as `shutil.get_terminal_size`, which takes long to import."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except (AttributeError, ValueError, OSError):
        return 80
