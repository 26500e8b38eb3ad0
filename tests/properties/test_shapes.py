"""Whether two sets of subjects meet, against trying every short text."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain.shape import Run, Shape
from jobpass_issuer.domain.subject import SubjectPattern

ALPHABET = "ab:"
# Two shapes of at most three runs that meet at all meet in a text of at most six characters.
TEXTS = ["".join(each) for size in range(7) for each in itertools.product(ALPHABET, repeat=size)]
RUNS = st.builds(
    Run,
    st.frozensets(st.sampled_from(ALPHABET), min_size=1),
    least=st.sampled_from((0, 1)),
    most=st.sampled_from((1, None)),
)
SHAPES = st.lists(st.text(ALPHABET, min_size=1, max_size=2) | RUNS, max_size=3).map(
    lambda parts: Shape.of(parts[:3] if all(isinstance(part, Run) for part in parts) else parts[:2])
)
_MANY = {(0, None): "*", (1, None): "+", (1, 1): "", (0, 1): "?"}


def _held(shape: Shape) -> set[str]:
    """The short texts that a shape holds, by a regular expression."""
    parts = (f"[{''.join(sorted(run.characters))}]{_MANY[(run.least, run.most)]}" for run in shape.runs)
    expression = re.compile("".join(parts))
    return {text for text in TEXTS if expression.fullmatch(text)}


@given(SHAPES, SHAPES)
def test_a_witness_is_a_shortest_common_text_and_its_absence_the_lack_of_any(one: Shape, other: Shape) -> None:
    common = _held(one) & _held(other)
    witness = one.overlap(other)

    if witness is None:
        assert not common
    else:
        assert witness in common
        assert len(witness) == min(map(len, common))


@given(SHAPES, SHAPES)
def test_the_order_does_not_matter(one: Shape, other: Shape) -> None:
    assert (one.overlap(other) is None) is (other.overlap(one) is None)


@given(st.text(ALPHABET + "*?", max_size=4), st.text(ALPHABET, max_size=4))
def test_a_patterns_shape_holds_exactly_what_the_pattern_takes(pattern: str, subject: str) -> None:
    witness = SubjectPattern(pattern).shape().overlap(Shape.of([subject]))

    assert (witness == subject) is SubjectPattern(pattern).matches(subject)
