"""How a command ended, and what it printed."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ended:
    """Its exit status and both streams."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def flat(self) -> str:
        """All that it printed, on one line."""
        return " ".join((self.out + self.err).split())

    @property
    def error(self) -> dict[str, Any]:
        """The error that it printed as JSON, with its remedy, and nothing beside."""
        assert self.err == ""
        found: dict[str, Any] = self.document["error"]
        assert found["message"]
        assert found["remedy"]
        return found

    @property
    def code(self) -> str:
        """The code of that error."""
        return str(self.error["code"])
