"""The JSON Schema by which editors complete and check `jobpass.yaml`, and the reference page from the same models.

`python -m jobpass.configuration.schema` writes the schema, with `--markdown` the page; `--check` only compares.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from jobpass.configuration import preset as presets
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.reference import page

SCHEMA_FILE = Path(__file__).with_name("jobpass.schema.json")
REFERENCE_FILE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the file."""
    made = Configuration.model_json_schema()
    profile = made["$defs"]["ProfileSettings"]
    profile["properties"]["preset"]["anyOf"][0]["enum"] = list(presets.names())
    profile["properties"]["form"]["anyOf"][0]["enum"] = sorted(
        {form for name in presets.names() for form in presets.forms(name)}
    )
    made["$defs"]["PlatformSettings"]["anyOf"] = [{"required": [proof]} for proof in ("principals", "public_keys")]
    profile["allOf"] = [_forms_of(name) for name in presets.names()]
    tidied: dict[str, Any] = _tidy(made, name=None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "jobpass.yaml"}
    return {**head, **tidied}


def _forms_of(preset: str) -> dict[str, Any]:
    """Where this preset is named, the form is one of its own."""
    named = {"properties": {"preset": {"const": preset}}, "required": ["preset"]}
    return {"if": named, "then": {"properties": {"form": {"enum": [*presets.forms(preset), None]}}}}


def _tidy(value: Any, name: str | None) -> Any:
    """Leave out pydantic's titles, put descriptions on one line, and refuse names of a form that has none."""
    if isinstance(value, list):
        return [_tidy(each, None) for each in value]
    if not isinstance(value, dict):
        return " ".join(value.split()) if name == "description" else value
    names = name in ("properties", "$defs")
    kept = {key: each for key, each in value.items() if names or key != "title"}
    if "patternProperties" in kept and not names:
        kept["additionalProperties"] = False
    return {key: _tidy(each, None if names else key) for key, each in kept.items()}


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; return 1 where the file is not what the models say."""
    parser = argparse.ArgumentParser(prog="python -m jobpass.configuration.schema", description=__doc__.split("\n")[0])
    parser.add_argument("--markdown", action="store_true", help="the reference page in the place of the schema")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is not current")
    options = parser.parse_args(arguments)
    file = REFERENCE_FILE if options.markdown else SCHEMA_FILE
    text = page() if options.markdown else json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if not options.check:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return 0
    if file.is_file() and file.read_text("utf-8") == text:
        return 0
    again = "python -m jobpass.configuration.schema" + (" --markdown" if options.markdown else "")
    print(f"{file.name} is not what the models say: run {again}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
