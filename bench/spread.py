"""How figures that were measured in turns compare: their middle, their spread, and the ratio of two kinds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several figures, and between which two the inner half of them lies."""

    median: float
    low: float
    high: float

    def told(self, decimals: int) -> str:
        """Return it as a table has it: `12.3 (12.1 to 12.9)`."""
        return f"{self.median:.{decimals}f} ({self.low:.{decimals}f} to {self.high:.{decimals}f})"


def spread(figures: Sequence[float]) -> Spread:
    """Return the middle and the spread of figures.

    Raises:
        ValueError: there are fewer than two.
    """
    if len(figures) < 2:
        raise ValueError("a spread shows in several runs: take two at least")
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return Spread(round(median(figures), 3), round(low, 3), round(high, 3))


def ratio(figures: Sequence[float], bare: Sequence[float]) -> Spread:
    """Return how many times as much the one costs as the other, turn by turn.

    What slows the machine down for a while slows both figures of a turn, and leaves their ratio as it is.

    Raises:
        ValueError: there are fewer than two turns, or not as many of the one as of the other.
    """
    return spread([each / other for each, other in zip(figures, bare, strict=True)])


def quantile(figures: Sequence[float], share: float) -> float:
    """Return the figure that this share of all do not exceed (nearest rank); raises ValueError where there is none."""
    if not figures:
        raise ValueError("there are no figures")
    return sorted(figures)[max(0, math.ceil(share * len(figures)) - 1)]
