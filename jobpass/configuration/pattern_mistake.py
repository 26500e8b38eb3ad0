"""Regular expressions that do not say what their author means."""

import re
import re._parser as sre_parse  # type: ignore[import-not-found]
import warnings
from typing import Any

_REPETITIONS = {sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT}
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
    if _repeats_a_repetition(sre_parse.parse(pattern, re.ASCII)):
        return "repeats what repeats itself, such as `(a+)+`, which can take hours on one value: write `(a+)*+`"
    if compiled.fullmatch(""):
        return "takes the empty text, and no field is empty: write `+` in the place of `*`, or leave out the `?`"
    return None


def _repeats_a_repetition(parsed: Any, inside: bool = False) -> bool:
    """Whether an unbounded repetition holds another: what makes backtracking take exponential time."""
    for name, argument in parsed:
        if name in _REPETITIONS:
            _, most, repeated = argument
            unbounded = most is sre_parse.MAXREPEAT
            if (inside and unbounded) or _repeats_a_repetition(repeated, inside or unbounded):
                return True
        elif any(_repeats_a_repetition(part, inside) for part in _parts(name, argument)):
            return True
    return False


def _parts(name: Any, argument: Any) -> list[Any]:
    """The patterns within a part of one."""
    if name is sre_parse.SUBPATTERN:
        return [argument[-1]]
    if name is sre_parse.BRANCH:
        return list(argument[1])
    if name in {sre_parse.ASSERT, sre_parse.ASSERT_NOT}:
        return [argument[1]]
    return []
