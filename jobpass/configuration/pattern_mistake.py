"""Regular expressions that do not say what their author means."""

import re
import re._parser as sre_parse  # type: ignore[import-not-found]
import warnings
from itertools import combinations
from typing import Any

from jobpass.configuration.pattern_shape import sequence_shape
from jobpass_issuer.domain.shape import PRINTABLE, Shape

_REPETITIONS = {sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT}
# What these have matched they do not try in another way.
_FINAL = {sre_parse.POSSESSIVE_REPEAT, sre_parse.ATOMIC_GROUP}
_FLAGS = re.compile(r"(?<!\\)\(\?[aiLmsux-]+[:)]")


def pattern_mistake(pattern: str) -> str | None:
    """Return what is wrong with a field's pattern and how to mend it, or None where nothing is."""
    if not pattern.isascii():
        return "has a letter outside ASCII, and look-alikes pass for one another: use ASCII"
    if _FLAGS.search(pattern):
        return "sets flags, such as `(?i)`: write the letters out, such as `[Aa]`"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern, re.ASCII)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as error:
        return f"is no regular expression ({error}): mend it, or write signs that mean themselves with `\\` before them"
    if _reads_in_many_ways(sre_parse.parse(pattern, re.ASCII)):
        return (
            "repeats what repeats itself or has alternatives that begin alike, such as `(a+)+` or `(a|ab)+`, which can "
            "take hours on one value: write `(a+)*+`"
        )
    if compiled.fullmatch(""):
        return "takes the empty text, and no field is empty: write `+` in the place of `*`, or leave out the `?`"
    return None


def _reads_in_many_ways(parsed: Any, repeated: bool = False) -> bool:
    """Whether a repetition holds another, or alternatives that begin alike: backtracking then takes exponential time.

    A possessive repetition and an atomic group settle what they hold at the first reading.
    """
    for name, argument in parsed:
        variable = name in _REPETITIONS and argument[1] > max(argument[0], 1)
        if repeated and (variable or (name is sre_parse.BRANCH and _begin_alike(argument[1]))):
            return True
        within = name not in _FINAL and (repeated or variable)
        if any(_reads_in_many_ways(part, within) for part in _parts(name, argument)):
            return True
    return False


def _begin_alike(alternatives: Any) -> bool:
    """Whether a text of one alternative can begin with a text of another."""
    anything = Shape.run(PRINTABLE, least=0)
    begun = [Shape.chain([sequence_shape(each), anything]) for each in alternatives]
    return any(one.overlap(other) is not None for one, other in combinations(begun, 2))


def _parts(name: Any, argument: Any) -> list[Any]:
    """The patterns within a part of one."""
    if name in _REPETITIONS or name in {sre_parse.SUBPATTERN, sre_parse.POSSESSIVE_REPEAT}:
        return [argument[-1]]
    if name is sre_parse.ATOMIC_GROUP:
        return [argument]
    if name is sre_parse.BRANCH:
        return list(argument[1])
    if name in {sre_parse.ASSERT, sre_parse.ASSERT_NOT}:
        return [argument[1]]
    if name is sre_parse.GROUPREF_EXISTS:
        return [each for each in argument[1:] if each is not None]
    return []
