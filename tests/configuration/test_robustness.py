"""Whatever is in the file, the answer is a configuration or a list of mistakes; and it comes soon."""

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jobpass.configuration import ConfigurationError, Problem, parse
from tests.configuration.example import SOUND

WRONG: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", "ci", "*", "${a}", "{job}", "{", "[", "é", "a b", [], {}, ["ci"], [None], [["x"]],
    {"x": None}, {"on": "y"}, {"job": "{"}, {"a": {"b": {"c": 1}}}, "https://x", "arn:aws:iam::111122223333:root",
]  # fmt: skip
PLACES = ["profiles", "platforms", "roles", "issuer", "name", "subject", "when", "where", "fields", "extra", "ci", "1"]


def mistakes(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text; anything raised but the list of mistakes is a crash."""
    try:
        parse(text)
    except ConfigurationError as error:
        return error.problems
    return ()


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in children for each in paths(child, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: object, at: str | None) -> Any:
    """The document with another value at a place, or, with `at`, with one more entry there."""
    if not path:
        return {**value, at: new} if at is not None and isinstance(value, dict) else new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new, at)
    return copy


@st.composite
def documents(draw: st.DrawFn) -> Any:
    document: Any = yaml.safe_load(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(paths(document)))
        document = changed(document, path, draw(st.sampled_from(WRONG)), draw(st.none() | st.sampled_from(PLACES)))
    return document


@given(documents())
def test_any_wrong_value_anywhere_is_a_list_of_mistakes_and_never_a_crash(document: Any) -> None:
    problems = mistakes(yaml.safe_dump(document))

    assert all(problem.message for problem in problems)
    assert not any("cannot be used" in problem.message for problem in problems)


@given(st.text(alphabet=st.sampled_from(list("abc:-{}[]&*!|>'\"#%@`, \n\t?é\x00")), max_size=40))
def test_any_text_is_a_list_of_mistakes_and_never_a_crash(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(text)


def test_five_hundred_roles_of_ten_profiles_are_checked_within_three_seconds() -> None:
    profiles = {f"p{n}": {"preset": "semaphore", "constants": {"org": f"org-{n}"}} for n in range(10)}
    platform = {
        "principals": ["arn:aws:iam::111122223333:root"],
        "profiles": list(profiles),
        "audiences": ["sts.amazonaws.com"],
    }
    roles = {
        f"r{n}": {"profile": f"p{n % 10}", "when": {"repo": f"web-{n}*", "ref_type": "branch", "ref": "refs/heads/*"}}
        for n in range(500)
    }
    text = yaml.safe_dump({"profiles": profiles, "platforms": {"ci": platform}, "roles": roles})

    began = time.perf_counter()
    configuration = parse(text)

    assert time.perf_counter() - began < 3
    assert len(configuration.deployment().roles) == 500


@pytest.mark.parametrize("section", ["principals", "profiles"])
def test_a_key_in_the_wrong_place_is_not_shown(section: str) -> None:
    key = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----"
    told = _told(f'platforms: {{ci-server: {{{section}: "{key}"}}}}')
    listed = _told(f'platforms: {{ci-server: {{{section}: ["{key}"]}}}}')
    for text in (told, listed):
        assert f"platforms.ci-server.{section}" in text
        assert "MIIEvQ" not in text


def test_a_long_value_is_told_in_part() -> None:
    text = _told(f'platforms: {{ci-server: {{principals: ["{"x" * 5000}"]}}}}')
    assert "is no ARN" in text
    assert len(text) < 3000


def _told(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse(text)
    return str(refused.value)
