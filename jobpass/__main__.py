"""`python -m jobpass`: the `jobpass` command."""

import sys

from jobpass.command.main import main

if __name__ == "__main__":
    sys.exit(main())
