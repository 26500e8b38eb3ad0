"""How the demonstration looks in a terminal."""

import io

import pytest

from local.demo.narration import Look, Narrator, look_of, wrapped
from local.demo.secrecy import Secrets
from local.demo.step import Outcome, Result
from local.demo.story import CHAPTERS

SECRET = "an-entirely-secret-value"
LONG = "arn:aws:sts::000000000000:assumed-role/jobpass-web-deploy/semaphore-job-6d94427a-28c2-4b8a-9e9d-1e5dd06a46dc"


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def told(result: Result, look: Look, secrets: Secrets | None = None) -> str:
    stream = io.StringIO()
    Narrator(stream, secrets or Secrets(), look).result(result)
    return stream.getvalue()


def result(observed: str = "yes", **rest: object) -> Result:
    return Result("name", "a title", Outcome("yes", observed, ("what was shown",)), 1.234, str(rest.get("meaning", "")))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    stream = io.StringIO()
    narrator = Narrator(stream, Secrets(), Look(width, colour=False, unicode=True))
    for number, chapter in enumerate(CHAPTERS, 1):
        narrator.heading(f"{number}. {chapter.title}", chapter.text)
        for step in chapter.steps:
            shown = (f"STS: {LONG}", "x" * 300, f"GET https://{LONG}?api-version=1&audience={LONG}")
            narrator.result(Result(step.name, step.title, Outcome("a", LONG, shown), 12.3, step.meaning))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) > 100


def test_wrapping_loses_nothing_but_blanks() -> None:
    text = f"S3: refused {LONG} because of {LONG}"
    lines = wrapped(text, 60, "    ", "      ")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert lines[0].startswith("    S3:")
    assert all(line.startswith("      ") for line in lines[1:])


def test_a_long_word_is_broken_at_its_separators() -> None:
    assert wrapped(f"role {LONG}", 60)[:2] == ["role arn:aws:sts::000000000000:assumed-role/", "jobpass-web-deploy/"]


def test_marks_say_whether_a_step_is_as_it_should_be() -> None:
    look = Look(80, colour=False, unicode=True)
    assert told(result(), look).startswith("  ✓ a title ")
    failed = told(result("no"), look)
    assert failed.startswith("  ✗ a title ")
    assert "expected: yes" in failed
    assert "observed: no" in failed


def test_without_unicode_there_are_plain_words() -> None:
    text = told(result("no", meaning="it means …"), Look(80, colour=False, unicode=False))
    assert text.isascii()
    assert text.startswith("  NO a title")
    assert "-> it means ..." in text


def test_colour_is_for_terminals_alone_and_not_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m" in told(result(), look_of(Terminal()))
    assert "\x1b[31m" in told(result("no"), look_of(Terminal()))
    assert "\x1b" not in told(result("no"), look_of(io.StringIO()))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in told(result("no"), look_of(Terminal()))


@pytest.mark.parametrize(("columns", "width"), [("20", 60), ("77", 77), ("400", 100)])
def test_the_width_is_the_terminals_within_bounds(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert look_of(Terminal()).width == width


def test_a_secret_is_never_shown_wherever_it_comes_from() -> None:
    secrets = Secrets()
    secrets.keep(SECRET)
    leaking = Result("name", f"title {SECRET}", Outcome("a", SECRET, (f"shown {SECRET}",)), 0.1, SECRET)
    text = told(leaking, Look(60, colour=True, unicode=True), secrets)
    assert SECRET not in text
    assert text.count("[withheld]") == 4


def test_what_another_program_says_cannot_command_the_terminal() -> None:
    hostile = Result("name", "title", Outcome("a", "a", ("\x1b[2Jcleared\r\x07",)), 0.1)
    text = told(hostile, Look(60, colour=False, unicode=True))
    assert "cleared" in text
    assert not set("\x1b\r\x07") & set(text)


def test_what_is_too_short_for_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Secrets().keep("test")
