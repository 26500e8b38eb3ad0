"""The reference page of `jobpass.yaml`, made from the models."""

import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from jobpass.configuration import preset as presets
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.settings import Settings

_INTRODUCTION = """# Configuration: `jobpass.yaml`

<!-- Made by `python -m jobpass.configuration.schema --markdown`: edit the models, not this page. -->

One file says what a deployment of Jobpass issues, to whom, and which IAM roles trust it. The `jobpass.yaml` of the
repository is an example to begin with. Synthesis refuses a file with a mistake and reports every mistake at once, each
with its place, its line and the remedy (what hangs on a faulty part is looked at once that part is mended);
`python -m jobpass.configuration jobpass.yaml` does the same by itself. Editors complete and check the file
with `jobpass/configuration/jobpass.schema.json`, which its first line names.

Text that YAML takes for something else (`on`, `no`, `2024-01-01`, `12e3`) stands in quotes. In `when` and `where`, `*`
stands for any text and `?` for one character.
"""

_PRESET_FILES = "../../lambda_src/jobpass_issuer/domain/presets"
_PRESETS = """## Presets

The profiles that ship with Jobpass, each in a file of its own: its fields with their patterns, its claims, and the
session tags that its jobs have. The first form of each is meant where `form` is left out. A step of Buildkite without a
key leaves the end of its subject empty, and a script of Windmill that no flow runs has `no_flow` there: a role's `when`
may name either (`step_key: ""`, `flow_path: no_flow`). GitHub's environments carry `:` as `%3A`.
"""

_CHECKED = """## What is checked across the parts

- Every profile, platform, role and field that is named exists; a near miss is suggested.
- No job's subject can be that of a job of another profile, and no role's pattern takes a job of another profile: proved
  over all values that the fields' patterns, `reserved` and `otherwise` leave, and refused with a subject of both.
- A role names its jobs, in each of its alternatives: one that trusts every job of its profile (also by a value that
  every job has, such as `refs/*`, or one alternative or another), or that does not say whether it means a branch, a tag
  or a pull request where the profile has `ref_type` or `ref`, needs a reason in `allow_any`; so does one for jobs that
  all have one subject (`form: instance`).
- No alternative repeats another or lies within it, and no role differs from another in its name alone.
- Every role, and each of its alternatives, can be assumed by some job: a platform registers its profile with one of its
  audiences, and its `where` leaves room for the role's `when` and `session_tags`; a role whose pin is required stands
  in the `roles` of such a platform.
- Another account is named by the roles that are in it, its number stands there once, and the policies that its roles
  have by ARN are its own or AWS's; with such accounts, `issuer.url` is set, since no template of theirs can wait for an
  address.
- AWS takes what is made of it: trust policies of at most 2048 characters, at most 100 audiences over the roles of an
  account, inline policies of at most 10,240 characters together and of the right form, at most 50 session tags with
  names that STS takes, source identities of 2 to 64 characters.
- A platform proves itself somehow; the `public_keys` of one are public, RSA of 2048 bits or more or EC on P-256, and
  each has a `kid` of its own.
- A key signs for longer than the next one is published ahead, so that there is one to follow when it is due.
- A domain of one's own comes with its certificate, and the hosted zone is that of the domain.
"""


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join([_INTRODUCTION, *_sections(Configuration, "The whole file", set()), *_presets(), _CHECKED])


def _presets() -> Iterator[str]:
    """The forms of all presets with their subjects."""
    yield _PRESETS
    yield "| preset | form | subject | default audience |\n|---|---|---|---|"
    for name in presets.names():
        for form in presets.forms(name):
            defined = presets.definition(name, form)
            audience = _code(defined["default_audience"]) if defined["default_audience"] else ""
            yield f"| [`{name}`]({_PRESET_FILES}/{name}.json) | `{form}` | {_code(defined['subject'])} | {audience} |"
    yield ""


def _sections(model: type[Settings], title: str, seen: set[type[Settings]]) -> Iterator[str]:
    """A section for a model, and after it one for each model that its settings hold."""
    seen.add(model)
    yield f"## {title}\n\n{_line(model.__doc__ or '')}\n"
    yield "| setting | value | default | what |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        value, default = _value(field), _default(field)
        yield f"| `{name}` | {value} | {default} | {_line(field.description or '')} |"
    yield ""
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            if inner not in seen:
                place = "" if model is Configuration else f"{title.strip('`')}."
                yield from _sections(inner, f"`{place}{name}{_each(field.annotation)}`", seen)


def _each(annotation: Any) -> str:
    return ".<name>" if get_origin(annotation) is dict else ""


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;") if "`" not in text else _code_safe(text)


def _code_safe(text: str) -> str:
    """Escape outside code only: inside backticks Markdown shows signs as they are, save the bar of tables."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts))


def _models(annotation: Any) -> Iterator[type[Settings]]:
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    if isinstance(field.default, Settings) or field.default is None:
        return ""
    return f"`{json.dumps(field.default)}`" if not isinstance(field.default, str) else _code(field.default)


def _value(field: FieldInfo) -> str:
    limits = {type(each).__name__: each for each in _constraints(field)}
    low, high = getattr(limits.get("Ge"), "ge", None), getattr(limits.get("Le"), "le", None)
    span = f" {low} to {high}" if low is not None else ""
    return f"{_kind(field.annotation)}{span}"


def _constraints(field: FieldInfo) -> list[Any]:
    inner = [each for argument in get_args(field.annotation) for each in getattr(argument, "__metadata__", [])]
    return [*field.metadata, *(limit for each in inner for limit in getattr(each, "metadata", [each]))]


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin is Literal:
        return ", ".join(_code(str(each)) for each in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(each) for each in arguments if each is not type(None))
    if origin is list:
        return "list of texts" if _kind(arguments[0]) == "text" else "list of mappings"
    if origin is dict:
        return f"{_kind(arguments[1])} by name"
    names = {str: "text", int: "whole number", bool: "`true` or `false`"}
    return names.get(annotation, "settings")


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
