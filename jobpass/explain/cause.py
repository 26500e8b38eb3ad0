"""One cause that an error text may have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, how to see that it is this and not another cause, and what to change."""

    cause: str
    how_to_tell: str
    remedy: str
