"""The law of subjects for every form of every preset: one subject, one job; a role's pattern, exactly its jobs."""

import re
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobpass.configuration.pattern_shape import subject_shape
from jobpass.configuration.subject_checks import common
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import Field, SubjectTemplate
from jobpass_issuer.domain.trusting_role import Candidate, TrustingRole
from tests.configuration.preset_jobs import FORMS, profile

EVERY_FORM = pytest.mark.parametrize(("preset", "form"), FORMS)
AUDIENCES = ("sts.amazonaws.com",)
Fields = dict[str, str]


@cache
def _values(rule: FieldRule, delimiters: frozenset[str]) -> st.SearchStrategy[str]:
    """Values that a field may have in a subject."""
    found = st.from_regex(re.compile(rule.pattern, re.ASCII), fullmatch=True)
    return found.filter(lambda text: rule.mistake(text) is None and delimiters.isdisjoint(text) and len(text) <= 36)


def jobs(described: Profile) -> st.SearchStrategy[Fields]:
    """The subject's fields of a job; those that need not be there are missing at times."""
    rules = {name: described.fields[name] for name in described.subject.fields}
    values = {name: _values(rule, described.subject.delimiters(name)) for name, rule in rules.items()}
    optional = {name for name, rule in rules.items() if rule.otherwise is not None}
    needed = {name: value for name, value in values.items() if name not in optional}
    found = st.fixed_dictionaries(needed, optional={name: values[name] for name in sorted(optional)})
    return found.filter(lambda fields: not described.problems(fields))


@st.composite
def pairs(draw: st.DrawFn, described: Profile) -> tuple[Fields, Fields]:
    """Two jobs that have some of their fields in common, as chance alone would hardly have it."""
    one, other = draw(jobs(described)), draw(jobs(described))
    shared = draw(st.sets(st.sampled_from(described.subject.fields))) if described.subject.fields else set()
    mixed = {name: value for name, value in other.items() if name not in shared}
    return one, {**mixed, **{name: one[name] for name in shared if name in one}}


@EVERY_FORM
@settings(max_examples=40)
@given(st.data())
def test_two_jobs_that_differ_in_a_field_of_the_subject_never_share_one(
    preset: str, form: str, data: st.DataObject
) -> None:
    described = profile(preset, form)
    one, other = data.draw(pairs(described))

    assert (described.subject_of(one) == described.subject_of(other)) is (one == other)


@EVERY_FORM
@settings(max_examples=40)
@given(st.data())
def test_a_pattern_for_some_values_takes_exactly_the_jobs_with_those_values(
    preset: str, form: str, data: st.DataObject
) -> None:
    described = profile(preset, form)
    job, model = data.draw(pairs(described))
    values, wanted = described.subject_values(job), described.subject_values(model)
    named = data.draw(st.sets(st.sampled_from(described.subject.fields))) if described.subject.fields else set()
    when = {name: _wish(data, wanted[name]) for name in sorted(named)}

    meant = all(like(each, values[name]) for name, each in when.items())
    role = TrustingRole("role", "role", described.name, (when,), AUDIENCES)

    assert described.subject.pattern(when).matches(described.subject_of(job)) is meant
    assert (role.obstacle(Candidate(described.name, values, AUDIENCES)) is None) is meant


def _wish(data: st.DataObject, value: str) -> str:
    """The value, or the value with a wildcard for a part of it."""
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(value))] * 2)))
    starred = value[:begin] + "*" + value[end:]
    asked = value[:begin] + "?" + value[begin + 1 :] if begin < len(value) else value
    return data.draw(st.sampled_from([value, value, starred, asked]))


@EVERY_FORM
@settings(max_examples=20)
@given(st.data())
def test_the_proof_knows_every_subject_of_a_form(preset: str, form: str, data: st.DataObject) -> None:
    described = profile(preset, form)
    subject = described.subject_of(data.draw(jobs(described)))

    assert subject_shape(described).overlap(Shape.text(subject)) == subject


@pytest.mark.parametrize(("one", "other"), list(combinations(FORMS, 2)))
def test_no_two_forms_can_make_one_subject(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert common(subject_shape(profile(*one)), subject_shape(profile(*other))) is None


@settings(max_examples=100)
@given(st.data())
def test_jobs_of_two_forms_never_share_a_subject(data: st.DataObject) -> None:
    one, other = data.draw(st.sampled_from([*combinations(FORMS, 2)]))
    subjects = [each.subject_of(data.draw(jobs(each))) for each in (profile(*one), profile(*other))]

    assert subjects[0] != subjects[1]


PATTERNS = ("[a-z]+", "[0-9a-f-]{4}", "branch|tag", "[a-c:@/]{1,3}", "(a|bb)+", "instance|[a-d]+", ".+", "[^:]+")
LITERALS = ("", "a:", "repo:", "org:", ":ref:", "::", "/", "@", ":environment:", "instance")


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """A sound profile of one's own, with words and patterns as the presets have them."""
    count = draw(st.integers(1, 3))
    text = "".join(f"{draw(st.sampled_from(LITERALS))}{{f{index}}}" for index in range(count))
    template = SubjectTemplate(text + draw(st.sampled_from(LITERALS)))
    if template.mistakes():
        template = SubjectTemplate(":".join(f"{{f{index}}}" for index in range(count)))
    rules = {}
    for name in template.fields:
        reserved = draw(st.lists(st.sampled_from(["instance", "a", "bb", "ab"]), max_size=2))
        otherwise = draw(st.none() | st.sampled_from(["no_flow", "a", "none"]))
        rules[name] = FieldRule(draw(st.sampled_from(PATTERNS)), False, tuple(reserved), otherwise)
    return Profile("own", rules, template)


def readings(described: Profile, subject: str) -> list[Fields]:
    """The jobs of a profile that have this subject, found by taking it apart with the fields' own patterns."""
    expression = ""
    for part in described.subject.parts:
        if isinstance(part, Field):
            rule = described.fields[part.name]
            stand_in = "" if rule.otherwise is None else f"|{re.escape(rule.otherwise)}"
            expression += f"(?P<{part.name}>(?:{rule.pattern}){stand_in})"
        else:
            expression += re.escape(part)
    found = re.fullmatch(expression, subject, re.ASCII)
    if found is None:
        return []
    values = found.groupdict()
    fields = {name: value for name, value in values.items() if value != described.fields[name].otherwise}
    return [fields] if not described.problems(fields) else []


@settings(max_examples=300)
@given(profiles(), st.data())
def test_a_shared_subject_is_a_real_one_of_both_and_without_one_no_two_jobs_have_the_same(
    own: Profile, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(FORMS).map(lambda each: profile(*each)) | profiles())
    witness = common(subject_shape(own), subject_shape(other))

    if witness is not None:
        for described in (own, other):
            (fields,) = readings(described, witness)
            assert described.subject_of(fields) == witness
    else:
        for here, there in ((own, other), (other, own)):
            assert readings(there, here.subject_of(data.draw(jobs(here)))) == []
