"""`jobpass jobs` on a platform's machine: as a script runs it, and as somebody at a terminal does."""

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from jobpass.command.main import main


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@dataclass(frozen=True)
class Ended:
    """How the command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error that it printed as JSON, and nothing beside."""
        assert self.err == ""
        error: dict[str, Any] = self.document["error"]
        assert error["message"]
        assert error["remedy"]
        return error


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
