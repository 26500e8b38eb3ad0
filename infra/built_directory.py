"""Directories that are filled once, however many ask for them at once, with equal times and modes throughout."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SAME_TIME = (315_532_800, 315_532_800)  # 1980-01-01, the first day that a zip file can name


def built(directory: Path, name: str, digest: str, fill: Callable[[Path], None]) -> Path:
    """Return `<name>-<digest>` in a directory, filled once: what appears under that name is complete.

    Of several threads or processes one fills, and the others wait for it. What `fill` raises is passed on.
    """
    target = directory / f"{name}-{digest}"
    if target.is_dir():
        return target
    directory.mkdir(parents=True, exist_ok=True)
    with _alone_in(directory):
        if not target.is_dir():
            draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=directory))
            try:
                fill(draft)
                _settle(draft)
                draft.rename(target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return target


def link_or_copy(source: str, target: str) -> str:
    """Share a built file between directories, so that a new one costs the disk what is new in it only."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Hold the directory's own lock, which ends with its holder and leaves no file behind."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _settle(root: Path) -> None:
    """Give everything the same times and permissions, which the umask of a machine would otherwise decide."""
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, _SAME_TIME)
