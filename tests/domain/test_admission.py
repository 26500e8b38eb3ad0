"""Whether a platform may register a job: each member's mistakes, each limit beside its grant, and what is kept."""

from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain import token_limits
from jobpass_issuer.domain.admission import admit
from jobpass_issuer.domain.registration import EACH_TOKENS_JTI
from jobpass_issuer.domain.registration_request import MAX_AUDIENCES, MAX_ROLES
from tests.domain.admitting import admitted, problems
from tests.domain.examples import (
    ACCOUNT,
    CI,
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


def test_a_registration_holds_all_that_a_token_will_say() -> None:
    registration = admitted(body(fields={**FIELDS, "team": "data"}, audiences=[STS, VAULT])).registration

    assert registration.subject == "org:acme:repo:web:ref:refs/heads/main"
    assert registration.fields == {**FIELDS, "team": "data", "org": "acme"}
    assert registration.claims == {"repo": "web", "repo_slug": "acme/web", "team": "data"}
    assert registration.session_tags == {"Repo": "web", "Team": "data"}
    assert registration.source_identity == "run-1"
    assert registration.audiences == (STS, VAULT)
    assert registration.roles == {DEPLOY_ARN: "deploy"}
    assert (registration.registered_at, registration.expires_at) == (NOW, NOW + 3600)
    assert (registration.platform, registration.profile, registration.job_id) == ("ci-server", "ci", JOB_ID)
    assert registration.secret_sha256 == TOKEN.secret_sha256
    assert registration.ended_at is None


def test_what_is_left_out_has_a_default() -> None:
    wish = body(fields={"repo": "web", "ref": "x"}, roles=None, expires_in_seconds=None, aws_claims=None)
    registration = admitted(wish).registration

    assert registration.expires_at == NOW + 3600
    assert registration.aws_claims == "full"
    assert registration.roles == {}
    assert registration.source_identity == EACH_TOKENS_JTI


def test_the_default_lifetime_is_never_more_than_the_platform_may() -> None:
    wish = {"profile": "nightly", "fields": {"job": "x", "host": "h"}, "audiences": [STS]}

    assert admitted(wish, SCHEDULER).registration.expires_at == NOW + 600


@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["ci"], "", "nope", "nightly", "CI", "ci ", "ci\n", "\ud800"])
def test_a_profile_that_the_platform_may_not_register_is_refused(value: Any) -> None:
    wish = {**body(), "profile": value}

    assert list(problems(wish)) == ["profile"]


@pytest.mark.parametrize("value", [None, 1, "repo", [], [["repo", "web"]], True])
def test_fields_that_are_no_object_are_refused(value: Any) -> None:
    assert list(problems({**body(), "fields": value})) == ["fields"]


@pytest.mark.parametrize("value", [None, 1, True, 1.5, [], ["web"], {"a": "b"}])
def test_a_field_that_is_no_text_is_refused(value: Any) -> None:
    assert problems(body(fields={**FIELDS, "repo": value})) == {"fields.repo": "must be text: write it in quotes"}


@pytest.mark.parametrize(
    "value", [None, STS, [], {}, {STS: 1}, 1, True, [1], [None], [[STS]], [STS, STS], ["a"] * 2, [STS, VAULT, VAULT]]
)
def test_audiences_that_are_no_list_of_different_texts_are_refused(value: Any) -> None:
    assert list(problems({**body(), "audiences": value})) == ["audiences"]


def test_ten_audiences_are_the_most() -> None:
    many = [f"aud-{index}" for index in range(MAX_AUDIENCES + 1)]
    platform = replace(CI_SERVER, audiences=tuple(many))

    assert len(admitted(body(audiences=many[:-1]), platform).registration.audiences) == MAX_AUDIENCES
    assert list(problems(body(audiences=many), platform)) == ["audiences"]


@pytest.mark.parametrize(
    "audience",
    ["", "other.example.com", "sts.amazonaws.com ", "STS.amazonaws.com", "sts.amazonaws.com,vault.example.com",
     "sts.amazonaws.com\n", "x" * 256, "*", "sts.*", "\ud800", "sts\u2024amazonaws.com", "sts.amazonaws%2ecom"],
)  # fmt: skip
def test_an_audience_that_the_platform_may_not_register_is_refused(audience: str) -> None:
    assert list(problems(body(audiences=[VAULT, audience]))) == ["audiences[1]"]


@pytest.mark.parametrize("value", [None, "deploy", {}, 1, True, [1], ["deploy", "deploy"], [None]])
def test_roles_that_are_no_list_of_different_texts_are_refused(value: Any) -> None:
    assert list(problems({**body(), "roles": value})) == ["roles"]


def test_ten_roles_are_the_most() -> None:
    assert list(problems(body(roles=[f"role-{index}" for index in range(MAX_ROLES + 1)]))) == ["roles"]
    assert len(problems(body(roles=[f"role-{index}" for index in range(MAX_ROLES)]))) == MAX_ROLES


@pytest.mark.parametrize("role", ["report", "nope", "", "Deploy", "deploy ", DEPLOY_ARN, "jobpass-deploy"])
def test_a_role_that_the_platform_may_not_name_is_refused_beside_those_it_may(role: str) -> None:
    assert admitted(body(roles=["deploy", "release"])).registration.roles == {
        DEPLOY_ARN: "deploy",
        RELEASE_ARN: "release",
    }
    assert list(problems(body(roles=["deploy", role]))) == ["roles[1]"]


@pytest.mark.parametrize("value", [None, "3600", 3600.0, True, False, [], {}, [3600]])
def test_a_lifetime_that_is_no_whole_number_is_refused(value: Any) -> None:
    (message,) = problems({**body(), "expires_in_seconds": value}).values()

    assert message == "must be a whole number of seconds"


@pytest.mark.parametrize("value", [60, 61, 7199, 7200])
def test_a_lifetime_up_to_the_platforms_is_granted(value: int) -> None:
    assert admitted(body(expires_in_seconds=value)).registration.expires_at == NOW + value


@pytest.mark.parametrize("value", [-1, 0, 59, 7201, 10**30])
def test_a_lifetime_beyond_the_platforms_is_refused(value: int) -> None:
    assert "60 to 7200 seconds" in problems(body(expires_in_seconds=value))["expires_in_seconds"]


@pytest.mark.parametrize("value", ["full", "none"])
def test_aws_claims_are_full_or_none(value: str) -> None:
    assert admitted(body(aws_claims=value)).registration.aws_claims == value


@pytest.mark.parametrize("value", [None, True, "", "FULL", "some", [], ["full"], {}])
def test_other_aws_claims_are_refused(value: Any) -> None:
    assert list(problems({**body(), "aws_claims": value})) == ["aws_claims"]


@pytest.mark.parametrize("repo", ["web", "web-admin"])
def test_a_job_within_the_platforms_where_is_admitted(repo: str) -> None:
    assert admitted(body(fields={**FIELDS, "repo": repo})).registration.fields["repo"] == repo


def test_a_job_outside_the_platforms_where_is_refused() -> None:
    assert problems(body(fields={**FIELDS, "repo": "api"})) == {
        "fields.repo": "must be `web*` for platform `ci-server`"
    }


def test_where_holds_for_constants_too() -> None:
    good, bad = (replace(CI_SERVER, where={"org": org}) for org in ("acme", "other"))

    assert admitted(body(), good).registration.fields["org"] == "acme"
    assert list(problems(body(), bad)) == ["fields.org"]


def test_a_subject_that_would_be_too_long_is_refused() -> None:
    assert "longer than 255" in problems(body(fields={**FIELDS, "ref": "x" * 240}))["fields"]


@pytest.mark.parametrize("identity", ["ab", "x" * 64, "a=b,c.d@e-f_g+h"])
def test_a_source_identity_that_sts_takes_is_admitted(identity: str) -> None:
    assert admitted(body(fields={**FIELDS, "run_id": identity})).registration.source_identity == identity


def test_a_profile_may_want_sessions_without_a_source_identity() -> None:
    profile = replace(CI, source_identity="none")
    deployment = replace(DEPLOYMENT, profiles={**DEPLOYMENT.profiles, "ci": profile})
    assert list(token_limits.aws_problems(profile, FIELDS)) == []

    made = admit(body(), CI_SERVER, deployment, ACCOUNT, job_id=JOB_ID, secret_sha256=TOKEN.secret_sha256, now=NOW)

    assert made.registration.source_identity is None


@pytest.mark.parametrize("identity", ["a", "x" * 65, "a b", "a/b", "a:b", "aé", EACH_TOKENS_JTI])
def test_a_source_identity_that_sts_refuses_is_refused(identity: str) -> None:
    assert "source identity" in problems(body(fields={**FIELDS, "run_id": identity}))["fields"]


@pytest.mark.parametrize("team", ["data", "data team", "équipe", "a=b:c/d@e", "x" * 256])
def test_a_session_tag_that_sts_takes_is_admitted(team: str) -> None:
    assert admitted(body(fields={**FIELDS, "team": team})).registration.session_tags["Team"] == team


@pytest.mark.parametrize("team", ["a*", "a,b", "a&b", "(x)", "<b>"])
def test_a_session_tag_that_sts_refuses_is_refused_under_its_field(team: str) -> None:
    assert "session tag `Team`" in problems(body(fields={**FIELDS, "team": team}))["fields.team"]


def test_a_job_hears_for_each_role_whether_it_may() -> None:
    admission = admitted(body(roles=["release", "deploy"]))

    assert list(admission.obstacles) == ["release", "deploy"]
    assert admission.obstacles["deploy"] is None
    assert admission.obstacles["release"] == "`ref` is `refs/heads/main`; the role wants `refs/tags/*`"


def test_a_role_that_wants_another_audience_says_so() -> None:
    admission = admitted(body(audiences=[VAULT]))

    assert admission.obstacles["deploy"] == f"`audiences` are `{VAULT}`; the role wants `{STS}`"
