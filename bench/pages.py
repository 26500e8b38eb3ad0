"""`python -m bench.pages`: write what was measured and computed into the documentation, where its marks are.

With `--from FIGURES` the figures and plots of a run take the place of those that the documentation keeps; with
`--check` nothing is written. Equal figures make equal pages.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.cost import KMS_OTHER, MB_OF_ONE_CPU, REST_API, Cost, Token, cost
from bench.spread import Spread
from bench.token.verdict import Row
from bench.token.verdict import table as table_of

DOCS = Path(__file__).resolve().parents[1] / "docs"
KEPT = DOCS / "performance"
PAGES = (DOCS / "performance.md", DOCS / "how-to" / "size.md")
SIZES_MB = (128, 192, 256, 512, 1024, 1769)
VOLUMES = (10**6, 10**7, 10**8, 10**9)
KINDS: Mapping[str, Mapping[str, Any]] = {
    "RS256, HTTP API": {},
    "RS256, REST API": {"gateway": REST_API},
    "ES256, HTTP API": {"kms": KMS_OTHER},
}
SERVICES = {
    "KMS: one signature": "kms",
    "API Gateway: one request": "gateway",
    "DynamoDB: one strongly consistent read each of registration and key ring": "dynamodb",
    "Lambda: one request": "function_requests",
    "Lambda: time": "function_time",
    "CloudWatch: three lines of logs": "logs",
}
MARKED = re.compile(r"<!-- (?P<name>[a-z]+) -->\n.*?<!-- /(?P=name) -->", re.DOTALL)
Figures = Mapping[str, Any]


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in (head, marks, *rows))


def goals(figures: Figures) -> str:
    """What was to be reached, and what is."""
    rows = [{name: each[name] for name in each if name != "verdict"} for each in figures["token"]["rows"]]
    return table_of([Row(**{**each, "figure": each["figure"] and Spread(**each["figure"])}) for each in rows])


def machine(figures: Figures) -> str:
    """On what it was measured, and how often."""
    on, times = figures["token"]["machine"], figures["token"]["repeats"]
    return (
        f"On {figures['cores']} cores ({on['processor']}, {on['system'].split()[0]}), with Python "
        f"{on['function_python']}: "
        f"{times['starts']} starts of each kind, {times['turns']} turns of {times['requests']} requests."
    )


def starts(figures: Figures) -> str:
    """What a start takes of a processor and of memory."""
    names = ("ready_cpu_ms", "first_token_cpu_ms", "peak_mib")
    rows = [
        [kind, *(_told(found[name], 1) if found[name]["median"] else "" for name in names)]
        for kind, found in figures["token"]["starts"].items()
    ]
    return _lines(["start", "ready, CPU ms", "first token, CPU ms", "peak memory, MiB"], rows)


def imports(figures: Figures) -> str:
    """Where a start goes."""
    found = figures["token"]["import_ms"]
    parts = next(iter(found.values()))
    return _lines(["imported", *found], [[part, *(f"{each[part]:.1f}" for each in found.values())] for part in parts])


def warm(figures: Figures) -> str:
    """What a request takes of a processor."""
    grown = figures["token"]["growth"]
    kinds = [each for each in figures["token"]["cpu_ms"] if each not in grown]
    rows = [[kind, _told(figures["token"]["cpu_ms"][kind], 2)] for kind in kinds]
    return _lines(["warm", "CPU ms a request"], rows)


def latency(figures: Figures) -> str:
    """How long jobs wait when many ask at once."""
    found = figures["token"]["latency"]
    waits = zip(*found.values(), strict=True)
    rows = [
        [str(at[0]["at_once"]), *(f"{each['median_ms']:.0f} ({each['p95_ms']:.0f})" for each in at)] for at in waits
    ]
    return _lines(["at once", *(f"{name}, ms" for name in found)], rows)


def peers(figures: Figures) -> str:
    """Other issuers in the same run."""
    rows = [
        [name, kind, _told(found["tokens_per_second"], 0), _told(found["cpu_ms"], 2)]
        for kind in ("RS256", "ES256")
        for name, found in figures["peers"][kind].items()
    ]
    return _lines(["issuer", "algorithm", "tokens a second", "CPU ms a token"], rows)


def prices(figures: Figures) -> str:
    """What a million tokens cost, by service."""
    token = _token(figures)
    found = [cost(token, **choice) for choice in KINDS.values()]
    rows = [[said, *(f"${getattr(each, name):.2f}" for each in found)] for said, name in SERVICES.items()]
    return _lines(["a million tokens", *KINDS], [*rows, ["**in all**", *(f"**${each.total:.2f}**" for each in found)]])


def volumes(figures: Figures) -> str:
    """What a month costs, by how many tokens there are in it."""
    token = _token(figures)

    def month(tokens: int, choice: Mapping[str, Any]) -> str:
        return f"${cost(token, monthly=tokens, **choice).total * tokens / 10**6:,.0f}"

    rows = [[f"{tokens:,}", *(month(tokens, choice) for choice in KINDS.values())] for tokens in VOLUMES]
    return _lines(["tokens a month", *KINDS], rows)


def sizes(figures: Figures) -> str:
    """What each size of the function costs, and how long it takes."""
    started = figures["token"]["starts"]["Jobpass"]["ready_cpu_ms"]["median"]

    def row(memory_mb: int) -> list[str]:
        token = replace(_token(figures), memory_mb=memory_mb)
        paid: Cost = cost(token)
        start = started / min(1.0, memory_mb / MB_OF_ONE_CPU) / 1000
        costs = (f"${paid.function_time:.2f}", f"${paid.total:.2f}")
        return [f"{memory_mb}", f"{memory_mb / MB_OF_ONE_CPU:.0%}", f"{token.duration_ms:.1f}", *costs, f"{start:.2f}"]

    head = ["MB", "of a CPU", "a token, ms", "its time, a million", "all, a million", "a start, s"]
    return _lines(head, [row(each) for each in SIZES_MB])


BLOCKS: Mapping[str, Callable[[Figures], str]] = {
    each.__name__: each for each in (goals, imports, latency, machine, peers, prices, sizes, starts, volumes, warm)
}


def _token(figures: Figures) -> Token:
    return Token(**figures["token"]["cost"]["token"])


def _told(found: Mapping[str, float], decimals: int) -> str:
    return Spread(**found).told(decimals)


def filled(page: str, figures: Figures) -> str:
    """Return a page with what belongs between its marks; raises KeyError for a mark that nothing is known of."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- {name} -->\n{BLOCKS[name](figures)}\n<!-- /{name} -->"

    return MARKED.sub(block, page)


def keep(run: Path) -> None:
    """Put a run's figures and plots in the place of those that are kept; raises ValueError where parts are missing."""
    figures = json.loads(run.read_text("utf-8"))
    if missing := {"token", "peers"} - figures.keys():
        raise ValueError(f"{run} has nothing of {' and '.join(sorted(missing))}: run python -m bench token peers")
    KEPT.mkdir(exist_ok=True)
    shutil.copy(run, KEPT / "figures.json")
    for plot in run.parent.glob("*.svg"):
        shutil.copy(plot, KEPT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare; return 1 where a page is not what the figures say."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--from", dest="run", type=Path, help="the figures of a run, with its plots beside them")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not current")
    chosen = parser.parse_args(arguments)
    if chosen.run is not None:
        if chosen.check:
            parser.error("--check writes nothing: leave --from out")
        keep(chosen.run)
    figures = json.loads((KEPT / "figures.json").read_text("utf-8"))
    stale = []
    for page in PAGES:
        before = page.read_text("utf-8")
        if (after := filled(before, figures)) != before:
            stale.append(page.name)
            if not chosen.check:
                page.write_text(after, "utf-8")
    if not chosen.check or not stale:
        return 0
    print(f"{', '.join(stale)}: not what the figures say: run python -m bench.pages")
    return 1


if __name__ == "__main__":
    sys.exit(main())
