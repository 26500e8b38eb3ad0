"""How these tests ask `jobpass explain`: its files, its command line, and what no output of it may hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobpass.command.main import main
from tests.command.ended import Ended
from tests.explain.account import NOW
from tests.local.seam import signing

AT = ("--at", str(NOW))


@dataclass(frozen=True)
class Asking:
    """A folder for files, and the command run in this process. No printed text may hold any token of the test."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    tokens: list[str]

    def explain(self, *arguments: str) -> Ended:
        """Run the command."""
        status = main(["explain", *arguments])
        captured = self.capsys.readouterr()
        ended = Ended(status, captured.out, captured.err)
        self.hold_no_token(ended.out + ended.err)
        return ended

    def refused(self, *arguments: str) -> Ended:
        """Run the command for a refusal, in JSON."""
        ended = self.explain(*arguments, "--json")
        assert (ended.status, ended.document["verdict"]) == (1, "refused"), ended
        return ended

    def allowed(self, *arguments: str) -> Ended:
        """Run the command for an allowance, in JSON."""
        ended = self.explain(*arguments, "--json")
        assert (ended.status, ended.document.get("verdict")) == (0, "allowed"), ended
        return ended

    def failed(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run the command where it cannot answer; in words it says the same and prints no verdict."""
        ended = self.explain(*arguments, "--json")
        assert ended.err == ""
        told = self.explain(*arguments)
        assert (told.status, told.out) == (ended.status, "")
        flat = " ".join(told.err.split())
        assert " ".join(ended.error["remedy"].split()) in flat
        return ended.status, ended.error

    def hold_no_token(self, printed: str) -> None:
        """Neither a token nor its signature, nor its header and claims as they are encoded."""
        for token in self.tokens:
            for part in (token, *(piece for piece in token.split(".") if len(piece) > 8)):
                assert part not in printed

    def token(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, end: str = "") -> str:
        """The path of a file with a token of these claims, signed by the tests' own key; `end` follows it."""
        made = signing.token(header or {"alg": "RS256", "kid": "RS256", "typ": "JWT"}, claims)
        self.tokens.append(made)
        return self.file("token.jwt", made + end)

    def file(self, name: str, content: object) -> str:
        """The path of a file: text as it is, anything else as JSON."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(path)

    def keys(self) -> str:
        """The path of the JWK Set by which those tokens verify."""
        return self.file("jwks.json", signing.six_keys())


def times() -> dict[str, int]:
    """The times of a good token."""
    return {"iat": NOW - 10, "exp": NOW + 290}
