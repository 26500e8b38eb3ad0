"""A plain command line is read as argparse reads it; every other one is left to argparse."""

from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.command.command import Argument, Command, plain_values
from jobpass.command.errors import UsageError
from jobpass.command.registry import COMMANDS, command

ON_JOBS = [name for name, entry in COMMANDS.items() if not entry.operator]
VALUES = ["", "x", "60", " 7 ", "a b", "1_0", "-1", "--", "-x", "@file", "=", "github", "jobpass", "dotenv", "\u0661"]


def _made(name: str = "made") -> Command:
    """A command with an option of each kind."""
    arguments = (
        Argument(("--text",), "a text", {"metavar": "TEXT"}),
        Argument(("--number",), "a number", {"metavar": "N", "type": int, "default": 3}),
        Argument(("--one-of",), "a choice", {"metavar": "ONE", "choices": ["github", "jobpass"], "dest": "chosen"}),
        Argument(("--needed",), "a text", {"metavar": "TEXT", "required": True}),
        Argument(("--flag",), "a flag", {"action": "store_true"}),
    )
    return Command(name, "made up", arguments, (), lambda *_: 0)


def _lines(described: Command) -> st.SearchStrategy[list[str]]:
    names = [name for argument in described.all_arguments for name in argument.names if name.startswith("-")] or [
        "--none"
    ]
    words = st.sampled_from([*names, *names, *VALUES, *(f"{name}=x" for name in names), *(each[:4] for each in names)])
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(VALUES)).map(list)
    return st.lists(pairs | words.map(lambda word: [word]), max_size=5).map(lambda parts: [*chain(*parts)])


@pytest.mark.parametrize("name", ["made", *ON_JOBS])
def test_whatever_is_read_without_argparse_is_what_argparse_reads(name: str) -> None:
    described = _made() if name == "made" else command(name)

    @given(_lines(described))
    def holds(line: list[str]) -> None:
        found = plain_values(described.all_arguments, line)
        if found is not None:
            assert found == vars(described.parser(80).parse_args(line))

    holds()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["--needed", "x"], {"needed": "x", "text": None, "number": 3, "chosen": None, "flag": False, "json": False}),
        (["--json", "--number", "7", "--needed", ""], {"number": 7, "needed": "", "json": True}),
        (["--one-of", "github", "--needed", "a b", "--flag"], {"chosen": "github", "needed": "a b", "flag": True}),
    ],
)
def test_plain_lines_need_no_argparse(line: list[str], expected: dict[str, Any]) -> None:
    found = plain_values(_made().all_arguments, line)
    assert found is not None
    assert found.items() >= expected.items()


@pytest.mark.parametrize("line", [[], ["--needed"], ["--needed", "x", "y"], ["--number", "x", "--needed", "x"], ["-x"]])
def test_mistakes_are_argparses_to_name(line: list[str]) -> None:
    assert plain_values(_made().all_arguments, line) is None
    with pytest.raises(UsageError):
        _made().options(line, 80)


def test_what_is_read_either_way_has_the_same_attributes() -> None:
    plain, other = _made().options(["--needed", "x"], 80), _made().options(["--needed=x"], 80)
    assert vars(plain) == vars(other)


def test_help_is_argparses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _made().options(["--needed", "x", "--help"], 80)
    assert "usage: jobpass made" in capsys.readouterr().out
