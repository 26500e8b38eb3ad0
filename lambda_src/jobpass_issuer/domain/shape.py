"""Sets of texts, as automata, and whether two of them meet: the proof that no job's subject is another's."""

import string
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

PRINTABLE = frozenset(chr(code) for code in range(0x21, 0x7F))
# Which of several characters a witness shows: the plainest.
_PLAINEST = {sign: rank for rank, sign in enumerate(dict.fromkeys(string.ascii_lowercase + string.digits))}
_Step = tuple[frozenset[str], int]
_OFF: str | None = None


@dataclass(frozen=True)
class Shape:
    """A set of texts.

    A text belongs to it where its characters lead from the first state to the last: `steps` are each state's ways by
    one character of a set, `skips` its ways by none.
    """

    steps: tuple[tuple[_Step, ...], ...]
    skips: tuple[tuple[int, ...], ...]

    @classmethod
    def text(cls, text: str) -> "Shape":
        """The set of one text."""
        return cls.chain(cls.one_of(mark) for mark in text)

    @classmethod
    def one_of(cls, characters: Iterable[str]) -> "Shape":
        """The texts of one character."""
        return cls((((frozenset(characters), 1),), ()), ((), ()))

    @classmethod
    def run(cls, characters: Iterable[str], least: int = 1) -> "Shape":
        """The texts made of these characters, `least` of them or more."""
        return cls.one_of(characters).repeated(least, None)

    @classmethod
    def chain(cls, parts: "Iterable[Shape]") -> "Shape":
        """A text of each part, one after the other."""
        steps: list[tuple[_Step, ...]] = [()]
        skips: list[tuple[int, ...]] = [()]
        for part in parts:
            skips[-1] = (len(steps),)
            part._copy(steps, skips)
        return cls(tuple(steps), tuple(skips))

    @classmethod
    def either(cls, parts: "Iterable[Shape]") -> "Shape":
        """A text of any part."""
        steps: list[tuple[_Step, ...]] = [()]
        skips: list[tuple[int, ...]] = [()]
        ends = []
        for part in parts:
            skips[0] += (len(steps),)
            part._copy(steps, skips)
            ends.append(len(steps) - 1)
        for end in ends:
            skips[end] += (len(steps),)
        return cls((*steps, ()), (*skips, ()))

    def repeated(self, least: int, most: int | None) -> "Shape":
        """A text of this set as often as the limits say, one after the other; without `most`, as often as one likes."""
        needed = [self] * least
        if most is not None:
            optional = Shape.text("")
            for _ in range(most - least):
                optional = Shape.either([Shape.text(""), Shape.chain([self, optional])])
            return Shape.chain([*needed, optional])
        steps: list[tuple[_Step, ...]] = [()]
        skips: list[tuple[int, ...]] = [(1,)]
        self._copy(steps, skips)
        end = len(steps)
        skips[0] += (end,)
        skips[end - 1] += (1, end)
        return Shape.chain([*needed, Shape((*steps, ()), (*skips, ()))])

    def _copy(self, steps: list[tuple[_Step, ...]], skips: list[tuple[int, ...]]) -> None:
        at = len(steps)
        steps += [tuple((characters, target + at) for characters, target in each) for each in self.steps]
        skips += [tuple(target + at for target in each) for each in self.skips]

    def only(self, characters: frozenset[str]) -> "Shape":
        """The texts of this set that hold no other characters."""
        kept = (((held & characters, target) for held, target in each) for each in self.steps)
        return Shape(tuple(tuple(step for step in each if step[0]) for each in kept), self.skips)

    def without(self, words: Collection[str]) -> "Shape":
        """The texts of this set but these.

        How far a text has come in spelling a word is part of each state, so that two texts are taken for the same one
        only where they continue alike: after `instanc`, `e` alone would end in a word.
        """
        beginnings = {word[:end] for word in words for end in range(len(word) + 1)}
        first = (0, "" if words else _OFF)
        numbers: dict[tuple[int, str | None], int] = {first: 0}
        steps: list[list[_Step]] = []
        skips: list[list[int]] = []
        ways = deque([first])
        ends = []

        def number(state: int, spelt: str | None) -> int:
            if (state, spelt) not in numbers:
                numbers[state, spelt] = len(numbers)
                ways.append((state, spelt))
            return numbers[state, spelt]

        while ways:
            state, spelt = ways.popleft()
            if state == len(self.steps) - 1 and spelt not in words:
                ends.append(len(steps))
            steps.append(
                [
                    (characters, number(target, further))
                    for held, target in self.steps[state]
                    for characters, further in _spelling(held, spelt, beginnings)
                ]
            )
            skips.append([number(target, spelt) for target in self.skips[state]])
        for end in ends:
            skips[end].append(len(steps))
        return Shape((*map(tuple, steps), ()), (*map(tuple, skips), ()))

    def overlap(self, other: "Shape") -> str | None:
        """Return a shortest text that both sets hold, or None where they are disjoint.

        Walks the pairs of states that one text can lead to, breadth first.
        """
        start = (0, 0)
        texts = {start: ""}
        ways = deque([start])
        while ways:
            pair = ways.popleft()
            mine, theirs = pair
            if self._reaches_end[mine] and other._reaches_end[theirs]:
                return texts[pair]
            for held, my_target in self._moves[mine]:
                for also, their_target in other._moves[theirs]:
                    both = held & also
                    if both and (my_target, their_target) not in texts:
                        texts[my_target, their_target] = texts[pair] + min(both, key=_plainness)
                        ways.append((my_target, their_target))
        return None

    def within(self, other: "Shape", most: int = 20_000) -> bool:
        """Whether every text of this set is one of the other; also False where more states than `most` would tell.

        Walks this set's states together with all states of the other that the same text can lead to, depth first: a
        text that is not in the other is mostly found at once.
        """
        start = (0, other._closures[0])
        seen = {start}
        ways = [start]
        while ways:
            mine, theirs = ways.pop()
            if self._reaches_end[mine] and len(other.steps) - 1 not in theirs:
                return False
            for held, target in self._moves[mine]:
                new = {(target, reached) for reached in other._led(held, theirs)} - seen
                seen |= new
                ways += new
            if len(seen) > most:
                return False
        return True

    def _led(self, held: frozenset[str], states: frozenset[int]) -> Iterator[frozenset[int]]:
        """The sets of states that these states lead to, by one of the characters held."""
        parts: list[tuple[frozenset[str], frozenset[int]]] = [(held, frozenset())]
        for characters, target in (step for state in states for step in self.steps[state]):
            parts = [
                (kept, reached)
                for part, before in parts
                for kept, reached in (
                    (part & characters, before | self._closures[target]),
                    (part - characters, before),
                )
                if kept
            ]
        yield from {reached for _, reached in parts}

    @cached_property
    def _closures(self) -> tuple[frozenset[int], ...]:
        """The states that each state leads to without a character, itself included."""
        closures = []
        for state in range(len(self.steps)):
            found = {state}
            ways = [state]
            while ways:
                new = set(self.skips[ways.pop()]) - found
                found |= new
                ways += new
            closures.append(frozenset(found))
        return tuple(closures)

    @cached_property
    def _moves(self) -> tuple[tuple[_Step, ...], ...]:
        return tuple(tuple(step for each in sorted(found) for step in self.steps[each]) for found in self._closures)

    @cached_property
    def _reaches_end(self) -> tuple[bool, ...]:
        return tuple(len(self.steps) - 1 in found for found in self._closures)


def _spelling(
    held: frozenset[str], spelt: str | None, beginnings: Collection[str]
) -> Iterator[tuple[frozenset[str], str | None]]:
    """Part a step's characters by how a text then goes on to spell one of the words, if at all."""
    onward = () if spelt is None else sorted(sign for sign in held if spelt + sign in beginnings)
    if rest := held.difference(onward):
        yield rest, _OFF
    yield from ((frozenset(sign), f"{spelt}{sign}") for sign in onward)


def _plainness(sign: str) -> tuple[int, str]:
    return _PLAINEST.get(sign, len(_PLAINEST)), sign
