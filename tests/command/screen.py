"""The command as a person sees it at a terminal of some width, run in this process."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from jobpass.command.main import main

WIDTHS = (60, 80, 120)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What hangs on the moment of the test stands here by its name.
_PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ| \d\d:\d\d(:\d\d)? UTC)"), "(a moment)"),
    (re.compile(r"\bin \d+ (second|minute|hour|day|month|year)s?\b"), "in (a while)"),
    (re.compile(r"\b\d+ (second|minute|hour|day|month|year)s? ago\b"), "(a while) ago"),
)


class _Window(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@dataclass(frozen=True)
class Seen:
    """What was to be seen, and the status at the end."""

    status: int
    out: str
    err: str

    @property
    def streams(self) -> tuple[str, str]:
        """Standard output and standard error."""
        return self.out, self.err

    @property
    def plain(self) -> str:
        """Both streams, one after the other, without colours."""
        return _COLOUR.sub("", self.out + self.err)

    @property
    def lasting(self) -> str:
        """The same, with what passes replaced by its name."""
        text = self.plain
        for pattern, name in _PASSING:
            text = pattern.sub(name, text)
        return text


See = Callable[..., Seen]


@pytest.fixture
def see(monkeypatch: pytest.MonkeyPatch) -> See:
    """Run the command at a terminal so wide, or into a pipe, and return what is to be seen."""
    for name in ("NO_COLOR", "JOBPASS_ISSUER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    def run(*arguments: str, width: int = 80, terminal: bool = True) -> Seen:
        # Standard error is none: there, signs of life come and go.
        out, err = _Window() if terminal else io.StringIO(), io.StringIO()
        with monkeypatch.context() as here:
            here.setenv("COLUMNS", str(width))
            here.setattr("sys.stdout", out)
            here.setattr("sys.stderr", err)
            status = main(list(arguments))
        return Seen(status, out.getvalue(), err.getvalue())

    return run


def too_wide(text: str, width: int) -> list[str]:
    """Return the lines that are wider than the terminal though there is a blank to break at, which in JSON is none."""
    wide = [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1]
    return [line for line in wide if not line.lstrip().startswith('"')]
