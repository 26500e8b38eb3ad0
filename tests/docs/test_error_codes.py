"""Every code of an error has its meaning on the reference page, and the page has no other."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobpass import error_codes
from jobpass.command.errors import CommandError
from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.job.https import NoAnswerError
from jobpass.platform.errors import RequestRefusedError, SettingsError
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError

ROOT = Path(__file__).parents[2]
# What raises it takes the code first. The doctor and explain have classes of these names that are no JobpassError.
KINDS: tuple[type[JobpassError], ...] = (JobpassError, RefusedError, UnavailableError, NoAnswerError)
CLASSES = {each.__name__ for each in (*KINDS, RequestRefusedError, SettingsError, CommandError, UntrustedTokenError)}
OTHERS = ("doctor", "explain")
CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
# A relying party's refusals are the domain's, where the canary's function has them too.
RULES = [
    ROOT / f"lambda_src/jobpass_issuer/domain/{each}.py"
    for each in ("relying_party", "signed_token", "verification_key")
]
SOURCES = [*RULES, *(path for path in sorted((ROOT / "jobpass").rglob("*.py")) if path.name != "error_codes.py")]


def _raised(path: Path) -> Iterator[str]:
    """The codes that a module's errors are made with, where they are written out there."""
    if path.relative_to(ROOT).parts[1] in OTHERS:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if name in CLASSES and len(node.args) > 2 and isinstance(first, ast.Constant):
            yield str(first.value)


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_code_that_is_raised_has_a_meaning() -> None:
    known = {code for meanings in error_codes.SECTIONS.values() for code in meanings}
    raised = {code: path.name for path in SOURCES for code in _raised(path)}

    assert len(raised) > 50
    assert {code: module for code, module in raised.items() if code not in known} == {}


def test_every_code_with_a_meaning_is_one_that_the_source_has() -> None:
    written = {text for path in SOURCES for text in _texts(path)}
    assert [code for meanings in error_codes.SECTIONS.values() for code in meanings if code not in written] == []


def test_no_code_has_two_meanings_and_each_is_a_word_for_programs() -> None:
    codes = Counter(code for meanings in error_codes.SECTIONS.values() for code in meanings)

    assert [code for code, times in codes.items() if times > 1] == []
    assert [code for code in codes if not CODE.fullmatch(code)] == []


def test_the_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert error_codes.main(["--check"]) == 0


def test_a_page_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(error_codes, "REFERENCE_FILE", tmp_path / "errors.md")

    assert error_codes.main(["--check"]) == 1
    assert "run python -m jobpass.error_codes" in capsys.readouterr().out
    assert error_codes.main([]) == 0
    assert error_codes.main(["--check"]) == 0
