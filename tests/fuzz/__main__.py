"""Fuzz each parser that strangers reach, guided by coverage: a million inputs in all, or for so long.

python -m tests.fuzz [--inputs N] [--seconds S] [--seed N]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TARGET = "JOBPASS_FUZZ_TARGET"
INPUTS, SECONDS = 1_000_000, 3600


def main() -> int:
    """Run a process for each target, since libFuzzer ends the one that it runs in; tell what came of each."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from tests.fuzz.seeds import SEEDS  # noqa: PLC0415 - the child must be the first to import what is fuzzed
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    failed = [name for name in TARGETS if not _fuzzed(name, SEEDS[name], options, len(TARGETS))]
    print(f"{len(TARGETS) - len(failed)} of {len(TARGETS)} targets without a finding")
    return 1 if failed else 0


def _fuzzed(name: str, seeds: list[bytes], options: argparse.Namespace, targets: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        limits = [f"-runs={options.inputs // targets}", f"-max_total_time={options.seconds // targets}"]
        limits += [f"-seed={options.seed}", "-max_len=4096", f"-artifact_prefix={folder}/finding-"]
        command = [sys.executable, "-m", "tests.fuzz.one", *limits, folder]
        done = subprocess.run(command, env={**os.environ, TARGET: name}, capture_output=True, text=True, check=False)
        said = done.stderr.splitlines()
        (last,) = [line for line in said if line.startswith("Done ")] or ["no end"]
        print(f"{name}: {last}", flush=True)
        if done.returncode:
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
            for finding in Path(folder).glob("finding-*"):
                print(f"input: {finding.read_bytes()!r}")
        return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
