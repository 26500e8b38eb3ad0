"""JSON that every parser reads alike."""

import json
from collections import Counter
from typing import Any

from jobpass_issuer.domain.errors import shown


def loads(text: str) -> Any:
    """Return what the JSON says.

    Raises:
        ValueError: it is no JSON (then a JSONDecodeError), names a member twice, or has a number that JSON has not.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_members_once, parse_constant=_no_constant)


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a member given twice, of which parsers keep different ones (RFC 8259, section 4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the member `{shown(repeated)}` is given twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
