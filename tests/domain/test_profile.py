"""What a field's value may be, and what a profile says of a job."""

import hashlib
import json

import pytest

from jobpass_issuer.domain.profile import MAX_VALUE_LENGTH, FieldRule, Profile
from jobpass_issuer.domain.subject import SubjectTemplate
from tests.domain.examples import CI, NIGHTLY

GIVEN = {"repo": "web", "ref": "refs/heads/main"}


@pytest.mark.parametrize("value", ["web", "refs/heads/main", "a", "v1.2_3-4@x+y", "W" * MAX_VALUE_LENGTH])
def test_default_rule_takes_plain_names(value: str) -> None:
    assert FieldRule().mistake(value) is None


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("", "must not be empty"),
        ("x" * (MAX_VALUE_LENGTH + 1), "257 characters long; 256 is the most"),
        ("web\n", "control"),
        ("\nweb", "control"),
        ("we\x00b", "control"),
        ("we\x7fb", "control"),
        ("we\tb", "control"),
        ("we\u200bb", "invisible"),
        ("\u202ebew", "invisible"),
        ("\ufeffweb", "invisible"),
        ("\ud800", "invisible"),
        ("we b", "must match the pattern"),
        ("a:b", "must match the pattern"),
        ("web*", "must match the pattern"),
        ("we?", "must match the pattern"),
        ("we%62", "must match the pattern"),
        ("w\u0435b", "must match the pattern"),
        ("\uff57\uff45\uff42", "must match the pattern"),
        ("refs\u2215heads", "must match the pattern"),
        ("\u0661\u0662", "must match the pattern"),
        ("\ufb01le", "must match the pattern"),
    ],
)
def test_default_rule_refuses_what_is_no_plain_name(value: str, remedy: str) -> None:
    mistake = FieldRule().mistake(value)

    assert mistake is not None
    assert remedy in mistake


@pytest.mark.parametrize("value", ["branch\n", "branchx", "xbranch", "branch|tag", "Branch"])
def test_alternatives_of_a_pattern_match_whole(value: str) -> None:
    assert FieldRule("branch|tag").mistake(value) is not None


@pytest.mark.parametrize("value", ["branch", "tag"])
def test_each_alternative_of_a_pattern_is_taken(value: str) -> None:
    assert FieldRule("branch|tag").mistake(value) is None


def test_a_pattern_that_ends_in_a_dollar_takes_no_trailing_newline() -> None:
    assert FieldRule("^(.|\n)+$").mistake("web\n") is not None


def test_word_characters_of_a_pattern_are_ascii() -> None:
    rule = FieldRule(r"\w+\d")

    assert rule.mistake("web1") is None
    assert rule.mistake("wéb1") is not None
    assert rule.mistake("web\u0661") is not None


def test_a_job_with_every_required_field_has_no_problem() -> None:
    assert CI.problems(GIVEN) == []


def test_each_missing_required_field_is_named_once() -> None:
    assert [problem.path for problem in CI.problems({})] == ["fields.repo", "fields.ref"]
    assert [problem.path for problem in NIGHTLY.problems({"job": "x"})] == ["fields.host"]


def test_a_constant_is_not_missing() -> None:
    assert "org" in CI.required_fields()
    assert not any(problem.path == "fields.org" for problem in CI.problems({}))


def test_a_constant_may_be_repeated_and_not_contradicted() -> None:
    assert CI.problems({**GIVEN, "org": "acme"}) == []
    (problem,) = CI.problems({**GIVEN, "org": "evil"})

    assert problem.path == "fields.org"
    assert "must be `acme`" in problem.message


def test_a_constant_wins_over_a_given_value() -> None:
    assert CI.complete({"org": "evil", "repo": "web"}) == {"org": "acme", "repo": "web"}


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    (problem,) = CI.problems({**GIVEN, "Repo": "web"})

    assert problem.path == "fields.Repo"
    assert "org, ref, repo, run_id, team" in problem.message


@pytest.mark.parametrize("mark", ["/", ";", "=", "*", "?", " ", "é"])
def test_each_character_of_the_subjects_delimiters_is_refused_in_its_fields(mark: str) -> None:
    profile = Profile(
        "p", {"a": FieldRule(".+"), "b": FieldRule(".+"), "c": FieldRule(".+")}, SubjectTemplate("x={a};/{b}")
    )

    assert profile.problems({"a": "left", "b": "right", "c": f"un{mark}used"}) == []
    for name in ("a", "b"):
        (problem,) = profile.problems({"a": "left", "b": "right", name: f"v{mark}v"})
        assert problem.path == f"fields.{name}"


WINDMILL = Profile(
    name="scripts",
    fields={
        "path": FieldRule(),
        "flow_path": FieldRule(otherwise="no_flow"),
        "groups": FieldRule(r"[a-z]+(,[a-z]+)*"),
        "workspace": FieldRule(reserved=("instance",)),
    },
    subject=SubjectTemplate("{path}::{flow_path}::{workspace}"),
    claims={"verified": True, "groups": {"list": "groups"}, "flow": "{flow_path}"},
    default_audience="https://{workspace}.example.com",
    transitive_tags=("workspace",),
    session_tags={"workspace": "workspace"},
    short_subject="sub127",
)
SCRIPT = {"path": "u/a/b", "workspace": "data"}


def test_what_stands_for_an_absent_field_is_in_the_subject_and_in_no_claim() -> None:
    assert WINDMILL.problems(SCRIPT) == []
    assert WINDMILL.required_fields() == ("path", "workspace")
    assert WINDMILL.subject_of(SCRIPT) == "u/a/b::no_flow::data"
    assert WINDMILL.subject_of({**SCRIPT, "flow_path": "f/c"}) == "u/a/b::f/c::data"
    assert WINDMILL.subject_values(SCRIPT)["flow_path"] == "no_flow"
    assert "flow" not in WINDMILL.claim_set(SCRIPT)


@pytest.mark.parametrize(("name", "value"), [("flow_path", "no_flow"), ("workspace", "instance")])
def test_a_value_that_means_something_else_is_refused_beside_its_likes(name: str, value: str) -> None:
    (problem,) = WINDMILL.problems({**SCRIPT, name: value})

    assert problem.path == f"fields.{name}"
    assert "has a meaning of its own" in problem.message
    assert WINDMILL.problems({**SCRIPT, name: f"{value}s"}) == []


def test_claims_are_text_truths_and_lists() -> None:
    claims = WINDMILL.claim_set({**SCRIPT, "groups": "all,admins", "flow_path": "f/c"})

    assert claims == {"verified": True, "groups": ["all", "admins"], "flow": "f/c", "sub127": "u/a/b::f/c::data"}
    assert "groups" not in WINDMILL.claim_set(SCRIPT)


def test_a_short_subject_is_the_subject_up_to_127_bytes_and_its_hash_beyond() -> None:
    fits = {"path": "x" * (127 - len("::no_flow::data")), "workspace": "data"}
    longer = {**fits, "path": fits["path"] + "x"}

    assert WINDMILL.claim_set(fits)["sub127"] == WINDMILL.subject_of(fits)
    hashed = WINDMILL.claim_set(longer)["sub127"]
    assert hashed == "sha256:" + hashlib.sha256(WINDMILL.subject_of(longer).encode()).hexdigest()
    assert len(hashed) <= 127


def test_no_job_is_named_like_the_hash_of_anothers_subject() -> None:
    profile = Profile("p", {"a": FieldRule(), "b": FieldRule()}, SubjectTemplate("{a}:{b}"), short_subject="short")
    victim = profile.claim_set({"a": "x" * 100, "b": "y" * 100})["short"]
    kind, _, digest = victim.partition(":")

    assert profile.subject_of({"a": kind, "b": digest}) == victim
    assert profile.claim_set({"a": kind, "b": digest})["short"] != victim
    assert profile.claim_set({"a": "sha512", "b": digest})["short"] == f"sha512:{digest}"


def test_a_default_audience_is_made_of_the_fields() -> None:
    assert WINDMILL.audience(SCRIPT) == "https://data.example.com"
    assert WINDMILL.audience({}) is None
    assert CI.audience(GIVEN) is None


def test_every_mistake_is_reported() -> None:
    found = CI.problems({"repo": "", "ref": "a b", "org": "evil", "nope": "x"})

    assert [problem.path for problem in found] == ["fields.repo", "fields.ref", "fields.org", "fields.nope"]


def test_a_claim_whose_field_is_absent_is_left_out() -> None:
    fields = CI.complete(GIVEN)

    assert CI.claim_set(fields) == {"repo": "web", "repo_slug": "acme/web"}
    assert CI.claim_set({**fields, "team": "data"})["team"] == "data"


def test_a_tag_whose_field_is_absent_is_left_out() -> None:
    assert CI.tags({"repo": "web"}) == {"Repo": "web"}
    assert CI.tags({"repo": "web", "team": "data"}) == {"Repo": "web", "Team": "data"}


@pytest.mark.parametrize("profile", [CI, NIGHTLY, WINDMILL], ids=lambda profile: str(profile.name))
def test_a_profile_survives_its_document(profile: Profile) -> None:
    assert Profile.from_document(json.loads(json.dumps(profile.to_document()))) == profile
