"""Whether two sets of texts meet, and the text that shows it."""

import pytest

from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import SubjectPattern, SubjectTemplate

AB = Shape.run("ab")
COLON = Shape.text(":")


@pytest.mark.parametrize(
    ("left", "right", "witness"),
    [
        (Shape.text(""), Shape.text(""), ""),
        (Shape.text("a"), Shape.text("a"), "a"),
        (Shape.text("a"), Shape.text("b"), None),
        (Shape.text("ab"), Shape.text("a"), None),
        (AB, Shape.text("aba"), "aba"),
        (AB, Shape.text(""), None),
        (Shape.run("ab", least=0), Shape.text(""), ""),
        (Shape.run("ab", least=0), Shape.text("c"), None),
        (Shape.run("ab", least=2), AB, "aa"),
        (Shape.chain([AB, COLON, AB]), Shape.chain([AB, Shape.text(":b")]), "a:b"),
        (Shape.chain([AB, COLON, AB]), AB, None),
        (Shape.one_of("ab"), Shape.text("aa"), None),
        (Shape.one_of("ab").repeated(2, 2), Shape.text("ab"), "ab"),
        (Shape.one_of("ab").repeated(0, 1), AB, "a"),
        (Shape.one_of("ab").repeated(0, 2), Shape.text("bbb"), None),
        (Shape.one_of("ab").repeated(1, 3), Shape.text("bbb"), "bbb"),
        (Shape.text("ab").repeated(2, None), AB, "abab"),
        (Shape.either([Shape.text("a"), Shape.text("bb")]), Shape.run("b"), "bb"),
        (Shape.either([]), Shape.text(""), None),
        (AB.only(frozenset("b")), AB, "b"),
        (AB.only(frozenset("c")), AB, None),
    ],
)
def test_two_sets_meet_where_they_should(left: Shape, right: Shape, witness: str | None) -> None:
    assert left.overlap(right) == witness
    assert (right.overlap(left) is None) == (witness is None)


def test_excluded_words_are_missing_and_what_begins_or_ends_like_them_is_not() -> None:
    rest = AB.without({"ab", "abb", "b"})

    for word in ("ab", "abb", "b"):
        assert rest.overlap(Shape.text(word)) is None
    for word in ("a", "aab", "abbb", "ba", "bab", "abab"):
        assert rest.overlap(Shape.text(word)) == word
    assert len(AB.without({"a"}).without({"b"}).overlap(AB) or "") == 2


def test_an_excluded_word_is_known_where_another_text_led_to_the_same_place_before() -> None:
    """After `x` and after `i` the run is at one place; only what was spelt tells that `i` + `n` is excluded."""
    run = Shape.run("xin").without({"in", "xn"})
    ends_in_n = Shape.chain([Shape.one_of("xin"), Shape.text("n")])

    assert run.overlap(ends_in_n) == "nn"
    assert Shape.run("xi").without({"xx", "ii", "xi", "ix"}).overlap(Shape.one_of("xi").repeated(2, 2)) is None


def test_excluding_a_word_holds_though_a_text_can_be_read_in_two_ways() -> None:
    twice = Shape.either([Shape.text("instance"), Shape.run("instace")])

    assert twice.without({"instance"}).overlap(Shape.text("instance")) is None
    assert twice.without({"instance"}).overlap(Shape.text("instances")) == "instances"


@pytest.mark.parametrize(
    ("left", "right"),
    [("{a}:{b}", "x:{c}"), ("org:{a}:repo:{b}", "{a}:{b}:{c}:{d}"), ("{a}", "job-{b}"), ("{a}/x", "x/{b}")],
)
def test_a_witness_really_lies_in_both(left: str, right: str) -> None:
    one, other = SubjectTemplate(left).shape({}), SubjectTemplate(right).shape({})

    witness = one.overlap(other)

    assert witness is not None
    assert one.overlap(Shape.text(witness)) == witness
    assert other.overlap(Shape.text(witness)) == witness


@pytest.mark.parametrize(
    ("left", "right"),
    [("org:{a}:repo:{b}", "job:{a}"), ("a:{x}", "b:{x}"), ("{a}:{b}", "{a}:{b}:{c}"), ("{a}::{b}", "{a}:{b}")],
)
def test_templates_that_no_job_can_share_are_disjoint(left: str, right: str) -> None:
    assert SubjectTemplate(left).shape({}).overlap(SubjectTemplate(right).shape({})) is None


def test_values_can_tell_two_equal_templates_apart() -> None:
    template = SubjectTemplate("org:{org}:job:{job}")
    a, b = ({"org": Shape.text(each)} for each in "ab")

    assert template.shape(a).overlap(template.shape(b)) is None
    assert template.shape(a).overlap(template.shape({})) == "org:a:job:a"


def test_a_pattern_with_wildcards_meets_exactly_what_it_takes() -> None:
    pattern = SubjectPattern("org:*:job:v?")
    witness = pattern.shape().overlap(SubjectTemplate("org:{org}:job:{job}").shape({}))

    assert witness is not None
    assert like(pattern.text, witness)
    assert pattern.shape().overlap(SubjectTemplate("org:{org}:task:{job}").shape({})) is None
