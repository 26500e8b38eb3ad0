"""What a registration settles beyond fields and roles: default audience, lifetime, tags that stay on, pins, blocks."""

from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.admission import Admission
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.environment import BLOCKS
from jobpass_issuer.domain.platform import Platform
from tests.domain.admitting import admitted, problems
from tests.domain.examples import (
    AZURE,
    CI_SERVER,
    DEPLOY_ARN,
    DEPLOYMENT,
    GOOGLE,
    RELEASE_ARN,
    SCRIPTS,
    STS,
    SYNC_ARN,
    WINDMILL,
    WORKSPACE_URL,
    body,
    script,
)

OTHER_WORKSPACE = {"path": "u/ada/sync", "workspace": "other"}


def _admit(wish: object, platform: Platform = WINDMILL, deployment: Deployment = DEPLOYMENT) -> Admission:
    return admitted(wish, platform, deployment)


def _problems(wish: object, platform: Platform = WINDMILL) -> dict[str, str]:
    return problems(wish, platform)


def test_without_audiences_a_job_has_the_profiles_default_one() -> None:
    registration = _admit(script(audiences=None)).registration

    assert registration.audiences == (WORKSPACE_URL,)
    assert registration.default_audience == WORKSPACE_URL


def test_a_default_audience_is_the_jobs_only_where_it_is_among_its_audiences() -> None:
    assert _admit(script(audiences=[STS, WORKSPACE_URL])).registration.default_audience == WORKSPACE_URL
    assert _admit(script(audiences=[STS])).registration.default_audience is None


def test_a_default_audience_that_the_platform_may_not_register_is_none() -> None:
    assert _admit(script(fields=OTHER_WORKSPACE)).registration.default_audience is None
    (message,) = _problems(script(fields=OTHER_WORKSPACE, audiences=None)).values()

    assert "has another default audience" in message
    assert STS in message


def test_a_profile_without_a_default_audience_makes_audiences_a_must() -> None:
    problems = _problems(body(audiences=None), CI_SERVER)

    assert list(problems) == ["audiences"]
    assert "profile `ci` has no default audience" in problems["audiences"]


def test_no_audience_is_missed_while_it_may_follow_from_fields_that_are_wrong() -> None:
    assert list(_problems(script(audiences=None, fields={"path": "u/ada/sync", "workspace": 1}))) == [
        "fields.workspace"
    ]


@pytest.mark.parametrize("value", [None, []])
def test_audiences_that_are_there_must_name_one(value: Any) -> None:
    assert list(_problems({**script(), "audiences": value})) == ["audiences"]


def test_a_jobs_tokens_live_as_long_as_its_profile_says() -> None:
    assert _admit(script()).registration.token_lifetime_seconds == 120
    assert _admit(body(), CI_SERVER).registration.token_lifetime_seconds is None


def test_tags_that_stay_on_are_those_that_the_job_has() -> None:
    fields = {"path": "u/ada/sync", "workspace": "acme"}

    assert _admit(script()).registration.transitive_tags == ("workspace",)
    assert _admit(script(fields={**fields, "group": "g"})).registration.transitive_tags == ("workspace", "group")


def test_what_stands_for_an_absent_field_is_said_in_the_subject_alone() -> None:
    registration = _admit(script()).registration

    assert registration.subject == "u/ada/sync::no_flow::acme"
    assert registration.fields == {"path": "u/ada/sync", "workspace": "acme"}
    assert registration.session_tags == {"workspace": "acme"}
    assert registration.claims == {"workspace": "acme", "email_verified": True}


def test_a_role_that_wants_jobs_without_a_field_is_open_to_them_and_to_no_others() -> None:
    within = _admit(script(fields={"path": "u/ada/sync", "workspace": "acme", "flow_path": "f/x"}))

    assert _admit(script()).obstacles == {"sync": None}
    assert within.obstacles == {"sync": "`flow_path` is `f/x`; the role wants `no_flow`"}


@pytest.mark.parametrize("wanted", ["no_flow", "f/*", "*", "no_*"])
def test_where_asks_for_an_absent_field_by_the_very_text_that_stands_for_it(wanted: str) -> None:
    narrow = replace(WINDMILL, where={"flow_path": wanted})
    within = script(fields={"path": "u/ada/sync", "workspace": "acme", "flow_path": "f/x"})

    if wanted == "no_flow":
        assert _admit(script(), narrow).registration.fields == {"path": "u/ada/sync", "workspace": "acme"}
    else:
        assert list(_problems(script(), narrow)) == ["fields.flow_path"]
    if wanted in ("f/*", "*"):
        assert _admit(within, narrow).registration.fields["flow_path"] == "f/x"
    else:
        assert list(_problems(within, narrow)) == ["fields.flow_path"]


def test_what_stands_in_the_way_is_kept_by_the_roles_arn() -> None:
    registration = _admit(body(roles=["release", "deploy"]), CI_SERVER).registration

    assert list(registration.roles) == [RELEASE_ARN, DEPLOY_ARN]
    assert registration.obstacles == {RELEASE_ARN: "`ref` is `refs/heads/main`; the role wants `refs/tags/*`"}


def test_a_job_is_pinned_to_its_roles_where_its_platform_says_so() -> None:
    assert _admit(script(pinned=True)).registration.pinned is True
    assert _admit(script(pinned=False)).registration.pinned is False
    assert _admit(script()).registration.pinned is False


def test_a_pinned_job_without_roles_is_refused() -> None:
    for wish in (script(pinned=True, roles=[]), script(pinned=True, roles=None)):
        (message,) = _problems(wish).values()
        assert "needs `roles`" in message
    assert _admit(script(pinned=False, roles=[])).registration.roles == {}


@pytest.mark.parametrize("value", [None, 1, 0, "true", "", [], [True], {}])
def test_pinned_that_is_neither_true_nor_false_is_refused(value: Any) -> None:
    assert _problems({**script(), "pinned": value}) == {"pinned": "must be `true` or `false`"}


def test_a_job_has_the_blocks_that_its_platform_names_and_else_that_of_github() -> None:
    everything = script(audiences=[GOOGLE, AZURE], environment=list(BLOCKS))

    assert _admit(script()).environment == ("github",)
    assert _admit(script(environment=[])).environment == ()
    assert _admit(script(environment=["windmill", "aws-sdk"])).environment == ("windmill", "aws-sdk")
    assert _admit(everything).environment == ("jobpass", "github", "windmill", "aws-sdk", "google", "azure")


@pytest.mark.parametrize(
    "value",
    [None, "github", {}, 1, True, [1], [None], ["github", "github"], [*BLOCKS, "x"], [["github"]]],
    ids=lambda value: ascii(value)[:40],
)
def test_blocks_that_are_no_list_of_different_texts_are_refused(value: Any) -> None:
    assert list(_problems({**script(), "environment": value})) == ["environment"]


@pytest.mark.parametrize("block", ["", "GitHub", "github ", "aws", "gitlab", "x" * 5000, "\ud800"])
def test_a_block_that_is_none_is_refused_and_not_echoed(block: str) -> None:
    assert _problems(script(environment=["github", block])) == {
        "environment[1]": "must be one of jobpass, github, windmill, aws-sdk, google, azure"
    }


@pytest.mark.parametrize(
    ("block", "wish", "lacking"),
    [
        ("aws-sdk", {"roles": []}, "needs a role"),
        ("google", {"audiences": [STS]}, "needs a Google Cloud provider in `audiences`"),
        ("azure", {"audiences": [STS]}, f"needs `{AZURE}` in `audiences`"),
        ("windmill", {"profile": "nightly", "fields": {"job": "x", "host": "h"}}, "needs the job's field `workspace`"),
    ],
)
def test_a_block_without_what_it_needs_is_refused(block: str, wish: dict[str, Any], lacking: str) -> None:
    whole = script(audiences=[GOOGLE, AZURE], environment=[block])

    assert _admit(whole).environment == (block,)
    problems = _problems(script(**{"environment": ["github", block], **wish}))
    assert list(problems) == ["environment[1]"]
    assert lacking in problems["environment[1]"]


def test_a_constant_is_a_workspace_too() -> None:
    fixed = replace(SCRIPTS, constants={"workspace": "acme"})
    deployment = replace(DEPLOYMENT, profiles={**DEPLOYMENT.profiles, "scripts": fixed})
    wish = script(fields={"path": "u/ada/sync"}, environment=["windmill"])

    assert _admit(wish, deployment=deployment).registration.roles == {SYNC_ARN: "sync"}
