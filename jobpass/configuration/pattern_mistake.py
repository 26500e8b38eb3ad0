"""Regular expressions that do not say what their author means."""

import re
import warnings

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
    if compiled.fullmatch(""):
        return "takes the empty text, and no field is empty: write `+` in the place of `*`, or leave out the `?`"
    return None
