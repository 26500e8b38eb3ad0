"""The law of subjects: different jobs, different subjects; a role's pattern takes exactly the jobs that it names."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.string_like import WILDCARDS, like
from jobpass_issuer.domain.subject import Field, SubjectTemplate
from jobpass_issuer.domain.trusting_role import Candidate, TrustingRole
from tests.properties.profiles import jobs, profiles, templates, values


@given(templates())
def test_the_templates_drawn_here_have_no_mistake(template: SubjectTemplate) -> None:
    assert template.mistakes() == []


@given(st.data(), profiles())
def test_a_value_that_admission_takes_makes_a_subject(data: st.DataObject, profile: Profile) -> None:
    job = data.draw(jobs(profile.subject))

    assert profile.problems(job) == []
    assert profile.subject.format(job)


@given(st.data(), templates())
def test_two_jobs_that_differ_in_a_field_never_share_a_subject(data: st.DataObject, template: SubjectTemplate) -> None:
    one, other = data.draw(jobs(template)), data.draw(jobs(template))

    assert (template.format(one) == template.format(other)) == (one == other)


def _readings(template: SubjectTemplate, parts: Sequence[str | Field], text: str) -> int:
    """In how many ways a subject can be taken apart into permitted values."""
    if not parts:
        return int(text == "")
    head, rest = parts[0], parts[1:]
    if isinstance(head, str):
        return _readings(template, rest, text.removeprefix(head)) if text.startswith(head) else 0
    ends = [end for end in range(1, len(text) + 1) if template.value_mistake(head.name, text[:end]) is None]
    return sum(_readings(template, rest, text[end:]) for end in ends)


@settings(max_examples=300)
@given(st.data(), templates())
def test_a_subject_can_be_taken_apart_in_one_way_only(data: st.DataObject, template: SubjectTemplate) -> None:
    subject = template.format(data.draw(jobs(template)))

    assert _readings(template, template.parts, subject) == 1


def _wishes(template: SubjectTemplate) -> st.SearchStrategy[dict[str, str]]:
    """What a role may say of each field: nothing, a value, or a value with wildcards."""
    return st.fixed_dictionaries({}, optional={name: _wish(values(template, name)) for name in template.fields})


def _wish(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return value | st.lists(value | st.sampled_from("*?"), min_size=1, max_size=3).map("".join)


@settings(max_examples=300)
@given(st.data(), templates())
def test_a_pattern_takes_exactly_the_jobs_with_those_values(data: st.DataObject, template: SubjectTemplate) -> None:
    job, when = data.draw(jobs(template)), data.draw(_wishes(template))
    if data.draw(st.booleans()):  # a job that is as the role wants it, which chance alone seldom makes
        job |= {name: wanted for name, wanted in when.items() if WILDCARDS.isdisjoint(wanted)}

    meant = all(like(wanted, job[name]) for name, wanted in when.items())

    assert template.pattern(when).matches(template.format(job)) is meant


@settings(max_examples=300)
@given(st.data(), profiles())
def test_a_role_and_its_trust_policys_pattern_agree_on_every_job(data: st.DataObject, profile: Profile) -> None:
    job, when = data.draw(jobs(profile.subject)), data.draw(_wishes(profile.subject))
    role = TrustingRole("r", "r", "p", (when,), ("sts.amazonaws.com",))

    obstacle = role.obstacle(Candidate("p", job, ("sts.amazonaws.com",)))

    assert (obstacle is None) is profile.subject.pattern(when).matches(profile.subject.format(job))


@given(st.data(), templates())
def test_a_templates_shape_holds_each_of_its_subjects(data: st.DataObject, template: SubjectTemplate) -> None:
    subject = template.format(data.draw(jobs(template)))

    assert template.shape({}).overlap(Shape.text(subject)) == subject
