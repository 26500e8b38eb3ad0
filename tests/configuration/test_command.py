"""`python -m jobpass.configuration` says OK or every mistake."""

from pathlib import Path

import pytest

from jobpass.configuration.__main__ import main
from tests.configuration.example import SOUND


def test_a_sound_file_is_ok(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_text(SOUND, "utf-8")

    assert main([str(file)]) == 0
    assert capsys.readouterr().out == "jobpass.yaml: OK (2 profiles, 2 platforms, 3 roles)\n"


def test_mistakes_are_printed_and_the_exit_status_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_text(SOUND.replace("ref_type: branch", "ref_type: brunch"), "utf-8")

    assert main([str(file)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("jobpass.yaml: 1 mistake\n  line 46  roles.web-deploy.when.ref_type: `brunch` must match")


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "jobpass.yaml")]) == 1
    assert "begin with a copy of the example" in capsys.readouterr().out
