"""What a person hands over in a file, on standard input or in a variable; an error never shows what was in it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from jobpass.command.errors import COULD_NOT_LOOK, CommandError

STANDARD_INPUT = "-"
MAX_BYTES = 1 << 20


def read(source: str, what: str, most_bytes: int = MAX_BYTES) -> str:
    """Return the text in a file, or on standard input where `source` is `-`.

    Raises:
        CommandError: there is none, it is no text in UTF-8, or longer than any token, policy or log should be.
    """
    if source == STANDARD_INPUT:
        data, place = sys.stdin.buffer.read(most_bytes + 1), "standard input"
    else:
        place = f"the file {source}"
        try:
            with Path(source).open("rb") as file:
                data = file.read(most_bytes + 1)
        except OSError as error:
            raise unusable(f"{what}: {place} cannot be read ({error.strerror})", "name a file that is there") from None
        except ValueError:  # a name with a zero byte
            raise unusable(f"{what}: that is no file's name", "name a file that is there") from None
    if len(data) > most_bytes:
        raise unusable(f"{what}: {place} holds more than {most_bytes:,} bytes", "hand over less")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unusable(f"{what}: {place} is no text in UTF-8", "hand over text") from None
    if not text.strip():
        raise unusable(f"{what}: {place} is empty", "see what was to write it, and whether that failed")
    return text


def read_json(source: str, what: str, most_bytes: int = MAX_BYTES) -> Any:
    """Return the JSON in a file or on standard input; raises as `read` does.

    An object with a member twice is no JSON here: readers differ on which of them counts.
    """
    try:
        return json.loads(read(source, what, most_bytes), object_pairs_hook=_members)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise unusable(f"{what}: it is no JSON ({error.msg} at {place})", "hand over the JSON document whole") from None
    except _TwiceError as error:
        named = f"{what}: an object in it has the member {json.dumps(error.name[:80])} twice"
        raise unusable(
            f"{named}, and readers differ on which counts", "write the member once, with all that both say"
        ) from None
    except (RecursionError, ValueError):
        raise unusable(f"{what}: it is no JSON that can be read", "hand over the JSON document whole") from None


class _TwiceError(ValueError):
    """An object has a member twice."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _TwiceError(name)
        made[name] = value
    return made


def variable(name: str, what: str) -> str:
    """Return the value of an environment variable, which must have one."""
    value = os.environ.get(name, "") if "=" not in name and "\0" not in name else ""
    if not value.strip():
        raise unusable(f"{what}: the variable {name} is not set, or is empty", "export it to this command")
    return value


def unusable(message: str, remedy: str) -> CommandError:
    """Return the error for what was named and cannot be had."""
    return CommandError("unreadable", message, remedy, COULD_NOT_LOOK)
