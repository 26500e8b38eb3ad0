"""Whether two sets of subjects meet, and the subject that shows it."""

import re

import pytest

from jobpass_issuer.domain.shape import Run, Shape
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import SubjectPattern, SubjectTemplate

AB = frozenset("ab")


def _regex(shape: Shape) -> str:
    """The same set, said in another language."""
    many = {(0, None): "*", (1, None): "+", (1, 1): "", (0, 1): "?"}
    return "".join(
        "[" + "".join(map(re.escape, sorted(run.characters))) + "]" + many[(run.least, run.most)] for run in shape.runs
    )


@pytest.mark.parametrize(
    ("left", "right", "witness"),
    [
        ([], [], ""),
        (["a"], ["a"], "a"),
        (["a"], ["b"], None),
        (["ab"], ["a"], None),
        ([Run(AB)], ["aba"], "aba"),
        ([Run(AB)], [], None),
        ([Run(AB, least=0)], [], ""),
        ([Run(AB, least=0)], ["c"], None),
        ([Run(AB), ":", Run(AB)], [Run(AB), ":b"], "a:b"),
        ([Run(AB), ":", Run(AB)], [Run(AB)], None),
        ([Run(AB, most=1)], ["aa"], None),
        ([Run(AB, most=1)] * 2, ["ab"], "ab"),
        ([Run(AB, least=0, most=1), "b"], ["b"], "b"),
        ([Run(AB, least=0), Run(AB, least=0)], ["ba"], "ba"),
    ],
)
def test_two_sets_meet_where_they_should(left: list[str | Run], right: list[str | Run], witness: str | None) -> None:
    one, other = Shape.of(left), Shape.of(right)

    assert one.overlap(other) == witness
    assert (other.overlap(one) is None) == (witness is None)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("{a}:{b}", "x:{c}"),
        ("org:{a}:repo:{b}", "{a}:{b}:{c}:{d}"),
        ("{a}", "job-{b}"),
        ("{a}/x", "x/{b}"),
    ],
)
def test_a_witness_really_lies_in_both(left: str, right: str) -> None:
    one, other = SubjectTemplate(left).shape({}), SubjectTemplate(right).shape({})

    witness = one.overlap(other)

    assert witness is not None
    assert re.fullmatch(_regex(one), witness)
    assert re.fullmatch(_regex(other), witness)


@pytest.mark.parametrize(
    ("left", "right"),
    [("org:{a}:repo:{b}", "job:{a}"), ("a:{x}", "b:{x}"), ("{a}:{b}", "{a}:{b}:{c}"), ("{a}::{b}", "{a}:{b}")],
)
def test_templates_that_no_job_can_share_are_disjoint(left: str, right: str) -> None:
    assert SubjectTemplate(left).shape({}).overlap(SubjectTemplate(right).shape({})) is None


def test_constants_can_tell_two_equal_templates_apart() -> None:
    template = SubjectTemplate("org:{org}:job:{job}")

    assert template.shape({"org": "a"}).overlap(template.shape({"org": "b"})) is None
    assert template.shape({"org": "a"}).overlap(template.shape({})) == "org:a:job:!"


def test_a_pattern_with_wildcards_meets_exactly_what_it_takes() -> None:
    pattern = SubjectPattern("org:*:job:v?")
    witness = pattern.shape().overlap(SubjectTemplate("org:{org}:job:{job}").shape({}))

    assert witness is not None
    assert like(pattern.text, witness)
    assert pattern.shape().overlap(SubjectTemplate("org:{org}:task:{job}").shape({})) is None
