"""A value in a policy: its variables filled in, its wildcards told from characters that only look like them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

# `${key}` and `${key, 'default'}` (IAM user guide, "IAM policy elements: Variables and tags"). No brace within, so that
# a text of many beginnings is read once and not from each of them anew.
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_SPECIAL = frozenset("*?$")

Lookup = Callable[[str], str | None]


class Wildcard(Enum):
    """What a pattern may hold between characters."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One value of a condition, with its variables filled in; a part is a text as it is, or text with wildcards."""

    parts: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: str, lookup: Lookup, *, variables: bool) -> "PolicyValue | None":
        """Return the value, or None where one of its variables stands for nothing.

        `variables` is whether the policy's version knows them: those before 2012-10-17 do not.
        NOTE: what a variable stands for is taken letter for letter, a `*` in it too; AWS documents neither.
        """
        parts: list[tuple[str, bool]] = []
        end = 0
        for found in _VARIABLE.finditer(text) if variables else ():
            name, comma, default = (each.strip() for each in found[1].partition(","))
            quoted = len(default) > 1 and default[0] == default[-1] == "'" and "'" not in default[1:-1]
            if comma and not quoted:
                continue
            value = name if name in _SPECIAL else lookup(name)
            value = default[1:-1] if value is None and comma else value
            if value is None:
                return None
            parts += [(text[end : found.start()], True), (value, False)]
            end = found.end()
        return cls((*parts, (text[end:], True)))

    @classmethod
    def variables(cls, text: str) -> Iterator[str]:
        """Return the keys of the variables in a policy's text."""
        return (found[1].partition(",")[0].strip() for found in _VARIABLE.finditer(text))

    @property
    def text(self) -> str:
        """The value letter for letter, as StringEquals reads it."""
        return "".join(text for text, _ in self.parts)

    def like(self, actual: str) -> bool:
        """Whether a text fits the value as StringLike reads it: `*` is any run of characters, `?` is one.

        Goes back to the last `*` alone, so the time is at most the product of both lengths.
        """
        pattern = tuple(self._marks())
        at = here = 0
        star, resume = -1, 0
        while here < len(actual):
            if at < len(pattern) and pattern[at] is Wildcard.ANY:
                star, resume, at = at, here, at + 1
            elif at < len(pattern) and pattern[at] in (Wildcard.ONE, actual[here]):
                at, here = at + 1, here + 1
            elif star >= 0:
                resume += 1
                at, here = star + 1, resume
            else:
                return False
        return all(mark is Wildcard.ANY for mark in pattern[at:])

    def arn_like(self, actual: str) -> bool:
        """Whether an ARN fits the value as ArnLike and ArnEquals read it: each of its six parts by itself."""
        wanted, given = self._arn_parts(), actual.split(":", 5)
        if len(wanted) != 6 or len(given) != 6 or given[0] != "arn":
            return False
        return all(part.like(text) for part, text in zip(wanted, given, strict=True))

    def _marks(self) -> Iterator[str | Wildcard]:
        for text, wild in self.parts:
            for mark in text:
                yield Wildcard(mark) if wild and mark in "*?" else mark

    def _arn_parts(self) -> list["PolicyValue"]:
        parts: list[list[tuple[str, bool]]] = [[]]
        for text, wild in self.parts:
            first, *others = text.split(":", 6 - len(parts))
            parts[-1].append((first, wild))
            parts += [[(other, wild)] for other in others]
        return [PolicyValue(tuple(part)) for part in parts]
