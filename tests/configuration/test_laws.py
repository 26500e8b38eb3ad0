"""Laws: a role says of a job what its trust policy says, and no job is taken for another profile's."""

import json
import re
import string
from dataclasses import dataclass

from hypothesis import assume, given
from hypothesis import strategies as st

from jobpass.configuration import ConfigurationError, parse
from jobpass.configuration.pattern_shape import subject_shape
from jobpass.configuration.subject_checks import common
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.subject import SubjectTemplate
from jobpass_issuer.domain.trusting_role import Candidate, TrustingRole

# Few letters, so that values, literals and patterns meet often.
LETTERS = "ab-_.1/:;"
NAMES = ("one", "two", "three", "four")
ISSUER = Issuer("https://oidc.example.com")
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))


def iam_like(pattern: str, value: str) -> bool:
    """StringLike written a second time, by its definition: `*` takes any number of characters, `?` one."""
    reached = {0}
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached, default=len(value) + 1), len(value) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(value) and sign in ("?", value[at])}
    return len(value) in reached


@st.composite
def templates(draw: st.DrawFn) -> SubjectTemplate:
    """A sound template: between two fields stands a literal with a sign that separates."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    around = st.text(LETTERS, max_size=2)
    between = st.tuples(around, st.sampled_from("/:;"), around).map("".join)
    text = draw(around) + f"{{{names[0]}}}" + "".join(f"{draw(between)}{{{name}}}" for name in names[1:]) + draw(around)
    template = SubjectTemplate(text)
    assert template.mistakes() == []
    return template


def values(template: SubjectTemplate, name: str) -> st.SearchStrategy[str]:
    """What may stand in a field, mostly of the few letters."""
    few = "".join(letter for letter in LETTERS + "*?" if letter not in template.delimiters(name))
    return st.text(few, min_size=1, max_size=4)


@dataclass
class Case:
    """A profile, a role for it, and a job of it."""

    profile: Profile
    role: TrustingRole
    fields: dict[str, str]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    template = draw(templates())
    fields = {name: draw(values(template, name)) for name in template.fields}
    constants = {name: fields[name] for name in draw(st.sets(st.sampled_from(template.fields)))}
    wanted = draw(st.sets(st.sampled_from(template.fields)))
    when = {name: draw(patterns(fields[name], template, name)) for name in sorted(wanted)}
    assume(all(iam_like(pattern, constants[name]) for name, pattern in when.items() if name in constants))
    rules = dict.fromkeys(template.fields, FieldRule(".+"))
    profile = Profile("ci", rules, template, constants=constants)
    job = {name: draw(st.just(value) | values(template, name)) for name, value in fields.items()} | constants
    return Case(profile, TrustingRole("role", "role", "ci", (when,), ("sts.amazonaws.com",)), job)


def patterns(value: str, template: SubjectTemplate, name: str) -> st.SearchStrategy[str]:
    """What a role may want of a field: the value, the value with wildcards for parts of it, or something else."""
    cut = st.tuples(st.integers(0, len(value)), st.integers(0, len(value))).map(sorted)
    starred = cut.map(lambda ends: value[: ends[0]] + "*" + value[ends[1] :])
    asked = st.integers(0, len(value) - 1).map(lambda at: value[:at] + "?" + value[at + 1 :])
    few = "".join(letter for letter in LETTERS if letter not in template.delimiters(name)) + "*?"
    return st.one_of(st.just(value), starred, asked, st.text(few, min_size=1, max_size=4))


@given(cases())
def test_a_role_names_an_obstacle_exactly_where_its_trust_policy_refuses_the_subject(case: Case) -> None:
    policy = case.role.trust_policy(case.profile, ISSUER, "arn")
    condition = policy["Statement"][0]["Condition"]
    key = f"{ISSUER.host_and_path}:sub"
    subject = case.profile.subject.format(case.fields)

    if key in condition["StringEquals"]:
        admitted = condition["StringEquals"][key] == subject
    else:
        admitted = iam_like(condition["StringLike"][key], subject)
    obstacle = case.role.obstacle(Candidate("ci", case.profile.complete(case.fields), ("sts.amazonaws.com",)))

    assert (obstacle is None) == admitted


@given(cases())
def test_the_pattern_is_a_subject_itself_where_every_field_is_named_without_wildcard(case: Case) -> None:
    role = TrustingRole("role", "role", "ci", (case.fields,), ("sts.amazonaws.com",))

    condition = role.trust_policy(case.profile, ISSUER, "arn")["Statement"][0]["Condition"]

    assert condition["StringEquals"][f"{ISSUER.host_and_path}:sub"] == case.profile.subject.format(case.fields)


def expression(template: SubjectTemplate, constants: dict[str, str]) -> str:
    """Every subject of a template as a regular expression, written from the template's text."""
    text = re.escape(template.text)
    for name in template.fields:
        permitted = "".join(re.escape(sign) for sign in PRINTABLE if sign not in template.delimiters(name))
        replacement = re.escape(constants[name]) if name in constants else f"[{permitted}]+"
        text = text.replace(re.escape(f"{{{name}}}"), replacement)
    return text


@st.composite
def described(draw: st.DrawFn) -> tuple[SubjectTemplate, dict[str, str]]:
    template = draw(templates())
    fixed = draw(st.sets(st.sampled_from(template.fields), max_size=len(template.fields) - 1))
    return template, {name: draw(values(template, name)) for name in sorted(fixed)}


def shape(template: SubjectTemplate, constants: dict[str, str]) -> Shape:
    """Every subject of a template as the proof sees it."""
    fields = dict.fromkeys(template.fields, FieldRule("[!-~]+"))
    return subject_shape(Profile("p", fields, template, constants=constants))


@given(described(), described(), st.data())
def test_two_profiles_share_a_subject_exactly_where_one_is_named(
    one: tuple[SubjectTemplate, dict[str, str]], other: tuple[SubjectTemplate, dict[str, str]], data: st.DataObject
) -> None:
    witness = common(shape(*one), shape(*other))

    if witness is not None:
        assert re.fullmatch(expression(*one), witness)
        assert re.fullmatch(expression(*other), witness)
    else:
        subject = one[0].format({**data.draw(jobs(one[0])), **one[1]})
        assert not re.fullmatch(expression(*other), subject)


@given(described(), described(), st.data())
def test_a_configuration_is_refused_or_no_job_of_one_profile_fits_a_role_for_another(
    one: tuple[SubjectTemplate, dict[str, str]], other: tuple[SubjectTemplate, dict[str, str]], data: st.DataObject
) -> None:
    first, *more = [name for name in one[0].fields if name not in one[1]]
    when = {first: data.draw(values(one[0], first))}
    when |= {name: data.draw(patterns(data.draw(values(one[0], name)), one[0], name)) for name in more}
    platform = {
        "principals": ["arn:aws:iam::111122223333:root"],
        "profiles": ["one", "other"],
        "audiences": ["sts.amazonaws.com"],
    }
    profiles = {"one": settings(*one), "other": settings(*other)}
    roles = {"role": {"profile": "one", "when": when}}
    text = json.dumps({"profiles": profiles, "platforms": {"p": platform}, "roles": roles})

    pattern = one[0].pattern({**when, **one[1]}).text
    takes_foreign = any(
        iam_like(pattern, other[0].format({**job, **other[1]}))
        for job in data.draw(st.lists(jobs(other[0]), min_size=1, max_size=20))
    )
    try:
        parse(text)
        refused = False
    except ConfigurationError as error:
        refused = True
        told = [problem.path for problem in error.problems]

    assert not refused or set(told) <= {"profiles.other.subject", "roles.role.when"}
    assert refused or not takes_foreign


def jobs(template: SubjectTemplate) -> st.SearchStrategy[dict[str, str]]:
    """Jobs of a profile."""
    return st.fixed_dictionaries({name: values(template, name) for name in template.fields})


def settings(template: SubjectTemplate, constants: dict[str, str]) -> dict[str, object]:
    """A profile as the file says it."""
    fields = {name: {"pattern": "[!-~]+"} for name in template.fields}
    return {"fields": fields, "subject": template.text, "constants": constants}


@given(st.text(string.ascii_letters + LETTERS + "*?", max_size=6), st.text("ab*?", max_size=4))
def test_the_second_writing_of_string_like_agrees_with_the_first(value: str, pattern: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value)

    assert iam_like(pattern, value) == (expected is not None)
