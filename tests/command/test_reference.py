"""The reference page says what the commands say."""

from pathlib import Path

import pytest

from jobpass.command import reference
from jobpass.command.registry import COMMANDS, command


def test_the_page_is_current() -> None:
    assert reference.main(["--check"]) == 0


def test_a_page_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "REFERENCE_FILE", tmp_path / "commands.md")

    assert reference.main(["--check"]) == 1
    assert "run python -m jobpass.command.reference" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_has_a_row(name: str) -> None:
    section = reference.page().partition(f"## `jobpass {name}`")[2].partition("\n## ")[0]

    for argument in command(name).arguments:
        assert f"| `{argument.written}` | " in section
    assert ("| `--json` | " in section) is command(name).json
