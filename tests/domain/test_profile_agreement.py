"""Fields that say the same of a job: a platform that is held to one of them is held to the other."""

import pytest

from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.subject import SubjectTemplate

PROFILE = Profile(
    name="actions",
    fields={
        "repository": FieldRule(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", like="{owner}/*"),
        "owner": FieldRule(".+"),
        "slug": FieldRule(like="*-{run}-*"),
        "run": FieldRule(),
    },
    subject=SubjectTemplate("repo:{repository}"),
)


def paths(**fields: str) -> list[str]:
    """The fields that something is wrong with."""
    return [problem.path for problem in PROFILE.problems(fields)]


def test_fields_of_one_job_agree() -> None:
    assert paths(repository="acme/web", owner="acme") == []
    assert paths(repository="acme/web", slug="x-7-y", run="7") == []


def test_without_the_other_field_there_is_nothing_to_contradict() -> None:
    assert paths(repository="acme/web") == []
    assert paths(repository="acme/web", slug="x") == []


@pytest.mark.parametrize("owner", ["evil", "ACME", "acm", "acme/web", "a.me", "*", "acme*", "?cme", ".*", "acme/"])
def test_fields_that_contradict_one_another_are_refused(owner: str) -> None:
    (problem,) = PROFILE.problems({"repository": "acme/web", "owner": owner})

    assert problem.path == "fields.repository"
    assert "`{owner}/*`" in problem.message
    assert owner == "acme/web" or f"`{owner}`" not in problem.message


@pytest.mark.parametrize("slug", ["7", "-7", "x-8-y", "x-77-y"])
def test_any_text_may_stand_before_and_behind(slug: str) -> None:
    assert paths(repository="acme/web", slug=slug, run="7") == ["fields.slug"]
    assert paths(repository="acme/web", slug="-7-", run="7") == []


def test_a_constant_binds_as_well() -> None:
    fixed = Profile(PROFILE.name, PROFILE.fields, PROFILE.subject, constants={"owner": "acme"})

    assert fixed.problems({"repository": "acme/web"}) == []
    assert [problem.path for problem in fixed.problems({"repository": "evil/web"})] == ["fields.repository"]
