"""What a pattern is taken to match is all that it matches, and no more where every part of it is understood."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobpass.configuration.pattern_shape import field_shape, pattern_shape, subject_shape
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.subject import SubjectTemplate

ALPHABET = "ab1-"
TEXTS = ["".join(each) for size in range(5) for each in itertools.product(ALPHABET, repeat=size)]


def held(shape: Shape) -> set[str]:
    """The short texts of a set."""
    return {text for text in TEXTS if shape.overlap(Shape.text(text)) == text}


def matched(pattern: str) -> set[str]:
    """The short texts that a pattern matches whole."""
    return {text for text in TEXTS if re.fullmatch(pattern, text, re.ASCII)}


EXACT = [
    "a", "ab|b", "[ab]+", "[^a]", "[^a-b]{2}", "a{2,3}", "a{2,}", "(ab)?1*", "(?:a|b-)+", "(?P<x>a)b", "[a-]{1,3}",
    r"\d+", r"\D", r"\w", r"\W", r"[\d-]+", r"\s", ".", "a.b", "a+?b", "(a|ab)(b|1)", "", "(a)?(b)?", "a++b",
    "(?>a|b)1", r"a\-b",
]  # fmt: skip
LARGER = ["(?=a)[ab]", "(?!a)[ab]", "^a$", r"\bab\b", r"(a|b)\1", "(a)?(?(1)b|1)", "(?<=a)b", "(?i:a)", "(?>a|ab)b"]


@pytest.mark.parametrize("pattern", EXACT)
def test_a_pattern_that_is_understood_holds_what_it_matches(pattern: str) -> None:
    assert held(pattern_shape(pattern)) == matched(pattern)


@pytest.mark.parametrize("pattern", LARGER)
def test_a_pattern_that_is_not_understood_holds_no_less_than_it_matches(pattern: str) -> None:
    assert held(pattern_shape(pattern)) >= matched(pattern)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("[0-9a-f-]{36}", "0" * 36),
        ("a{300}", "a" * 300),
        ("a{0,5000}b", "a" * 4000 + "b"),
        ("((a{90}){90}){9}", "a" * 9),
    ],
)
def test_large_counts_are_counted_loosely_rather_than_long(pattern: str, value: str) -> None:
    shape = pattern_shape(pattern)

    assert len(shape.steps) <= 5_002
    assert shape.overlap(Shape.text(value)) == value or re.fullmatch(pattern, value) is None
    assert shape.overlap(Shape.run("!")) is None


_ATOMS = st.sampled_from(["a", "b", "1", "-", ".", "[ab]", "[^a]", r"\d", r"\w", "(?=a)", "(?!b)", r"\b", "^", "$"])
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.lists(inner, min_size=1, max_size=3).map("".join)
    | st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({'|'.join(each)})")
    | st.builds("(?:{}){}".format, inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "+?", "*+"])),
    max_leaves=6,
)  # fmt: skip


# Without a deadline: what shares the processor decides how long one example takes.
@settings(max_examples=300, deadline=None)
@given(_PATTERNS)
def test_whatever_a_pattern_is_its_shape_holds_all_that_it_matches(pattern: str) -> None:
    assert held(pattern_shape(pattern)) >= matched(pattern)


def test_a_fields_values_hold_no_delimiter_no_reserved_word_and_what_stands_for_none() -> None:
    rule = FieldRule("[a:1]{1,2}", reserved=("a",), otherwise="b")
    profile = Profile("p", {"x": rule}, SubjectTemplate("{x}:1"))

    assert held(field_shape(profile, "x")) == {"1", "11", "a1", "1a", "aa", "b"}


def test_a_constant_is_the_only_value_of_its_field() -> None:
    profile = Profile("p", {"x": FieldRule(), "y": FieldRule()}, SubjectTemplate("{x}-{y}"), constants={"x": "a"})

    assert subject_shape(profile).overlap(Shape.text("a-b")) == "a-b"
    assert subject_shape(profile).overlap(Shape.text("b-b")) is None
