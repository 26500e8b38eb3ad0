"""The law of wording: a subject and a role's pattern, taken apart, differ in the fields in which the job differs."""

from hypothesis import given
from hypothesis import strategies as st

from jobpass.lookup.field_wording import misses, taken_apart
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import SubjectTemplate
from tests.properties.profiles import jobs, templates, values


@st.composite
def _cases(draw: st.DrawFn) -> tuple[SubjectTemplate, dict[str, str], dict[str, str]]:
    """A template, a job, and what a role wants of some fields."""
    template = draw(templates())
    job = draw(jobs(template))
    when = {}
    for name in template.fields:
        wish = st.just(job[name]) | values(template, name)
        wild = st.lists(wish | st.sampled_from("*?"), min_size=1, max_size=3).map("".join)
        if draw(st.booleans()):
            when[name] = draw(wish | wild)
    return template, job, when


@given(_cases())
def test_the_fields_that_are_told_are_those_that_differ(
    case: tuple[SubjectTemplate, dict[str, str], dict[str, str]],
) -> None:
    template, job, when = case
    subject, pattern = template.format(job), template.pattern(when)

    told = misses(template, subject, [pattern.text])

    assert taken_apart(template, subject) == job
    assert {each.field for each in told} == {name for name, wanted in when.items() if not like(wanted, job[name])}
    assert bool(told) is not pattern.matches(subject)
    assert all((each.value, each.wanted) == (job[each.field], when[each.field]) for each in told)
