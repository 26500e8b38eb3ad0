"""Whether two sets of texts meet, against trying every short text."""

import itertools
import re
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.subject import SubjectPattern

ALPHABET = "ab:"
TEXTS = ["".join(each) for size in range(7) for each in itertools.product(ALPHABET, repeat=size)]


@dataclass(frozen=True)
class Said:
    """One set, said as a shape and as a regular expression."""

    shape: Shape
    expression: str

    def held(self) -> set[str]:
        """The short texts of the set, by the regular expression."""
        expression = re.compile(self.expression)
        return {text for text in TEXTS if expression.fullmatch(text)}


def _words() -> st.SearchStrategy[str]:
    return st.text(ALPHABET, max_size=2)


_ATOMS = _words().map(lambda text: Said(Shape.text(text), re.escape(text))) | st.frozensets(
    st.sampled_from(ALPHABET), min_size=1
).map(lambda marks: Said(Shape.one_of(marks), f"[{''.join(sorted(marks))}]"))


def _larger(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    pairs = st.lists(inner, min_size=1, max_size=2)
    return (
        pairs.map(lambda each: Said(Shape.chain(one.shape for one in each), "".join(one.expression for one in each)))
        | pairs.map(
            lambda each: Said(Shape.either(one.shape for one in each), f"({'|'.join(one.expression for one in each)})")
        )
        | st.builds(_repeated, inner, st.integers(0, 2), st.integers(0, 1) | st.none())
        | st.builds(_without, inner, st.frozensets(_words(), max_size=3))
    )


def _repeated(said: Said, least: int, more: int | None) -> Said:
    most = None if more is None else least + more
    limits = f"{{{least},{'' if most is None else most}}}"
    return Said(said.shape.repeated(least, most), f"(?:{said.expression}){limits}")


def _without(said: Said, words: frozenset[str]) -> Said:
    """Said by enumeration: no regular expression excludes a word in the middle of another text."""
    held = Said(said.shape, said.expression).held()
    shortened = Shape.either(Shape.text(text) for text in held if len(text) <= 2).without(words)
    kept = sorted(text for text in held if len(text) <= 2 and text not in words)
    return Said(shortened, "(?:" + "|".join(map(re.escape, kept)) + ")" if kept else "(?!)")


SAID = st.recursive(_ATOMS, _larger, max_leaves=4)


@given(SAID)
def test_a_shape_holds_exactly_what_its_regular_expression_matches(said: Said) -> None:
    held = said.held()

    assert held == {text for text in TEXTS if said.shape.overlap(Shape.text(text)) == text}


@given(SAID, SAID)
def test_a_witness_is_a_shortest_common_text_and_its_absence_the_lack_of_any(one: Said, other: Said) -> None:
    common = one.held() & other.held()
    witness = one.shape.overlap(other.shape)

    if common:
        assert witness in common
        assert len(witness or "") == min(map(len, common))
    else:
        assert witness is None or len(witness) > len(TEXTS[-1])


@given(SAID, SAID)
def test_the_order_does_not_matter(one: Said, other: Said) -> None:
    assert (one.shape.overlap(other.shape) is None) is (other.shape.overlap(one.shape) is None)


@given(SAID, SAID)
def test_a_set_within_another_holds_no_text_beside(one: Said, other: Said) -> None:
    assert not one.shape.within(other.shape) or one.held() <= other.held()


@given(st.text("ab*?", max_size=3), st.text("ab*?", max_size=3))
def test_a_pattern_lies_within_another_exactly_where_that_takes_all_that_it_takes(one: str, other: str) -> None:
    narrower, wider = SubjectPattern(one), SubjectPattern(other)

    expected = all(wider.matches(text) for text in TEXTS if narrower.matches(text))

    assert narrower.shape().within(wider.shape()) is expected


@given(SAID, SAID)
def test_a_set_lies_within_every_set_that_it_is_a_part_of(one: Said, other: Said) -> None:
    assert one.shape.within(one.shape)
    assert one.shape.within(Shape.either([other.shape, one.shape]))
    assert Shape.either([one.shape, other.shape]).within(one.shape) is other.shape.within(one.shape)


@given(SAID, st.frozensets(_words(), max_size=4))
def test_what_is_excluded_and_nothing_else_is_missing(said: Said, words: frozenset[str]) -> None:
    rest = said.shape.without(words)

    assert said.held() - words == {text for text in TEXTS if rest.overlap(Shape.text(text)) == text}


@given(st.text(ALPHABET + "*?", max_size=4), st.text(ALPHABET, max_size=4))
def test_a_patterns_shape_holds_exactly_what_the_pattern_takes(pattern: str, subject: str) -> None:
    witness = SubjectPattern(pattern).shape().overlap(Shape.text(subject))

    assert (witness == subject) is SubjectPattern(pattern).matches(subject)
