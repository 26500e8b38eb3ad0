"""Presets: the profiles that ship with Jobpass."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jobpass_issuer.domain.profile import Claim
from jobpass_issuer.domain.subject import Field, parse_template


@cache
def names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    found = (entry.name for entry in files("jobpass_issuer.domain").joinpath("presets").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


@cache
def document(name: str) -> dict[str, Any]:
    """Return a preset as it is written.

    `fields`, `claims` and `session_tags` are what its `forms` have in common. A form has a `subject`, takes all fields
    or some (`fields`, or all `without` some) and may add `claims`. The first form is meant where none is named.
    `examples` are values of fields as such jobs have them.

    Raises:
        KeyError: there is no preset of that name.
    """
    if name not in names():
        raise KeyError(name)
    text = files("jobpass_issuer.domain").joinpath("presets", f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def forms(name: str) -> tuple[str, ...]:
    """Return the names of a preset's forms, the default one first."""
    return tuple(document(name)["forms"])


def definition(name: str, form: str | None = None) -> dict[str, Any]:
    """Return what one form of a preset defines, in the words of a profile's settings.

    Claims and session tags whose fields the form does not take are left out.

    Raises:
        KeyError: there is no such preset, or it has no such form.
    """
    preset = document(name)
    chosen = preset["forms"][forms(name)[0] if form is None else form]
    taken = set(chosen.get("fields", preset["fields"])) - set(chosen.get("without", ()))
    audience = preset.get("default_audience")
    claims = {claim: said for claim, said in preset["claims"].items() if _needs(said) <= taken}
    return {
        "fields": {field: rule for field, rule in preset["fields"].items() if field in taken},
        "subject": chosen["subject"],
        "claims": {**claims, **chosen.get("claims", {})},
        "session_tags": {tag: field for tag, field in preset["session_tags"].items() if field in taken},
        "default_audience": audience if audience is not None and _needs(audience) <= taken else None,
    }


def _needs(said: Claim) -> set[str]:
    """The fields that a claim is made of."""
    if isinstance(said, str):
        return {part.name for part in parse_template(said) if isinstance(part, Field)}
    return set() if isinstance(said, bool) else {said["list"]}
