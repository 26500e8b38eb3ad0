"""`make load`: thousands of tokens from the deployed stack while KMS and DynamoDB fail, and an account of each.

python -m tests.load [--tokens N] [--jobs N] [--share S] [--seed N] [--json FILE] [--folder FOLDER]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from jobpass.errors import JobpassError
from local import interruption
from local.demo.run import EXPECTED_ERRORS
from local.deployment import EXAMPLE_CONFIGURATION, after_interruption, deployed
from local.folder import USUAL_FOLDER, Folder
from local.registration import RegistrationError
from local.stage import Stages
from tests.load import figures
from tests.load.faults import FaultsError
from tests.load.run import Load, Ran, run

INTERRUPTED = 130
_LINE_SECONDS = 10
# Its own, so that it runs beside what `make up` left running.
FOLDER = USUAL_FOLDER / "load"
_FAILURES = (*EXPECTED_ERRORS, FaultsError, JobpassError, RegistrationError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy, load, account and stop; 0 where all is sound, 1 where anything is wrong or alone, 130 on Ctrl-C."""
    options = _options(arguments)
    folder = Folder(options.folder.resolve())
    interruption.end_once()
    load = Load(options.tokens, options.jobs, options.share, options.seed)
    try:
        ran = _loaded(load, folder)
    except _FAILURES as error:
        print(f"\nload: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nload: {after_interruption(folder)}", file=sys.stderr)
        return INTERRUPTED
    print()
    for line in figures.lines(ran):
        print(line)
    if options.json:
        options.json.write_text(json.dumps(figures.document(ran), indent=2) + "\n")
    return 0 if ran.is_sound else 1


def _loaded(load: Load, folder: Folder) -> Ran:
    stages = Stages(sys.stdout)
    with deployed(EXAMPLE_CONFIGURATION, folder, stages) as deployment:
        label = f"{load.tokens:,} tokens by {load.jobs} jobs, {load.share:.0%} of calls failing"
        with stages.step(label) as step:
            return run(load, deployment, step.note if sys.stdout.isatty() else _lines())


def _lines() -> Callable[[str], None]:
    """Where there is no terminal whose line could change: a line now and then."""
    last = time.monotonic()

    def told(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > _LINE_SECONDS:
            last = time.monotonic()
            print(f"     {text}", flush=True)

    return told


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    usual = Load()
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--tokens", type=int, default=usual.tokens, help="how many in all (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=usual.jobs, help="how many ask at once (default: %(default)s)")
    parser.add_argument(
        "--share",
        type=float,
        default=usual.share,
        help="of the calls of KMS and DynamoDB that fail, 0 to 1 (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=usual.seed, help="for the same draws again (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="where to write the figures for programs")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for state and logs (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.tokens < 1 or options.jobs < 1 or not 0 <= options.share <= 1:
        parser.error("ask for one token and one job at least, and a share from 0 to 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
