"""Kinds of work that take turns, so that whatever else the machine does strikes all alike."""

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def in_turns(kinds: Mapping[str, Callable[[], T]], turns: int) -> dict[str, list[T]]:
    """Do each kind of work once in each turn, each turn beginning with another; the first turn does not count."""
    found: dict[str, list[T]] = {name: [] for name in kinds}
    names = list(kinds)
    for turn in range(turns + 1):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            given = kinds[name]()
            if turn:
                found[name].append(given)
    return found
