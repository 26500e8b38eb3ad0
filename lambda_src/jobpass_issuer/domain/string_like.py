"""Patterns as IAM's StringLike reads them: `*` stands for any run of characters, `?` for one."""

import re

WILDCARDS = frozenset("*?")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern needs StringLike rather than StringEquals."""
    return not WILDCARDS.isdisjoint(pattern)


def like(pattern: str, value: str) -> bool:
    """Whether IAM's StringLike takes the value (IAM user guide, "IAM JSON policy elements: Condition operators")."""
    expression = "".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None
