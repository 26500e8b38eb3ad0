"""`jobpass jobs` on a platform's machine: as a script runs it, and as somebody at a terminal does."""

import io
import sys
from dataclasses import dataclass

import pytest

from jobpass.command.main import main
from tests.command.ended import Ended


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@dataclass(frozen=True)
class Commanding:
    """Runs the command in this process."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, *words: str) -> Ended:
        """Run it with its output captured, as a script does."""
        status = main(["jobs", *words])
        return Ended(status, *self.capsys.readouterr())

    def seen(self, *words: str, columns: int = 80) -> Ended:
        """Run it at a terminal."""
        screen = Screen()
        with self.monkeypatch.context() as here:
            here.setenv("COLUMNS", str(columns))
            here.setenv("NO_COLOR", "1")
            here.setattr(sys, "stdout", screen)
            status = main(["jobs", *words])
        return Ended(status, screen.getvalue(), self.capsys.readouterr().err)
