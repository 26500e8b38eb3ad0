"""`python -m local.demo`: deploy Jobpass on the embedded AWS, let a job get credentials, show refusals, stop it all."""

import argparse
import json
import sys
from pathlib import Path

from local import interruption
from local.demo.narration import Narrator
from local.demo.run import Run, demonstrate
from local.deployment import EXAMPLE_CONFIGURATION, after_interruption
from local.folder import REPOSITORY, USUAL_FOLDER, Folder

INTERRUPTED = 130
# Its own, so that it runs beside what `make up` left running.
FOLDER = USUAL_FOLDER / "demo"


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration; 0 when every step is as it should be, 1 when not, 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    folder = Folder(options.folder.resolve())
    interruption.end_once()
    run = Run()
    stream = sys.stderr if options.json else sys.stdout
    narrator = Narrator(stream, run.secrets)
    status = INTERRUPTED
    try:
        demonstrate(run, narrator, EXAMPLE_CONFIGURATION, folder, stream)
        status = 1 if run.failed else 0
    except KeyboardInterrupt:
        print(f"\n{after_interruption(folder)}", file=sys.stderr)
    else:
        _close(run, narrator, options.folder)
    if options.json:
        print(json.dumps(run.document() | ({"ok": False} if status else {}), indent=2, ensure_ascii=False))
    return status


def _close(run: Run, narrator: Narrator, folder: Path) -> None:
    failed = ", ".join(result.name for result in run.failed)
    if failed:
        narrator.heading(f"Not as it should be: {failed}", f"The logs are in {_shown(folder / 'log')}.")
        return
    narrator.heading(
        f"All {len(run.results)} steps are as they should be, in {run.seconds:.0f} s",
        "To try it yourself: `make up` leaves the same stack running and writes .local/env for your shell. "
        "To deploy it into your own account: README.md, or `make deploy` with AWS credentials in your shell.",
    )


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, progress on the other")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where its state and logs go (default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
