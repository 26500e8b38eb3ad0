"""The subject: its template's mistakes, its values' mistakes, and the pattern by which a role trusts it."""

import pytest

from jobpass_issuer.domain.subject import (
    MAX_LENGTH,
    Field,
    SubjectPattern,
    SubjectTemplate,
    parse_template,
    render,
)

TEMPLATE = SubjectTemplate("org:{org}:repo:{repo}")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("{a}", (Field("a"),)),
        ("x:{a}:{b_2}y", ("x:", Field("a"), ":", Field("b_2"), "y")),
        ("{a}{b}", (Field("a"), Field("b"))),
    ],
)
def test_a_template_is_taken_apart(text: str, parts: tuple[str | Field, ...]) -> None:
    assert parse_template(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "}",
        "{a",
        "a}",
        "{{a}}",
        "{}",
        "{A}",
        "{1a}",
        "{a b}",
        "{a.b}",
        "{a!r}",
        "{a:>3}",
        "{é}",
        "{" + "a" * 65 + "}",
    ],
)
def test_a_template_with_a_stray_brace_or_no_field_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"brace|no field"):
        parse_template(text)

    assert len(SubjectTemplate(text).mistakes()) == 1


def test_rendering_is_none_where_a_field_is_absent() -> None:
    parts = parse_template("{a}-{b}")

    assert render(parts, {"a": "1", "b": "2"}) == "1-2"
    assert render(parts, {"a": "1"}) is None
    assert render(parts, {"a": "{b}", "b": "2"}) == "{b}-2"


@pytest.mark.parametrize("text", ["{job}", "job:{job}", "a:{a}:b:{b}", "{a}::{b}", "p-{a}:{b}-s", "repo:{a}/x/{b}"])
def test_a_template_that_tells_jobs_apart_has_no_mistake(text: str) -> None:
    assert SubjectTemplate(text).mistakes() == []


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "is empty"),
        ("instance", "names no field"),
        ("{a}{b}", "nothing between {a} and {b}"),
        ("{a}x{b}", "only `x` between {a} and {b}"),
        ("{a}-{b}", "only `-` between {a} and {b}"),
        ("{a}_{b}", "only `_` between"),
        ("{a}.{b}", "only `.` between"),
        ("{a}:{a}", "uses {a} twice"),
        ("x y:{a}", "holds ` `"),
        ("x*:{a}", "holds `*`"),
        ("x?:{a}", "holds `?`"),
        ("é:{a}", "holds `é`"),
        ("x\n:{a}", "holds"),
    ],
)
def test_a_template_that_does_not_tell_jobs_apart_is_refused(text: str, mistake: str) -> None:
    assert any(mistake in each for each in SubjectTemplate(text).mistakes())


def test_delimiters_are_what_separates_and_the_wildcards() -> None:
    assert SubjectTemplate("a/{a}/b-{b}").delimiters("b") == frozenset("/*?")
    assert SubjectTemplate("{a}").delimiters("a") == frozenset("*?")


@pytest.mark.parametrize(
    ("name", "marks"),
    [("owner", ":@/*?"), ("id", ":@/*?"), ("repo", ":@/*?"), ("kind", ":=*?"), ("ref", ":*?")],
)
def test_other_delimiters_than_the_colon_count_between_two_colons_only(name: str, marks: str) -> None:
    template = SubjectTemplate("repo:{owner}@{id}/{repo}:kind={kind}::ref:{ref}")

    assert template.mistakes() == []
    assert template.delimiters(name) == frozenset(marks)


def test_a_value_may_hold_what_delimits_another_stretch_and_is_not_taken_for_it() -> None:
    template = SubjectTemplate("repo:{owner}/{repo}:ref:{ref}")
    job = {"owner": "octo", "repo": "web", "ref": "refs/heads/octo/web"}

    assert template.format(job) == "repo:octo/web:ref:refs/heads/octo/web"
    assert not template.pattern({"owner": "octo", "repo": "heads"}).matches(template.format(job))
    with pytest.raises(ValueError, match="repo must not hold `/`"):
        template.format({**job, "repo": "we/b"})


def test_a_subject_without_fields_is_no_mistake_where_it_may_be_shared() -> None:
    assert SubjectTemplate("instance").mistakes(shared=True) == []
    assert SubjectTemplate("").mistakes(shared=True) != []
    assert SubjectTemplate("instance").format({}) == "instance"


def test_what_stands_for_an_absent_field_is_taken_as_it_is_and_never_for_a_given_one() -> None:
    template = SubjectTemplate("step:{step}:flow:{flow}")
    otherwise = {"step": "", "flow": "no_flow"}

    assert template.format({}, otherwise) == "step::flow:no_flow"
    assert template.format({"step": "a", "flow": "f"}, otherwise) == "step:a:flow:f"
    with pytest.raises(ValueError, match="step is missing or empty"):
        template.format({"step": ""}, otherwise)


@pytest.mark.parametrize("value", ["a:b", ":", "a*", "?", "a b", "a\n", "\u0430", "\x00", "a\u00a0"])
def test_a_value_that_could_change_the_subjects_reading_is_refused(value: str) -> None:
    assert TEMPLATE.value_mistake("repo", value) is not None
    with pytest.raises(ValueError, match=r"^repo "):
        TEMPLATE.format({"org": "acme", "repo": value})


@pytest.mark.parametrize("value", ["web", "a/b", "%3A", "a.b-c_d", "{org}", "a=b"])
def test_a_value_that_cannot_is_taken_as_it_is(value: str) -> None:
    assert TEMPLATE.format({"org": "acme", "repo": value}) == f"org:acme:repo:{value}"


@pytest.mark.parametrize("values", [{}, {"org": "acme"}, {"org": "acme", "repo": ""}])
def test_a_missing_or_empty_field_makes_no_subject(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is missing or empty"):
        TEMPLATE.format(values)


def test_a_subject_may_be_255_characters_long_and_no_longer() -> None:
    room = MAX_LENGTH - len("org:acme:repo:")

    assert len(TEMPLATE.format({"org": "acme", "repo": "x" * room})) == 255
    with pytest.raises(ValueError, match="longer than 255"):
        TEMPLATE.format({"org": "acme", "repo": "x" * (room + 1)})


@pytest.mark.parametrize(
    ("when", "text", "operator"),
    [
        ({"org": "acme", "repo": "web"}, "org:acme:repo:web", "StringEquals"),
        ({"org": "acme"}, "org:acme:repo:*", "StringLike"),
        ({"org": "acme", "repo": "w?b"}, "org:acme:repo:w?b", "StringLike"),
        ({}, "org:*:repo:*", "StringLike"),
    ],
)
def test_a_pattern_has_the_operator_that_it_needs(when: dict[str, str], text: str, operator: str) -> None:
    assert TEMPLATE.pattern(when) == SubjectPattern(text)
    assert TEMPLATE.pattern(when).operator == operator


@pytest.mark.parametrize(
    ("pattern", "subject", "matches"),
    [
        ("org:acme:repo:web", "org:acme:repo:web", True),
        ("org:acme:repo:web", "org:acme:repo:web2", False),
        ("org:acme:repo:web", "ORG:acme:repo:web", False),
        ("org:acme:repo:*", "org:acme:repo:anything", True),
        ("org:acme:repo:*", "org:acme2:repo:web", False),
        ("org:acme:repo:w?b", "org:acme:repo:web", True),
        ("org:acme:repo:w?b", "org:acme:repo:wb", False),
        ("org:acme:repo:w.b", "org:acme:repo:web", False),
    ],
)
def test_a_pattern_takes_what_iam_would_take(pattern: str, subject: str, matches: bool) -> None:
    assert SubjectPattern(pattern).matches(subject) is matches


def test_a_subject_is_never_empty() -> None:
    template = SubjectTemplate("{step}")

    assert template.format({"step": "build"}, {"step": ""}) == "build"
    with pytest.raises(ValueError, match="is empty"):
        template.format({}, {"step": ""})
