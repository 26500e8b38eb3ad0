"""`python -m jobpass.configuration jobpass.yaml`: say whether a configuration is sound, and what is not."""

import argparse
import sys
from pathlib import Path

from jobpass.configuration.errors import ConfigurationError
from jobpass.configuration.loading import load


def main(arguments: list[str] | None = None) -> int:
    """Print `OK` or every mistake; return 1 where there is one."""
    parser = argparse.ArgumentParser(prog="python -m jobpass.configuration", description="Check a configuration.")
    parser.add_argument("file", type=Path, nargs="?", default=Path("jobpass.yaml"), help="default: jobpass.yaml")
    path: Path = parser.parse_args(arguments).file
    try:
        configuration = load(path)
    except ConfigurationError as error:
        print(error)
        return 1
    counts = ((len(getattr(configuration, each)), each) for each in ("profiles", "platforms", "roles"))
    print(f"{path.name}: OK ({', '.join(f'{count} {what}' for count, what in counts)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
