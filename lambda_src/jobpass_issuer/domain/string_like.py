"""Patterns as IAM's StringLike reads them: `*` stands for any run of characters, `?` for one."""

import re

WILDCARDS = frozenset("*?")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern needs StringLike rather than StringEquals."""
    return not WILDCARDS.isdisjoint(pattern)


def like(pattern: str, value: str) -> bool:
    """Whether IAM's StringLike takes the value (IAM user guide, "IAM JSON policy elements: Condition operators")."""
    if not has_wildcard(pattern):
        return pattern == value
    first, *others = (_expression(part) for part in pattern.split("*"))
    if not others:
        return re.fullmatch(first, value, re.DOTALL) is not None
    # The first place where a part fits is as good as any other, so nothing is tried twice: linear, not exponential.
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.fullmatch(f"{first}{between}.*{others[-1]}", value, re.DOTALL) is not None


def _expression(part: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in part)
