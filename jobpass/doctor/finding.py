"""One thing to mend, or to know, about an issuer."""

import json
from dataclasses import dataclass
from enum import StrEnum

_MOST_SHOWN = 80


class Severity(StrEnum):
    """How bad: refused by AWS or by clients that keep to the standards; refused by some or soon; worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong (`message`), where in what the issuer serves, and what to do; `code` is stable."""

    code: str
    severity: Severity
    where: str
    message: str
    remedy: str


def error(code: str, where: str, message: str, remedy: str) -> Finding:
    """Return a finding that makes AWS, or a client that keeps to the standards, refuse tokens."""
    return Finding(code, Severity.ERROR, where, message, remedy)


def warning(code: str, where: str, message: str, remedy: str) -> Finding:
    """Return a finding that makes some clients refuse tokens, or will make them."""
    return Finding(code, Severity.WARNING, where, message, remedy)


def note(code: str, where: str, message: str, remedy: str) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(code, Severity.NOTE, where, message, remedy)


def shown(value: object) -> str:
    """Return what a stranger's server sent as a terminal may show it: escaped, in ASCII, cut where it is long."""
    try:
        text = json.dumps(value)
    except (RecursionError, TypeError, ValueError):
        return "(a value that is not shown)"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
