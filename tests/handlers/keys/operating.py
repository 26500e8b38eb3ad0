"""An operator who runs `jobpass keys`, over the real keys function."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobpass.command.main import main
from tests.command.ended import Ended
from tests.handlers.keys.deployed import Deployed
from tests.handlers.keys.invoking import Operations

FUNCTION = "jobpass-keys"
REASON = ("--reason", "incident 42")


class _Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@dataclass(frozen=True)
class Operator:
    """Somebody with a shell, and what their commands meet."""

    aws: Deployed
    wire: Operations
    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def run(self, *arguments: str, typed: str | None = None) -> Ended:
        """Run the command; at a terminal, where something is typed."""
        self.aws.metrics()  # What the function prints into the same stream is kept apart.
        err: io.StringIO = io.StringIO() if typed is None else _Tty()
        self.monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else _Tty(typed))
        self.monkeypatch.setattr("sys.stderr", err)
        status = main(["keys", *arguments])
        printed = self.aws.output.readouterr().out
        lines = [line for line in printed.splitlines() if not line.startswith('{"_aws"')]
        self.aws.printed += printed
        return Ended(status, "\n".join(lines), err.getvalue())

    def failed(self, code: str, status: int, *arguments: str) -> str:
        """Run the command for an error, which a person is told as well; return what it says and the remedy."""
        ended = self.run(*arguments, "--json")
        assert (ended.status, ended.error["code"]) == (status, code), ended
        told = self.run(*arguments)
        assert (told.status, told.out) == (status, "")
        assert " ".join(ended.error["remedy"].split()) in told.flat
        return f"{ended.error['message']} {ended.error['remedy']}"

    @property
    def sent(self) -> list[str]:
        """The names of the commands that came to the function."""
        return [event["command"] for event in self.wire.commands]
