"""The values that a field's pattern takes, as a set that can be compared with others."""

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parse  # type: ignore[import-not-found]
import string
from functools import cache
from typing import Any

from jobpass_issuer.domain.profile import MAX_VALUE_LENGTH, Profile
from jobpass_issuer.domain.shape import PRINTABLE, Shape

_ANYTHING = Shape.run(PRINTABLE, least=0)
_NOTHING = Shape.text("")
_WORDS = frozenset(string.ascii_letters + string.digits + "_")
_CATEGORIES = {
    sre.CATEGORY_DIGIT: frozenset(string.digits),
    sre.CATEGORY_NOT_DIGIT: PRINTABLE.difference(string.digits),
    sre.CATEGORY_WORD: _WORDS,
    sre.CATEGORY_NOT_WORD: PRINTABLE - _WORDS,
    sre.CATEGORY_SPACE: frozenset(),
    sre.CATEGORY_NOT_SPACE: PRINTABLE,
}
# Beyond these a pattern counts as the looser one that needs no counting.
_MOST_COUNTED = 64
_MOST_STATES = 5_000


def field_shape(profile: Profile, name: str) -> Shape:
    """Return all that can stand for a field in a profile's subjects, perhaps more.

    The values that match its pattern, hold no delimiter and are not reserved; and what stands for a job without one.
    """
    if name in profile.constants:
        return Shape.text(profile.constants[name])
    rule = profile.fields[name]
    held = pattern_shape(rule.pattern).only(PRINTABLE - profile.subject.delimiters(name)).without({"", *rule.reserved})
    return held if rule.otherwise is None else Shape.either([held, Shape.text(rule.otherwise)])


def subject_shape(profile: Profile) -> Shape:
    """Return all subjects that jobs of a profile can have, perhaps more."""
    return profile.subject.shape({name: field_shape(profile, name) for name in profile.subject.fields})


@cache
def pattern_shape(pattern: str) -> Shape:
    """The printable texts that a pattern matches whole, and more where it holds what is not understood here."""
    shape = sequence_shape(sre_parse.parse(pattern, sre.SRE_FLAG_ASCII))
    return shape if len(shape.steps) <= _MOST_STATES else Shape.run(_held(shape), least=0)


def _held(shape: Shape) -> frozenset[str]:
    return frozenset[str]().union(*(characters for steps in shape.steps for characters, _ in steps))


def sequence_shape(parsed: Any) -> Shape:
    """The printable texts that a part of a parsed pattern matches, and perhaps more."""
    return Shape.chain(_part(kind, argument) for kind, argument in parsed)


def _part(kind: Any, argument: Any) -> Shape:
    if kind in {sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY, sre.RANGE, sre.CATEGORY}:
        return Shape.one_of(_characters(kind, argument) & PRINTABLE)
    if kind is sre.BRANCH:
        return Shape.either(sequence_shape(each) for each in argument[1])
    if kind is sre.SUBPATTERN:
        _, added, removed, inner = argument
        return _ANYTHING if added or removed else sequence_shape(inner)
    if kind is sre.ATOMIC_GROUP:
        return sequence_shape(argument)
    if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
        return _repeated(*argument)
    # Assertions take no character; ignoring what they forbid only makes the set larger.
    return _NOTHING if kind in {sre.AT, sre.ASSERT, sre.ASSERT_NOT} else _ANYTHING


def _repeated(least: int, most: Any, parsed: Any) -> Shape:
    inner = sequence_shape(parsed)
    least = min(least, MAX_VALUE_LENGTH)
    if least * len(inner.steps) > _MOST_STATES:
        return Shape.run(_held(inner), least=0)
    unbounded = most is sre.MAXREPEAT or most - least > _MOST_COUNTED
    return inner.repeated(least, None if unbounded else most)


def _characters(kind: Any, argument: Any) -> frozenset[str]:
    """The characters that a part of one character takes."""
    if kind is sre.LITERAL:
        return frozenset(chr(argument))
    if kind is sre.NOT_LITERAL:
        return PRINTABLE - {chr(argument)}
    if kind is sre.RANGE:
        return frozenset(mark for mark in PRINTABLE if argument[0] <= ord(mark) <= argument[1])
    if kind is sre.CATEGORY:
        return _CATEGORIES.get(argument, PRINTABLE)
    if kind is sre.IN:
        negated = argument[0][0] is sre.NEGATE
        held = frozenset[str]().union(*(_characters(*each) for each in argument[negated:]))
        return PRINTABLE - held if negated else held
    return PRINTABLE
