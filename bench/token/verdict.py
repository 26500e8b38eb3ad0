"""The table of a measurement: what, its goal, the figure, and whether it is reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.spread import Spread

MET, MISSED, UNKNOWN = "met", "missed", "not measured"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure; `figure` is None where nothing could be measured, and `note` says then why."""

    measure: str
    goal: str
    figure: Spread | None
    limit: float
    decimals: int = 2
    unit: str = ""
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the middle of the figures is within the limit."""
        if self.figure is None:
            return UNKNOWN
        return MET if self.figure.median <= self.limit else MISSED

    def told(self) -> str:
        """Return it as a line of a table in Markdown."""
        figure = self.note if self.figure is None else f"{_figure(self.figure, self.decimals)}{self.unit}"
        return f"| {self.measure} | {self.goal} | {figure} | {self.verdict} |"


def exact(figure: float) -> Spread:
    """Return a figure that is counted or computed, and has no spread."""
    return Spread(figure, figure, figure)


def table(rows: Sequence[Row]) -> str:
    """Return all in Markdown."""
    return "\n".join(["| measure | goal | figure | verdict |", "|---|---|---|---|", *(row.told() for row in rows)])


def _figure(figure: Spread, decimals: int) -> str:
    return f"{figure.median:.{decimals}f}" if figure.low == figure.high else figure.told(decimals)
