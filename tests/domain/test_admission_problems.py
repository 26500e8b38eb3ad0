"""How the mistakes of a registration are told: form and content together, each once, under its member's name."""

from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.registration_request import MEMBERS
from tests.domain.admitting import problems, refused
from tests.domain.examples import CI_SERVER, STS, body

FIELDS = {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}


@pytest.mark.parametrize("wish", [None, [], "text", 1, 1.5, True, [body()]])
def test_a_body_that_is_no_object_is_refused(wish: object) -> None:
    assert "must be a JSON object" in problems(wish)[""]


def test_what_is_missing_is_told_together() -> None:
    assert set(problems({})) == {"profile"}
    assert set(problems({"profile": "ci"})) == {"audiences", "fields.repo", "fields.ref"}


@pytest.mark.parametrize("name", ["secret_sha256", "subject", "Profile", "platform", "job_id", "", "\ud800"])
def test_an_unknown_member_is_refused(name: str) -> None:
    (message,) = problems({**body(), name: "x"}).values()

    assert "is no member of a registration" in message


def test_a_long_unknown_member_is_not_echoed_whole() -> None:
    (path,) = problems({**body(), "x" * 5000: 1})

    assert path == "(a name that is not shown)"


def test_all_problems_are_told_at_once() -> None:
    wish = body(
        fields={"repo": "a:b", "org": "evil", "nope": "x"}, audiences=["nope"], roles=["nope"], expires_in_seconds=1
    )

    assert set(problems(wish)) == {
        "fields.repo", "fields.org", "fields.nope", "fields.ref", "audiences[0]", "roles[0]", "expires_in_seconds",
    }  # fmt: skip


def test_what_is_wrong_beside_an_unknown_profile_is_told_with_it() -> None:
    wish = body(profile="nope", audiences=["nope"], roles=["nope"], expires_in_seconds=1)

    assert set(problems(wish)) == {"profile", "audiences[0]", "roles[0]", "expires_in_seconds"}


def test_every_wrong_type_is_told_at_once() -> None:
    wish = dict.fromkeys((*MEMBERS, "x"), 1.5)

    assert set(problems(wish)) == set(wish)


def test_mistakes_of_form_and_of_content_are_told_together() -> None:
    wish = body(
        fields={"repo": 1, "org": "evil", "nope": "x"},
        audiences=STS,
        roles=["nope"],
        expires_in_seconds=1,
        aws_claims="some",
        environment=["nope"],
        extra=1,
    )

    assert set(problems(wish)) == {
        "extra", "fields.repo", "fields.org", "fields.nope", "fields.ref", "audiences", "roles[0]",
        "expires_in_seconds", "aws_claims", "environment[0]",
    }  # fmt: skip


def test_problems_are_told_in_the_order_of_the_members() -> None:
    wish = {
        "extra": 1,
        **body(fields={"ref": 1, "repo": "a:b"}, roles=["nope"], audiences=["nope"], pinned=1, environment=1),
    }

    assert list(problems(wish)) == [
        "fields.ref", "fields.repo", "audiences[0]", "roles[0]", "pinned", "environment", "extra",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unreadable", "told"),
    [
        ({"profile": 1}, {"profile", "audiences[0]", "roles[0]"}),
        ({"fields": 1}, {"fields", "audiences[0]", "roles[0]"}),
        ({"audiences": 1}, {"audiences", "roles[0]"}),
        ({"roles": 1, "pinned": True, "environment": ["aws-sdk"]}, {"roles", "audiences[0]"}),
        ({"expires_in_seconds": "1"}, {"expires_in_seconds", "audiences[0]", "roles[0]"}),
        ({"environment": 1}, {"environment", "audiences[0]", "roles[0]"}),
        ({"pinned": 1, "roles": []}, {"pinned", "audiences[0]"}),
    ],
    ids=lambda value: ascii(sorted(value) if isinstance(value, set) else value)[:40],
)
def test_nothing_is_made_up_about_a_member_that_cannot_be_read(unreadable: dict[str, Any], told: set[str]) -> None:
    assert set(problems({**body(audiences=["nope"], roles=["nope"]), **unreadable})) == told


def test_each_field_is_told_of_once() -> None:
    narrow = replace(CI_SERVER, where={"repo": "web*", "ref": "refs/*"})

    refusal = refused(body(fields={"repo": "a:b", "ref": 1}), narrow)
    assert sorted(problem.path for problem in refusal.problems) == ["fields.ref", "fields.repo"]


def test_limits_are_told_beside_the_mistakes_of_other_members() -> None:
    wish = body(fields={**FIELDS, "run_id": "a", "team": "a,b", "ref": "x" * 240}, audiences=["nope"], roles=1)

    assert set(problems(wish)) == {"fields", "fields.team", "audiences[0]", "roles"}
