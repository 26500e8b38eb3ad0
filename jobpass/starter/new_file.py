"""A file put where it belongs in one step: whole or not at all, and never over another without a copy of that."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from jobpass.command.errors import COULD_NOT_LOOK, REFUSED, CommandError
from jobpass.configuration.schema import SCHEMA_FILE


def schema_reference(file: Path) -> str:
    """Return where an editor finds the schema for a file: a relative path in a checkout, else the URL of this one.

    The schema ships in the package; a URL is read by editors whatever the path has in it.
    """
    checkout, folder = SCHEMA_FILE.parents[2], file.absolute().parent.resolve()
    if (checkout / "pyproject.toml").is_file() and folder.is_relative_to(checkout):
        return Path(os.path.relpath(SCHEMA_FILE, folder)).as_posix()
    return SCHEMA_FILE.as_uri()


def check_place(file: Path, *, force: bool) -> None:
    """Refuse a place where no file can be made, or where one is that may not be replaced; nothing is written.

    Raises:
        CommandError: with the remedy.
    """
    try:
        folder, link, there, ordinary = (
            file.absolute().parent.is_dir(),
            file.is_symlink(),
            file.exists(),
            file.is_file(),
        )
    except OSError as error:  # a name that is too long, or a folder that may not be looked into
        raise _unwritable(f"{file} cannot be written ({error.strerror})", "name another file") from None
    if not folder:
        raise _unwritable(f"there is no folder {file.parent}", "make it, or name a file elsewhere")
    if link or (there and not ordinary):
        raise _unwritable(f"{file} is there, and is no ordinary file", "name another file")
    if there and not force:
        raise _exists(file)


def write(file: Path, text: str, *, force: bool) -> Path | None:
    """Write a new file; return the copy of the one that it replaces, None where there was none.

    Raises:
        CommandError: there is a file and `force` is not said, or it cannot be written; what was there is as it was.
    """
    check_place(file, force=force)
    made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with made.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        backup = _copied(file) if force and file.exists() else None
        if backup is None:
            _put(made, file)
        else:
            made.replace(file)
    except FileExistsError:
        raise _exists(file) from None
    except OSError as error:
        raise _unwritable(
            f"{file} cannot be written ({error.strerror})", "mend that, or name a file elsewhere"
        ) from None
    finally:
        made.unlink(missing_ok=True)
    return backup


def _put(made: Path, file: Path) -> None:
    """Give a file its name, which must be free: somebody may have taken it since it was looked at."""
    try:
        file.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(made.read_text("utf-8"))


def _copied(file: Path) -> Path:
    """Keep a file under a name that is free."""
    for number in range(1, 1000):
        backup = file.with_name(f"{file.name}.{number}.bak")
        with suppress(FileExistsError), backup.open("xb") as stream:
            stream.write(file.read_bytes())
            return backup
    raise _unwritable(f"there are copies of {file} already, as many as are counted", "remove some of them")


def _exists(file: Path) -> CommandError:
    remedy = "name another file, or say `--force`, which keeps a copy of the one that is there"
    return CommandError("file_exists", f"{file} is there already, and is left as it is", remedy, REFUSED)


def _unwritable(message: str, remedy: str) -> CommandError:
    return CommandError("unwritable", message, remedy, COULD_NOT_LOOK)
