"""Patterns as IAM's StringLike reads them: `*` stands for any run of characters, `?` for one."""

import re
from functools import lru_cache

WILDCARDS = frozenset("*?")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern needs StringLike rather than StringEquals."""
    return not WILDCARDS.isdisjoint(pattern)


def like(pattern: str, value: str) -> bool:
    """Whether IAM's StringLike takes the value (IAM user guide, "IAM JSON policy elements: Condition operators")."""
    return _compiled(pattern).fullmatch(value) is not None if has_wildcard(pattern) else pattern == value


# As many as a deployment has: with each token the same few are asked for.
@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    first, *others = (_expression(part) for part in pattern.split("*"))
    if not others:
        return re.compile(first, re.DOTALL)
    # The first place where a part fits is as good as any other, so nothing is tried twice: linear, not exponential.
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def _expression(part: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in part)
