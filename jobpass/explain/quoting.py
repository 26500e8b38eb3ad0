"""Values of others as a terminal may show them."""

import json

_LONGEST = 200


def plain(text: str) -> str:
    """Return a text with everything unprintable escaped."""
    return "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in text)


def quoted(value: object) -> str:
    """Return a value between backticks: nothing unprintable, and no more than 200 characters of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    told = plain(text[:_LONGEST])
    return f"`{told}`" if len(text) <= _LONGEST else f"`{told}…` ({len(text)} characters)"


def listed(values: object) -> str:
    """Return several values as a sentence names them, the first five at most; a single one as it is."""
    members = list(values) if isinstance(values, list | tuple | set | frozenset) else [values]
    told = ", ".join(quoted(member) for member in members[:5])
    return f"{told} and {len(members) - 5} more" if len(members) > 5 else told or "nothing"
