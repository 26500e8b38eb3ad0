"""The schema for editors and the reference page say what the models say."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from jobpass.configuration import preset as presets
from jobpass.configuration import schema
from tests.configuration.example import SOUND, spoiled
from tests.configuration.mistakes import FORM

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    document: dict[str, Any] = json.loads(schema.SCHEMA_FILE.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_schema_is_current() -> None:
    assert schema.main(["--check"]) == 0


def test_the_reference_page_is_current() -> None:
    assert schema.main(["--check", "--markdown"]) == 0


def test_a_schema_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "SCHEMA_FILE", tmp_path / "jobpass.schema.json")
    (tmp_path / "jobpass.schema.json").write_text("{}", "utf-8")

    assert schema.main(["--check"]) == 1
    assert "run python -m jobpass.configuration.schema" in capsys.readouterr().out
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0


def test_the_first_line_of_the_example_names_the_schema() -> None:
    first = (ROOT / "jobpass.yaml").read_text("utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=jobpass/configuration/jobpass.schema.json"
    assert ROOT / "jobpass/configuration/jobpass.schema.json" == schema.SCHEMA_FILE


@pytest.mark.parametrize("text", [(ROOT / "jobpass.yaml").read_text("utf-8"), SOUND], ids=["example", "sound"])
def test_the_schema_takes_what_is_sound(text: str, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("mistake", FORM.values(), ids=FORM.keys())
def test_the_schema_refuses_what_the_models_refuse(mistake: Any, validator: jsonschema.Draft202012Validator) -> None:
    text = spoiled(mistake.old, mistake.new)

    assert not validator.is_valid(yaml.safe_load(text))


def test_every_setting_has_a_description() -> None:
    made = schema.schema()
    models = [made, *made["$defs"].values()]
    settings = [(name, each) for model in models for name, each in model["properties"].items()]

    assert [name for name, each in settings if not each.get("description") and "$ref" not in each] == []


def test_the_reference_page_names_every_setting_with_its_default() -> None:
    text = schema.REFERENCE_FILE.read_text("utf-8")
    made = schema.schema()

    for model in [made, *made["$defs"].values()]:
        for name in model["properties"]:
            assert f"| `{name}` |" in text
    assert "| `token_lifetime_seconds` | whole number 60 to 43200 | `300` |" in text
    assert "| `audiences` | list of texts | needed |" in text
    assert "| `claims` | text or `true` or `false` or settings by name | `{}` |" in text


def test_the_reference_page_names_every_form_of_every_preset_with_its_subject() -> None:
    text = schema.REFERENCE_FILE.read_text("utf-8")

    for name in presets.names():
        for form in presets.forms(name):
            assert f"presets/{name}.json) | `{form}` | `{presets.definition(name, form)['subject']}` |" in text


@pytest.mark.parametrize(
    ("profile", "sound"),
    [
        ({"preset": "windmill", "form": "instance"}, True),
        ({"preset": "windmill"}, True),
        ({"preset": "windmill", "form": "ref"}, False),
        ({"preset": "windmil"}, False),
        ({"claims": {"a": "{b}", "c": True, "d": {"list": "b"}}}, True),
        ({"claims": {"a": 1}}, False),
        ({"claims": {"d": {"lists": "b"}}}, False),
    ],
)
def test_the_schema_knows_forms_and_kinds_of_claims(
    profile: dict[str, Any], sound: bool, validator: jsonschema.Draft202012Validator
) -> None:
    document = yaml.safe_load(SOUND)
    document["profiles"]["ci"] = profile

    assert validator.is_valid(document) is sound
