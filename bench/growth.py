"""Whether something grows linearly: what one more costs, among few and among many."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# What one more costs among many, against what it costs on the average, before growth is called more than linear.
# Quadratic growth from 1 over 125 and 250 to 500 gives 1.5; what a busy machine adds stays below.
TOLERANCE = 1.3


@dataclass(frozen=True, slots=True)
class Growth:
    """What one more costs over the whole range and in each part of it; `linear` where no part costs much more."""

    each: float
    by_part: tuple[float, ...]
    linear: bool

    def told(self, what: str, unit: str) -> str:
        """Return the verdict as a sentence."""
        parts = ", ".join(f"{cost:.1f}" for cost in self.by_part)
        verdict = "linear" if self.linear else "MORE THAN LINEAR"
        return f"Growth of {what}: {verdict}; one more role costs {self.each:.1f} {unit} (part by part: {parts})."


def growth(counts: Sequence[int], costs: Sequence[float]) -> Growth:
    """Return how costs grow with counts, which ascend.

    A cost that is the same for all does not count: it is the differences that are looked at.

    Raises:
        ValueError: there are fewer than two counts.
    """
    points = list(zip(counts, costs, strict=True))
    if len(points) < 2:
        raise ValueError("growth shows between two counts: name two at least")
    by_part = tuple((last[1] - first[1]) / (last[0] - first[0]) for first, last in pairwise(points))
    each = (costs[-1] - costs[0]) / (counts[-1] - counts[0])
    return Growth(round(each, 3), tuple(round(cost, 3) for cost in by_part), by_part[-1] <= TOLERANCE * each)
