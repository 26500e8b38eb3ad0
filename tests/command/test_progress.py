"""The sign of life is for people who wait at a terminal, and leaves nothing behind."""

import io

import pytest

from jobpass.command.operator.progress import progress
from jobpass.command.terminal import Terminal


class _Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


def shown(err: io.StringIO) -> str:
    """What a wait prints on standard error; on standard output it prints nothing."""
    out = _Tty()
    with progress("asking the keys function", Terminal(out, err)):
        pass
    assert out.getvalue() == ""
    return err.getvalue()


def test_a_terminal_shows_it_and_then_clears_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    printed = shown(_Tty())

    assert "asking the keys function" in printed
    assert printed.rindex("\x1b[2K") > printed.rindex("asking")
    assert printed.rindex("\x1b[?25h") > printed.rindex("\x1b[?25l")


def test_a_log_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert shown(io.StringIO()) == ""


@pytest.mark.parametrize("term", ["dumb", "unknown", None])
def test_so_is_a_terminal_that_cannot_go_back(term: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    if term:
        monkeypatch.setenv("TERM", term)

    assert shown(_Tty()) == ""
