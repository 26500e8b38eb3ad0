"""What the tests of `jobpass explain` share."""

from pathlib import Path

import pytest

from tests.command.explaining import Asking


@pytest.fixture
def asking(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Asking:
    """The command in an empty folder, on a terminal of 120 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return Asking(tmp_path, capsys, monkeypatch, [])
