"""IAM's StringLike, held to an oracle that reads patterns in the plainest way."""

import itertools
import time

import pytest

from jobpass_issuer.domain.string_like import has_wildcard, like


def _takes(pattern: str, value: str) -> bool:
    """The definition, letter by letter: slow, and without a regular expression."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return _takes(pattern[1:], value) or (value != "" and _takes(pattern, value[1:]))
    return value != "" and pattern[0] in ("?", value[0]) and _takes(pattern[1:], value[1:])


def test_every_short_pattern_takes_exactly_what_the_definition_takes() -> None:
    patterns = ["".join(each) for size in range(5) for each in itertools.product("ab*?", repeat=size)]
    values = ["".join(each) for size in range(5) for each in itertools.product("ab", repeat=size)]

    differing = [(p, v) for p in patterns for v in values if like(p, v) is not _takes(p, v)]

    assert differing == []


@pytest.mark.parametrize(
    ("pattern", "value", "takes"),
    [
        ("*", "", True),
        ("?", "", False),
        ("**", "x", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("[!a]", "b", False),
        ("(a|b)", "a", False),
        ("a\\*", "a*", False),
        ("a$", "a", False),
        ("a", "a\n", False),
        ("a*", "a\nb", True),
        ("a?", "a\n", True),
        ("A*", "abc", False),
        ("refs/heads/*", "refs/heads/a/b", True),
        ("*main", "main2", False),
        ("é?", "éß", True),
    ],
)
def test_nothing_but_star_and_question_mark_is_special(pattern: str, value: str, takes: bool) -> None:
    assert like(pattern, value) is takes


def test_many_stars_cost_no_time() -> None:
    began = time.perf_counter()

    assert not like("*a" * 60 + "b", "a" * 256)
    assert like("*a" * 60, "a" * 256)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(("text", "has"), [("", False), ("a.b", False), ("a*", True), ("?", True), ("[a]", False)])
def test_a_wildcard_is_a_star_or_a_question_mark(text: str, has: bool) -> None:
    assert has_wildcard(text) is has
