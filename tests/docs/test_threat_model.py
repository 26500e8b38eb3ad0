"""Each line of the threat model names tests, and each of these exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/threat-model.md"
TEXT = PAGE.read_text("utf-8")
ATTACKS, _, UNDEFENDED = TEXT.partition("## What is not defended")
# A link's text is the test, its target the file.
NAMED = re.compile(r"\[`(?P<test>test_\w+)`\]\((?P<file>[^)]+)\)")
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in ATTACKS.partition("## A stranger")[2].splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| could try to"))
]


@cache
def _tests(file: Path) -> frozenset[str]:
    """The tests of a file: functions of the module and of its classes."""
    module = ast.parse(file.read_text("utf-8"))
    classes = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    nodes = [*module.body, *(node for each in classes for node in each.body)]
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def test_there_are_lines_to_look_at() -> None:
    assert len(ROWS) > 50
    assert len(SECTION.findall(ATTACKS)) > 8


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_each_line_has_a_control_and_names_tests_that_exist(row: tuple[str, ...]) -> None:
    attack, control, shown = row
    named = [(each["test"], (PAGE.parent / each["file"]).resolve()) for each in NAMED.finditer(shown)]

    assert attack
    assert control
    assert named
    assert [f"{test} in {file}" for test, file in named if not file.is_file() or test not in _tests(file)] == []
    # Nothing stands beside the tests: what is no link by that form would not be looked at.
    assert re.sub(r"[,\s]", "", NAMED.sub("", shown)) == ""


def test_a_test_that_is_not_there_would_be_seen() -> None:
    assert "test_there_are_lines_to_look_at" in _tests(Path(__file__))
    assert "test_that_is_gone" not in _tests(Path(__file__))


@pytest.mark.parametrize(
    "said",
    ["root of trust", "Administrators of the account", "stolen request token", "300 seconds", "Other accounts"],
)
def test_what_is_not_defended_is_said(said: str) -> None:
    assert said in UNDEFENDED
