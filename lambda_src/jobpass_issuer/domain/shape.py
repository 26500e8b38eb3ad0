"""Sets of subjects, and whether two of them meet: the proof that no job's subject is another's."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

PRINTABLE = frozenset(chr(code) for code in range(0x21, 0x7F))
_Place = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of characters of one set: `least` of them (0 or 1) or more, or exactly one where `most` is 1."""

    characters: frozenset[str]
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A set of subjects, as a sequence of runs."""

    runs: tuple[Run, ...]

    @classmethod
    def of(cls, parts: Iterable[str | Run]) -> "Shape":
        """Return the shape of literals and runs in their order."""
        runs: list[Run] = []
        for part in parts:
            runs += [part] if isinstance(part, Run) else [Run(frozenset(mark), most=1) for mark in part]
        return cls(tuple(runs))

    def overlap(self, other: "Shape") -> str | None:
        """Return a shortest subject that both shapes hold, or None where they are disjoint.

        Walks the product of both sequences breadth first: a state is how far each has come, and whether the run at
        that place has had its first character.
        """
        start = (self._skip(0), other._skip(0))
        ways: deque[tuple[frozenset[_Place], frozenset[_Place], str]] = deque([(*start, "")])
        seen = {start}
        while ways:
            mine, theirs, text = ways.popleft()
            if any(self._complete(place) for place in mine) and any(other._complete(place) for place in theirs):
                return text
            for character in sorted(self._possible(mine) & other._possible(theirs)):
                step = (self._advance(mine, character), other._advance(theirs, character))
                if step not in seen:
                    seen.add(step)
                    ways.append((*step, text + character))
        return None

    def _skip(self, index: int, begun: bool = False) -> frozenset[_Place]:
        """The places reachable from a place without taking a character."""
        places = {(index, begun)}
        while index < len(self.runs) and (begun or self.runs[index].least == 0):
            index, begun = index + 1, False
            places.add((index, begun))
        return frozenset(places)

    def _complete(self, place: _Place) -> bool:
        return place[0] == len(self.runs)

    def _possible(self, places: frozenset[_Place]) -> frozenset[str]:
        sets = [self.runs[index].characters for index, begun in places if self._may_take(index, begun)]
        return frozenset().union(*sets)

    def _may_take(self, index: int, begun: bool) -> bool:
        return index < len(self.runs) and not (begun and self.runs[index].most == 1)

    def _advance(self, places: frozenset[_Place], character: str) -> frozenset[_Place]:
        reached: set[_Place] = set()
        for index, begun in places:
            if self._may_take(index, begun) and character in self.runs[index].characters:
                reached |= self._skip(index, begun=True)
        return frozenset(reached)
