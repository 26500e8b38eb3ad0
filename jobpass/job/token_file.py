"""A file for an ID token that whoever reads it finds whole, at every moment, and that nobody else may read.

Each token is written into a new file beside, which then takes the name (rename(2)). It is its owner's alone from the
first byte on. While it is kept up to date its keeper has it locked, so that no two keep one file, and so that what a
keeper left behind that was killed half-way is told from what another is writing now.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from contextlib import suppress

from jobpass.errors import JobpassError

_MADE = ".jobpass-token-"
_ATTEMPTS, _MOMENT_SECONDS = 10, 0.05
# STS takes tokens of 20,000 characters at most (STS API, "AssumeRoleWithWebIdentity").
_LONGEST_BYTES = 20_000
_BASE64URL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ELSEWHERE = "name a file of its own"


class TokenFile:
    """The file at a path. It is locked from `hold` or `write` until `remove` or `release`."""

    __slots__ = ("_folder", "_held", "_name", "path")

    def __init__(self, path: str) -> None:
        """Open its folder.

        Raises:
            JobpassError: there is no such folder, or it cannot be looked into.
        """
        self.path = os.path.abspath(path)  # noqa: PTH100 - pathlib is slow to import
        folder, self._name = os.path.split(self.path)
        self._held: int | None = None
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            raise JobpassError("no_folder", f"there is no folder {folder}", "make it, or name another file") from None
        except OSError as error:
            raise self._unwritable(error) from None

    def check(self) -> None:
        """Refuse what must not be replaced: whatever is no file of one's own, with nothing or a token in it.

        Raises:
            JobpassError: with the remedy.
        """
        try:
            found = os.stat(self._name or "/", dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None
        if stat.S_ISLNK(found.st_mode):
            raise self._unfit("symbolic_link", "is a symbolic link", "name the file that it leads to")
        if not stat.S_ISREG(found.st_mode):
            raise self._unfit("no_file", "is no ordinary file", _ELSEWHERE)
        if found.st_uid != os.geteuid():
            raise self._unfit("not_yours", "belongs to somebody else, who could read or replace the token", _ELSEWHERE)
        if self._held is None or not os.path.samestat(found, os.fstat(self._held)):
            self._check_content()

    def hold(self) -> None:
        """Take over a file that is there, to keep it from now on.

        Raises:
            JobpassError: it must not be replaced.
        """
        self.check()
        try:
            held = os.open(self._name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None
        if not _free(held, fcntl.LOCK_EX):
            os.close(held)
            raise self._watched()
        self.release()
        self._held = held

    def write(self, token: str) -> None:
        """Put a token into the file in one step; what was there stays where that fails.

        Raises:
            JobpassError: it must not be replaced, or cannot be written.
        """
        self.check()
        self._sweep()
        try:
            held = self._written(token.encode("ascii"))
        except OSError as error:
            raise self._unwritable(error) from None
        self.release()
        self._held = held

    def remove(self) -> None:
        """Remove the file if it is the one that was taken over or written here, and let go of it."""
        if self._held is None:
            return
        with suppress(OSError):
            found = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
            if os.path.samestat(found, os.fstat(self._held)):
                os.unlink(self._name, dir_fd=self._folder)
        self.release()

    def release(self) -> None:
        """Let go of the file, which stays as it is."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _written(self, data: bytes) -> int:
        """Return the new file, locked, under the name."""
        for _ in range(_ATTEMPTS):
            made = f"{_MADE}{os.urandom(8).hex()}"
            held = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=self._folder)
            try:
                _locked(held, fcntl.LOCK_EX)
                os.fchmod(held, 0o600)  # whatever the umask has left of it
                while data[os.fstat(held).st_size :]:
                    os.write(held, data[os.fstat(held).st_size :])
                os.fsync(held)
                os.replace(made, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            except FileNotFoundError:  # another took it for left behind, just before it was locked
                os.close(held)
                continue
            except BaseException:
                with suppress(OSError):
                    os.unlink(made, dir_fd=self._folder)
                os.close(held)
                raise
            with suppress(OSError):  # not every file system takes it of a folder
                os.fsync(self._folder)
            return held
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    def _sweep(self) -> None:
        """Remove what was left behind: files of one's own that nobody writes any more."""
        with suppress(OSError):
            left = [name for name in os.listdir(self._folder) if name.startswith(_MADE)]  # noqa: PTH208
            for name in left:
                with suppress(OSError):
                    found = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
                    try:
                        if os.fstat(found).st_uid == os.geteuid() and _locked(found, fcntl.LOCK_EX):
                            os.unlink(name, dir_fd=self._folder)
                    finally:
                        os.close(found)

    def _check_content(self) -> None:
        try:
            found = os.open(self._name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            content, free = os.read(found, _LONGEST_BYTES + 1), _free(found, fcntl.LOCK_SH)
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            os.close(found)
        if not free:
            raise self._watched()
        if not _is_token(content):
            text = "holds something else than a token, and is left as it is"
            raise self._unfit("not_a_token", text, f"remove it, or {_ELSEWHERE}")

    def _watched(self) -> JobpassError:
        text = "is kept up to date by another `jobpass token-file`"
        return self._unfit("file_watched", text, f"end that, or {_ELSEWHERE}")

    def _unfit(self, code: str, text: str, remedy: str) -> JobpassError:
        return JobpassError(code, f"{self.path} {text}", remedy)

    def _unwritable(self, error: OSError) -> JobpassError:
        remedy = "make room there" if error.errno in _NO_ROOM else "name a file in a folder that you may write to"
        return JobpassError("unwritable", f"{self.path} cannot be written: {error.strerror}", remedy)


def _is_token(content: bytes) -> bool:
    """Whether there is nothing in a file, as `mktemp` makes it, or a token and nothing else (RFC 7519, section 3)."""
    parts = content.strip().split(b".")
    return parts == [b""] or (len(parts) == 3 and all(part and _BASE64URL.issuperset(part) for part in parts))


def _free(file: int, kind: int) -> bool:
    """Lock an open file as `_locked`, but wait a moment first: who merely writes it has it locked that long."""
    for _ in range(_ATTEMPTS):
        if _locked(file, kind):
            return True
        time.sleep(_MOMENT_SECONDS)
    return False


def _locked(file: int, kind: int) -> bool:
    """Lock an open file, and return whether nobody else has it locked; where nothing can be locked nobody has."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
