"""The completion scripts of the shells, ready made: `jobpass completion` prints them."""

from __future__ import annotations

import os

SHELLS = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    """Return the script of one of `SHELLS`."""
    with open(file_of(shell), encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes longer than all the rest
        return file.read()


def file_of(shell: str) -> str:
    """Return where the script of a shell is."""
    return os.path.join(os.path.dirname(__file__), f"jobpass.{shell}")  # noqa: PTH118, PTH120 - as above
