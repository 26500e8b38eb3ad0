"""Whether a platform may register a job: each member's mistakes, each limit beside its grant, and what is kept."""

from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.admission import Admission, admit
from jobpass_issuer.domain.errors import InvalidRequestError
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.registration_request import MAX_AUDIENCES, MAX_ROLES, MEMBERS
from tests.domain.examples import (
    ACCOUNT,
    CI_SERVER,
    DEPLOY_ARN,
    DEPLOYMENT,
    JOB_ID,
    NOW,
    RELEASE_ARN,
    SCHEDULER,
    STS,
    TOKEN,
    VAULT,
    body,
)

FIELDS = {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}


def _admit(wish: object, platform: Platform = CI_SERVER) -> Admission:
    return admit(
        wish, platform, DEPLOYMENT, ACCOUNT, job_id=JOB_ID, secret_sha256=TOKEN.secret_sha256, now=NOW
    )  # fmt: skip


def _problems(wish: object, platform: Platform = CI_SERVER) -> dict[str, str]:
    with pytest.raises(InvalidRequestError) as refused:
        _admit(wish, platform)
    assert all(str(problem) in refused.value.description for problem in refused.value.problems)
    return {problem.path: problem.message for problem in refused.value.problems}


def test_a_registration_holds_all_that_a_token_will_say() -> None:
    registration = _admit(body(fields={**FIELDS, "team": "data"}, audiences=[STS, VAULT])).registration

    assert registration.subject == "org:acme:repo:web:ref:refs/heads/main"
    assert registration.fields == {**FIELDS, "team": "data", "org": "acme"}
    assert registration.claims == {"repo": "web", "repo_slug": "acme/web", "team": "data"}
    assert registration.session_tags == {"Repo": "web", "Team": "data"}
    assert registration.source_identity == "run-1"
    assert registration.audiences == (STS, VAULT)
    assert registration.roles == (DEPLOY_ARN,)
    assert (registration.registered_at, registration.expires_at) == (NOW, NOW + 3600)
    assert (registration.platform, registration.profile, registration.job_id) == ("ci-server", "ci", JOB_ID)
    assert registration.secret_sha256 == TOKEN.secret_sha256
    assert registration.ended_at is None


def test_what_is_left_out_has_a_default() -> None:
    wish = body(fields={"repo": "web", "ref": "x"}, roles=None, expires_in_seconds=None, aws_claims=None)
    registration = _admit(wish).registration

    assert registration.expires_at == NOW + 3600
    assert registration.aws_claims == "full"
    assert registration.roles == ()
    assert registration.source_identity is None


def test_the_default_lifetime_is_never_more_than_the_platform_may() -> None:
    wish = {"profile": "nightly", "fields": {"job": "x", "host": "h"}, "audiences": [STS]}

    assert _admit(wish, SCHEDULER).registration.expires_at == NOW + 600


@pytest.mark.parametrize("wish", [None, [], "text", 1, 1.5, True, [body()]])
def test_a_body_that_is_no_object_is_refused(wish: object) -> None:
    assert "must be a JSON object" in _problems(wish)[""]


@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["ci"], "", "nope", "nightly", "CI", "ci ", "ci\n", "\ud800"])
def test_a_profile_that_the_platform_may_not_register_is_refused(value: Any) -> None:
    wish = {**body(), "profile": value}

    assert list(_problems(wish)) == ["profile"]


def test_what_is_missing_is_told_together() -> None:
    assert set(_problems({})) == {"profile"}
    assert set(_problems({"profile": "ci"})) == {"audiences", "fields.repo", "fields.ref"}


@pytest.mark.parametrize("value", [None, 1, "repo", [], [["repo", "web"]], True])
def test_fields_that_are_no_object_are_refused(value: Any) -> None:
    assert list(_problems({**body(), "fields": value})) == ["fields"]


@pytest.mark.parametrize("value", [None, 1, True, 1.5, [], ["web"], {"a": "b"}])
def test_a_field_that_is_no_text_is_refused(value: Any) -> None:
    assert _problems(body(fields={**FIELDS, "repo": value})) == {"fields.repo": "must be text: write it in quotes"}


@pytest.mark.parametrize(
    "value", [None, STS, [], {}, {STS: 1}, 1, True, [1], [None], [[STS]], [STS, STS], ["a"] * 2, [STS, VAULT, VAULT]]
)
def test_audiences_that_are_no_list_of_different_texts_are_refused(value: Any) -> None:
    assert list(_problems({**body(), "audiences": value})) == ["audiences"]


def test_ten_audiences_are_the_most() -> None:
    many = [f"aud-{index}" for index in range(MAX_AUDIENCES + 1)]
    platform = replace(CI_SERVER, audiences=tuple(many))

    assert len(_admit(body(audiences=many[:-1]), platform).registration.audiences) == MAX_AUDIENCES
    assert list(_problems(body(audiences=many), platform)) == ["audiences"]


@pytest.mark.parametrize(
    "audience",
    ["", "other.example.com", "sts.amazonaws.com ", "STS.amazonaws.com", "sts.amazonaws.com,vault.example.com",
     "sts.amazonaws.com\n", "x" * 256, "*", "sts.*", "\ud800", "sts\u2024amazonaws.com", "sts.amazonaws%2ecom"],
)  # fmt: skip
def test_an_audience_that_the_platform_may_not_register_is_refused(audience: str) -> None:
    assert list(_problems(body(audiences=[VAULT, audience]))) == ["audiences[1]"]


@pytest.mark.parametrize("value", [None, "deploy", {}, 1, True, [1], ["deploy", "deploy"], [None]])
def test_roles_that_are_no_list_of_different_texts_are_refused(value: Any) -> None:
    assert list(_problems({**body(), "roles": value})) == ["roles"]


def test_ten_roles_are_the_most() -> None:
    assert list(_problems(body(roles=[f"role-{index}" for index in range(MAX_ROLES + 1)]))) == ["roles"]
    assert len(_problems(body(roles=[f"role-{index}" for index in range(MAX_ROLES)]))) == MAX_ROLES


@pytest.mark.parametrize("role", ["report", "nope", "", "Deploy", "deploy ", DEPLOY_ARN, "jobpass-deploy"])
def test_a_role_that_the_platform_may_not_name_is_refused_beside_those_it_may(role: str) -> None:
    assert _admit(body(roles=["deploy", "release"])).registration.roles == (DEPLOY_ARN, RELEASE_ARN)
    assert list(_problems(body(roles=["deploy", role]))) == ["roles[1]"]


@pytest.mark.parametrize("value", [None, "3600", 3600.0, True, False, [], {}, [3600]])
def test_a_lifetime_that_is_no_whole_number_is_refused(value: Any) -> None:
    (message,) = _problems({**body(), "expires_in_seconds": value}).values()

    assert message == "must be a whole number of seconds"


@pytest.mark.parametrize("value", [60, 61, 7199, 7200])
def test_a_lifetime_up_to_the_platforms_is_granted(value: int) -> None:
    assert _admit(body(expires_in_seconds=value)).registration.expires_at == NOW + value


@pytest.mark.parametrize("value", [-1, 0, 59, 7201, 10**30])
def test_a_lifetime_beyond_the_platforms_is_refused(value: int) -> None:
    assert "60 to 7200 seconds" in _problems(body(expires_in_seconds=value))["expires_in_seconds"]


@pytest.mark.parametrize("value", ["full", "none"])
def test_aws_claims_are_full_or_none(value: str) -> None:
    assert _admit(body(aws_claims=value)).registration.aws_claims == value


@pytest.mark.parametrize("value", [None, True, "", "FULL", "some", [], ["full"], {}])
def test_other_aws_claims_are_refused(value: Any) -> None:
    assert list(_problems({**body(), "aws_claims": value})) == ["aws_claims"]


@pytest.mark.parametrize("name", ["secret_sha256", "subject", "Profile", "platform", "job_id", "", "\ud800"])
def test_an_unknown_member_is_refused(name: str) -> None:
    (message,) = _problems({**body(), name: "x"}).values()

    assert "is no member of a registration" in message


def test_a_long_unknown_member_is_not_echoed_whole() -> None:
    (path,) = _problems({**body(), "x" * 5000: 1})

    assert path == "(a name that is not shown)"


@pytest.mark.parametrize("repo", ["web", "web-admin"])
def test_a_job_within_the_platforms_where_is_admitted(repo: str) -> None:
    assert _admit(body(fields={**FIELDS, "repo": repo})).registration.fields["repo"] == repo


def test_a_job_outside_the_platforms_where_is_refused() -> None:
    assert _problems(body(fields={**FIELDS, "repo": "api"})) == {
        "fields.repo": "must be `web*` for platform `ci-server`"
    }


def test_where_holds_for_constants_too() -> None:
    good, bad = (replace(CI_SERVER, where={"org": org}) for org in ("acme", "other"))

    assert _admit(body(), good).registration.fields["org"] == "acme"
    assert list(_problems(body(), bad)) == ["fields.org"]


def test_all_problems_are_told_at_once() -> None:
    wish = body(
        fields={"repo": "a:b", "org": "evil", "nope": "x"}, audiences=["nope"], roles=["nope"], expires_in_seconds=1
    )

    assert set(_problems(wish)) == {
        "fields.repo", "fields.org", "fields.nope", "fields.ref", "audiences[0]", "roles[0]", "expires_in_seconds",
    }  # fmt: skip


def test_what_is_wrong_beside_an_unknown_profile_is_told_with_it() -> None:
    wish = body(profile="nope", audiences=["nope"], roles=["nope"], expires_in_seconds=1)

    assert set(_problems(wish)) == {"profile", "audiences[0]", "roles[0]", "expires_in_seconds"}


def test_every_wrong_type_is_told_at_once() -> None:
    wish = dict.fromkeys((*MEMBERS, "x"), 1.5)

    assert set(_problems(wish)) == set(wish)


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

    assert set(_problems(wish)) == {
        "extra", "fields.repo", "fields.org", "fields.nope", "fields.ref", "audiences", "roles[0]",
        "expires_in_seconds", "aws_claims", "environment[0]",
    }  # fmt: skip


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
    ids=lambda value: ascii(value)[:40],
)
def test_nothing_is_made_up_about_a_member_that_cannot_be_read(unreadable: dict[str, Any], told: set[str]) -> None:
    assert set(_problems({**body(audiences=["nope"], roles=["nope"]), **unreadable})) == told


def test_each_field_is_told_of_once() -> None:
    narrow = replace(CI_SERVER, where={"repo": "web*", "ref": "refs/*"})

    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(fields={"repo": "a:b", "ref": 1}), narrow)
    assert sorted(problem.path for problem in refused.value.problems) == ["fields.ref", "fields.repo"]


def test_limits_are_told_beside_the_mistakes_of_other_members() -> None:
    wish = body(fields={**FIELDS, "run_id": "a", "team": "a,b", "ref": "x" * 240}, audiences=["nope"], roles=1)

    assert set(_problems(wish)) == {"fields", "fields.team", "audiences[0]", "roles"}


def test_a_subject_that_would_be_too_long_is_refused() -> None:
    assert "longer than 255" in _problems(body(fields={**FIELDS, "ref": "x" * 240}))["fields"]


@pytest.mark.parametrize("identity", ["ab", "x" * 64, "a=b,c.d@e-f_g+h"])
def test_a_source_identity_that_sts_takes_is_admitted(identity: str) -> None:
    assert _admit(body(fields={**FIELDS, "run_id": identity})).registration.source_identity == identity


@pytest.mark.parametrize("identity", ["a", "x" * 65, "a b", "a/b", "a:b", "aé"])
def test_a_source_identity_that_sts_refuses_is_refused(identity: str) -> None:
    assert "source identity" in _problems(body(fields={**FIELDS, "run_id": identity}))["fields"]


@pytest.mark.parametrize("team", ["data", "data team", "équipe", "a=b:c/d@e", "x" * 256])
def test_a_session_tag_that_sts_takes_is_admitted(team: str) -> None:
    assert _admit(body(fields={**FIELDS, "team": team})).registration.session_tags["Team"] == team


@pytest.mark.parametrize("team", ["a*", "a,b", "a&b", "(x)", "<b>"])
def test_a_session_tag_that_sts_refuses_is_refused_under_its_field(team: str) -> None:
    assert "session tag `Team`" in _problems(body(fields={**FIELDS, "team": team}))["fields.team"]


def test_a_job_hears_for_each_role_whether_it_may() -> None:
    admission = _admit(body(roles=["release", "deploy"]))

    assert list(admission.obstacles) == ["release", "deploy"]
    assert admission.obstacles["deploy"] is None
    assert admission.obstacles["release"] == "ref is `refs/heads/main`; the role wants `refs/tags/*`"


def test_a_role_that_wants_another_audience_says_so() -> None:
    admission = _admit(body(audiences=[VAULT]))

    assert admission.obstacles["deploy"] == f"audiences are `{VAULT}`; the role wants `{STS}`"
