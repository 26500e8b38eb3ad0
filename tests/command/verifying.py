"""`jobpass verify`, asked of a token, and how it ended."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobpass.command.main import main
from tests.command.ended import Ended
from tests.verification.tokens import NOW, keys, signed

AT = ("--at", str(NOW))


@dataclass(frozen=True)
class Verifying:
    """The command in an empty folder, asked of one token, which nothing that it prints may hold."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    token: str = signed("ES256")

    def of(self, token: str) -> "Verifying":
        """The same of another token."""
        return Verifying(self.folder, self.capsys, self.monkeypatch, token)

    def ask(self, *arguments: str, at: tuple[str, ...] = AT) -> Ended:
        """Run it with the token in the environment."""
        self.monkeypatch.setenv("ID_TOKEN", self.token)
        return self.run("--token-env", "ID_TOKEN", *arguments, *at)

    def run(self, *arguments: str) -> Ended:
        """Run it."""
        status = main(["verify", *arguments])
        captured = self.capsys.readouterr()
        for part in self.token.split("."):
            assert part not in captured.out + captured.err
        return Ended(status, captured.out, captured.err)

    def jwks(self, *issuer_keys: object) -> tuple[str, str]:
        """The option for a JWK Set in a file."""
        path = self.folder / "jwks.json"
        path.write_text(json.dumps({"keys": issuer_keys or keys("ES256")}))
        return ("--jwks", str(path))
