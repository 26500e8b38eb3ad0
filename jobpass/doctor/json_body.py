"""A body as JSON, read as the strictest reader would (RFC 8259)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobpass.doctor.finding import shown

# Deeper than any document of an issuer; what stays below is safe to walk and to show.
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class JsonBody:
    """The value, None where there is none; `mistake` says why, `repeated` are member names that an object has twice."""

    value: Any = None
    mistake: str | None = None
    repeated: tuple[str, ...] = ()


def parse(body: bytes) -> JsonBody:
    """Return what a body holds."""
    if body.startswith(b"\xef\xbb\xbf"):
        return JsonBody(mistake="begins with a byte order mark, which JSON has not (RFC 8259, section 8.1)")
    repeated: list[str] = []
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=lambda pairs: _members(pairs, repeated), parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        return JsonBody(mistake="is not UTF-8")
    except json.JSONDecodeError as error:
        return JsonBody(mistake=f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except (RecursionError, ValueError):
        return JsonBody(mistake="is no JSON that readers take: it holds NaN, or is nested or written without measure")
    if _deeper(value, DEEPEST):
        return JsonBody(mistake=f"is nested more than {DEEPEST} deep")
    return JsonBody(value, None, tuple(repeated))


def _deeper(value: Any, most: int) -> bool:
    """Whether lists and objects stand in one another more than so many deep; walked level by level."""
    level = [value]
    for _ in range(most + 1):
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for group in inner for each in group]
    return bool(level)


def _members(pairs: list[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    repeated.extend(_twice([name for name, _ in pairs]))
    return dict(pairs)


def _twice(names: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield shown(name)
        seen.add(name)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
