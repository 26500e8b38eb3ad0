"""`python -m bench.plots FIGURES FOLDER`: draw what was measured as SVG, each plot of which there are figures.

It runs in an environment of its own, which has matplotlib. Equal figures make equal files.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from bench.cost import KMS_OTHER, REST_API, Token, cost, monthly_at_quota

QUOTA_PER_SECOND = 1_000
COLOURS = ("#0b6e99", "#d9730d", "#4d6461", "#ad1a72", "#64473a", "#448361", "#9b9a97", "#c29343", "#6940a5")
Figures = Mapping[str, Any]


def cold_start(figures: Figures, axes: Any) -> None:
    """What each part of a start takes, by the interpreter's own account."""
    shares = figures["token"]["import_ms"]
    left = dict.fromkeys(shares, 0.0)
    for colour, part in zip(COLOURS, next(iter(shares.values())), strict=True):
        widths = [found[part] for found in shares.values()]
        axes.barh(list(shares), widths, left=list(left.values()), color=colour, label=part)
        left = {name: left[name] + width for name, width in zip(shares, widths, strict=True)}
    axes.set_title("A cold start by what is imported")
    axes.set_xlabel("milliseconds, with the account of them")
    axes.legend(fontsize="small", ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.18))


def latency(figures: Figures, axes: Any) -> None:
    """How long a job waits when many ask at once."""
    for colour, (name, waits) in zip(COLOURS, figures["token"]["latency"].items(), strict=False):
        at_once = [each["at_once"] for each in waits]
        axes.plot(at_once, [each["median_ms"] for each in waits], "o-", color=colour, label=f"{name}, median")
        axes.plot(at_once, [each["p95_ms"] for each in waits], "o--", color=colour, label=f"{name}, 95th percentile")
    axes.set_title("Latency by concurrency: KMS 15 ms, DynamoDB 5 ms, two cores for all functions", fontsize="medium")
    axes.set_xscale("log", base=2)
    axes.set_xlabel("functions at once")
    axes.set_ylabel("milliseconds")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize="small")


def growth(figures: Figures, axes: Any) -> None:
    """What a token takes by how much there is of registrations, roles and keys."""
    grown = [each for each in figures["token"]["growth"] if each in figures["token"]["cpu_ms"]]
    found = [figures["token"]["cpu_ms"][name] for name in grown]
    middles = [each["median"] for each in found]
    spreads = [
        [each["median"] - each["low"] for each in found],
        [each["high"] - each["median"] for each in found],
    ]
    axes.bar(grown, middles, yerr=spreads, capsize=4, color=COLOURS[0])
    axes.tick_params(axis="x", labelsize="x-small", rotation=12)
    axes.set_title("CPU of a token by registrations, roles and keys")
    axes.set_ylabel("milliseconds")


def cost_by_volume(figures: Figures, axes: Any) -> None:
    """What a million tokens cost, up to a billion a month."""
    token = Token(**figures["token"]["cost"]["token"])
    volumes = [10 ** (exponent / 4) for exponent in range(20, 37)]
    kinds: dict[str, dict[str, Any]] = {
        "RS256, HTTP API": {},
        "RS256, REST API": {"gateway": REST_API},
        "ES256, HTTP API": {"kms": KMS_OTHER},
    }
    for colour, (name, choice) in zip(COLOURS, kinds.items(), strict=False):
        axes.plot(volumes, [cost(token, monthly=each, **choice).total for each in volumes], color=colour, label=name)
    for factor in (10, 3):
        quota = monthly_at_quota(QUOTA_PER_SECOND, factor)
        axes.axvline(quota, color=COLOURS[6], linestyle=":")
        axes.text(
            quota, 0.3, f" KMS quota, peak {factor} times the average", rotation=90, fontsize="x-small", va="bottom"
        )
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_title("Cost of a million tokens by volume")
    axes.set_xlabel("tokens a month")
    axes.set_ylabel("US dollars")
    axes.legend(fontsize="small", loc="center left")


def peers(figures: Figures, axes: Any) -> None:
    """What a token takes of a processor, of Jobpass and of others."""
    found = [
        (f"{name}, {kind}", each["cpu_ms"])
        for kind in ("RS256", "ES256")
        for name, each in figures["peers"][kind].items()
    ]
    axes.barh([name for name, _ in found], [each["median"] for _, each in found], color=COLOURS[0])
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize="x-small")
    axes.set_title("CPU of a token, of issuers in the same run")
    axes.set_xlabel("milliseconds")


PLOTS: Mapping[str, tuple[str, Callable[[Figures, Any], None]]] = {
    "cold-start": ("token", cold_start),
    "latency": ("token", latency),
    "growth": ("token", growth),
    "cost": ("token", cost_by_volume),
    "peers": ("peers", peers),
}


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Draw all that there are figures for, and return the files."""
    mpl.use("svg")
    # Otherwise each run has identifiers and a date of its own.
    mpl.rcParams |= {"svg.hashsalt": "jobpass", "svg.fonttype": "none", "figure.figsize": (8, 4.5)}
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, (part, plot) in PLOTS.items():
        if part not in figures:
            continue
        figure, axes = plt.subplots(layout="constrained")
        plot(figures, axes)
        file = folder / f"{name}.svg"
        figure.savefig(file, metadata={"Date": None})
        plt.close(figure)
        drawn.append(file)
    return drawn


if __name__ == "__main__":
    for each in draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])):
        print(f"drew {each}")
