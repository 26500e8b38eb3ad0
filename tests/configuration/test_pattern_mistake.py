"""Patterns that one value can keep busy for hours, beside their likes that read every value in one way."""

import pytest

from jobpass.configuration.pattern_mistake import pattern_mistake


@pytest.mark.parametrize(
    ("slow", "quick"),
    [
        ("(a+)+b", "(a+)*+b"),
        ("(a|a)+b", "(a|b)+b"),
        ("(a|ab|b)+c", "(ac|ab|b)+c"),
        (r"(\w{1,100}){1,100}", r"(\w{100}){1,100}"),
        ("((a{1,9}){1,9}){1,9}b", "((a{9}){9}){1,9}b"),
        ("([a-z]{2,3})+x", "([a-z]{3})+x"),
        ("((a+)+b)++", "(a+b)++"),
        ("(?>(a+)+b)", "(?>a+b)"),
        ("(?=(a+)+b)a+", "(?=a+b)a+"),
        ("(a)?(?(1)(b+)+c|d)", "(a)?(?(1)b+c|d)"),
        ("((a|a)+b){2}", "((a|b)+b){2}"),
        ("(a|b?)+c", "(a|b)+c"),
    ],
)
def test_what_can_be_read_in_many_ways_is_refused(slow: str, quick: str) -> None:
    assert "can take hours" in str(pattern_mistake(slow))
    assert pattern_mistake(quick) is None


@pytest.mark.parametrize("pattern", ["refs/(heads|tags)/.+", "(-?[a-z])+", "([a-z]|%3A)+", "[a-z]+(,[a-z]+)*+"])
def test_alternatives_and_options_that_are_told_apart_are_taken(pattern: str) -> None:
    assert pattern_mistake(pattern) is None
