"""Presets: the profiles that ship with Jobpass."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


def names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    found = (entry.name for entry in files("jobpass_issuer.domain").joinpath("presets").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


@cache
def document(name: str) -> dict[str, Any]:
    """Return a preset as it is written: `fields`, `subject`, `claims`, perhaps `session_tags` and `source_identity`.

    Raises:
        KeyError: there is no preset of that name.
    """
    if name not in names():
        raise KeyError(name)
    text = files("jobpass_issuer.domain").joinpath("presets", f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
