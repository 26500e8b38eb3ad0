"""The commands that recipes call and a machine may lack: `aws` always ours, `jq` only where there is none."""

import shlex
import shutil
import sys
from pathlib import Path

from local.folder import Folder, write_private


def install(folder: Folder, search_path: str | None = None) -> None:
    """Write the command files into the folder's `bin`."""
    _write(folder, "aws", [sys.executable, "-P", str(Path(sys.executable).with_name("aws"))])
    if shutil.which("jq", path=search_path) is None:
        # -P keeps this package's own directory off the path, where jq.py would be taken for PyPI's binding.
        _write(folder, "jq", [sys.executable, "-P", str(Path(__file__).with_name("jq.py"))])
    else:
        (folder.bin / "jq").unlink(missing_ok=True)


def _write(folder: Folder, name: str, command: list[str]) -> None:
    write_private(folder.bin / name, f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', mode=0o700)
