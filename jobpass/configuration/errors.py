"""What is wrong with a configuration: every mistake, where it is and how to mend it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

Path = tuple[str | int, ...]
# Where a mistake is, and what is wrong with its remedy, before the line is known.
Finding = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its path (`roles.web-deploy.when.ref`), its line from 1, what is wrong with its remedy."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else ""
        said = f"{self.path}: {self.message}" if self.path else self.message
        return f"{place}  {said}" if place else said


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` holds every mistake, in the order of the file."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        # A terminal obeys what a file's author may have put into it.
        self.problems = tuple(
            replace(each, path=_printable(each.path), message=_printable(each.message)) for each in problems
        )
        count = f"{len(self.problems)} mistake{'' if len(self.problems) == 1 else 's'}"
        super().__init__("\n  ".join([f"{source}: {count}", *(str(problem) for problem in self.problems)]))


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in text)


def dotted(path: Path) -> str:
    """Return a path as people write it: `platforms.ci-server.audiences[1]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
