"""Names that exist, for somebody who wrote one that does not."""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_LISTED = 12


def suggestion(written: str, names: Iterable[str]) -> str:
    """Return which name was probably meant, or else which ones there are."""
    known = sorted(names)
    near = get_close_matches(written, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if not known:
        return "there is none"
    more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
    return f"there is {listed(known[:_MOST_LISTED])}{more}"


def listed(names: Iterable[str]) -> str:
    """Return names in a row, each set off."""
    return ", ".join(f"`{name}`" for name in names)
