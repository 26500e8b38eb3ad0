"""A sign of life while a command waits: on standard error, where that is a terminal, and gone when the wait is over."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from jobpass.command.terminal import Terminal


@contextmanager
def progress(doing: str, terminal: Terminal) -> Iterator[Callable[[str], None]]:
    """Show what the command waits for, turning, as long as the block runs; nobody may be asked anything meanwhile.

    Yields what changes the text that is shown.
    Where standard error is no terminal, or one that cannot go back in a line (`TERM=dumb`), nothing is printed.
    """
    if not terminal.err.isatty() or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        yield lambda _doing: None
        return
    console = Console(file=terminal.err, highlight=False, markup=False, emoji=False)
    with console.status(doing, spinner="line") as status:
        yield status.update
