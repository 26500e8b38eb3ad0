"""`make bench`: measure Jobpass, all of it or the parts that are named."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import startup, synth
from bench.installation import InstallationError
from bench.peers import part as peers
from bench.peers.peer import PeerError
from bench.process_group import CommandError
from bench.stub.running import REPOSITORY
from bench.token import part as token
from bench.token.function import FunctionError
from bench.token.packages import PackageError

# Not beside the code: a run that nobody keeps leaves nothing to commit.
FOLDER = Path(".local") / "bench"
FIGURES = FOLDER / "figures.json"
DRAWING = REPOSITORY / ".local" / "bench-venv" / "bin" / "python"
PARTS = ("token", "peers", "startup", "synth")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and write the figures as JSON where asked; 1 when something that is measured fails."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="What a token costs, a start of the command, and a synth by its roles."
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--roles", type=int, nargs="+", help=f"of a synth, how many (default: {list(synth.COUNTS)})")
    parser.add_argument(
        "--repeat",
        type=int,
        help="turns of each kind: of a token's functions 20, of peers 8, of a start 40; of a synth 3, the least counts",
    )
    parser.add_argument("--json", type=Path, help=f"where to write the figures (default: {FIGURES})")
    parser.add_argument("--plots", type=Path, help=f"where to draw them, as SVG (default: {FOLDER})", default=FOLDER)
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}: name {' or '.join(PARTS)}")
    parts = [part for part in PARTS if part in chosen.parts or not chosen.parts]
    if chosen.roles and "synth" not in parts:
        parser.error("--roles is of the part synth, which is not named")
    if chosen.repeat is not None and chosen.repeat < (1 if parts == ["synth"] else 2):
        parser.error("--repeat is too small: a spread shows in two runs or more")
    if len(roles := set(chosen.roles or synth.COUNTS)) < 2:
        parser.error("growth shows between two numbers of roles: name two at least")
    figures: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count()}
    for part in parts:
        try:
            report, found = _measured(part, chosen.repeat, sorted(roles))
        except (CommandError, InstallationError, FunctionError, PackageError, PeerError, startup.StartupError) as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{report}\n", flush=True)
        figures |= found
    file = chosen.json or FIGURES
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"wrote {file}", flush=True)
    return _drawn(file, chosen.plots) if {"token", "peers"} & figures.keys() else 0


def _drawn(figures: Path, folder: Path) -> int:
    """Draw in the environment that has what it takes; return its status."""
    if not DRAWING.exists():
        print("no plots: run `make bench`, which installs what draws them", file=sys.stderr)
        return 0
    command: list[str | Path] = [DRAWING, "-m", "bench.plots", figures.absolute(), folder.absolute()]
    return subprocess.run(command, cwd=REPOSITORY, check=False).returncode


def _measured(part: str, repeat: int | None, roles: Sequence[int]) -> tuple[str, dict[str, Any]]:
    if part == "synth":
        return synth.measured(roles, repeat or 3)
    if part == "startup":
        return startup.measured(repeat or 40)
    if part == "peers":
        return peers.measured(repeat or 8)
    return token.measured(token.Repeats.of(repeat or 20))


if __name__ == "__main__":
    sys.exit(main())
