"""A registration stands only as far as the deployment in force lets it, and each of its roles by that role's terms."""

import json
from dataclasses import replace

import pytest

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.standing import RoleTerms, Standing
from tests.domain.examples import (
    DEPLOY,
    DEPLOY_ARN,
    DEPLOYMENT,
    RELEASE,
    RELEASE_ARN,
    STANDING,
    STS,
    SYNC_ARN,
    VAULT,
    registration,
)

HELD = registration(roles=(DEPLOY_ARN, RELEASE_ARN))


def _standing(**changes: object) -> Standing:
    """What stands where the platform has other terms."""
    terms = STANDING.platforms["ci-server"]
    return replace(STANDING, platforms={"ci-server": replace(terms, **changes)})  # type: ignore[arg-type]


def test_a_registration_of_an_unchanged_deployment_stands_as_it_was_made() -> None:
    stands = STANDING.entitlement(HELD)

    assert stands.registration is HELD
    assert stands.audiences == (STS, VAULT)
    assert stands.aws_audiences == (STS,)
    assert dict(stands.roles) == {
        DEPLOY_ARN: RoleTerms((STS,), 3600, "jobpass-deploy"),
        RELEASE_ARN: RoleTerms((STS,), 3600, "jobpass-release"),
    }


def test_jobs_of_a_platform_that_is_gone_have_no_right_any_more() -> None:
    gone = replace(STANDING, platforms={})

    with pytest.raises(InvalidTokenError, match="no longer part of the deployment"):
        gone.entitlement(HELD)


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({"where": {"repo": "web"}}, True),
        ({"where": {"repo": "we?"}}, True),
        ({"where": {"repo": "api"}}, False),
        ({"where": {"flow": "none"}, "profiles": {"ci": {"flow": "none"}}}, True),
        ({"where": {"flow": "none"}}, False),
        ({"where": {"flow": "*"}, "profiles": {"ci": {"flow": "none"}}}, False),
        ({"profiles": {"nightly": {}}}, False),
        ({"profiles": {}}, False),
    ],
)
def test_a_job_that_its_platform_could_not_register_today_has_no_right_any_more(
    changes: dict[str, object], stands: bool
) -> None:
    if stands:
        assert _standing(**changes).entitlement(HELD).registration is HELD
        return
    with pytest.raises(InvalidTokenError, match="may no longer register such jobs"):
        _standing(**changes).entitlement(HELD)


def test_an_audience_that_the_platform_has_lost_is_lost_to_its_jobs() -> None:
    stands = _standing(audiences=(VAULT,)).entitlement(HELD)

    assert (stands.audiences, stands.aws_audiences) == ((VAULT,), ())


def test_a_role_that_the_platform_has_lost_is_lost_to_its_jobs() -> None:
    assert list(_standing(roles=("release",)).entitlement(HELD).roles) == [RELEASE_ARN]
    assert list(_standing(roles=()).entitlement(HELD).roles) == []


def test_a_role_that_is_gone_is_lost_though_a_platform_names_it_still() -> None:
    assert list(replace(STANDING, roles={}).entitlement(HELD).roles) == []


@pytest.mark.parametrize(
    "arn", [SYNC_ARN, "jobpass-deploy", f"{DEPLOY_ARN}-2", DEPLOY_ARN.replace(":role/", ":user/"), ""]
)
def test_a_role_that_the_platform_never_had_is_not_a_jobs_whatever_its_registration_says(arn: str) -> None:
    assert list(STANDING.entitlement(registration(roles=(arn, DEPLOY_ARN))).roles) == [DEPLOY_ARN]


def test_what_a_platform_has_gained_is_no_right_of_the_jobs_before() -> None:
    stands = STANDING.entitlement(registration(audiences=(VAULT,), roles=()))

    assert (stands.audiences, dict(stands.roles)) == ((VAULT,), {})


def test_an_audience_that_iam_knows_by_now_brings_the_claims_for_aws_with_it() -> None:
    """Otherwise a job registered before could shed its tags and escape every policy that denies by tag."""
    wider = replace(STANDING, aws_audiences=(STS, VAULT))

    assert wider.entitlement(HELD).aws_audiences == (STS, VAULT)


def test_a_role_has_the_terms_that_are_in_force_now() -> None:
    longer = replace(DEPLOY, audiences=(VAULT,), max_session_seconds=7200)
    roles = {**DEPLOYMENT.roles, "deploy": longer}

    stands = Standing.of(replace(DEPLOYMENT, roles=roles)).entitlement(HELD)

    assert stands.roles[DEPLOY_ARN] == RoleTerms((VAULT,), 7200, "jobpass-deploy")


ELSEWHERE = "arn:aws:iam::222233334444:role/jobpass-deploy"


@pytest.mark.parametrize(
    ("account_id", "arn", "stands"),
    [
        ("222233334444", ELSEWHERE, True),
        ("222233334444", DEPLOY_ARN, False),
        ("333344445555", ELSEWHERE, False),
        (None, DEPLOY_ARN, True),
    ],
)
def test_a_role_that_is_another_accounts_by_now_is_lost(account_id: str | None, arn: str, stands: bool) -> None:
    roles = {**DEPLOYMENT.roles, "deploy": replace(DEPLOY, account_id=account_id)}

    entitlement = Standing.of(replace(DEPLOYMENT, roles=roles)).entitlement(registration(roles={arn: "deploy"}))

    assert list(entitlement.roles) == ([arn] if stands else [])


def test_a_role_that_has_another_path_by_now_is_lost() -> None:
    roles = {**DEPLOYMENT.roles, "deploy": replace(DEPLOY, arn_path="jobs/jobpass-deploy")}

    assert list(Standing.of(replace(DEPLOYMENT, roles=roles)).entitlement(HELD).roles) == [RELEASE_ARN]


def test_a_role_under_another_roles_name_is_none() -> None:
    assert list(STANDING.entitlement(registration(roles={DEPLOY_ARN: "release"})).roles) == []


def test_roles_that_a_registration_kept_no_names_of_stand_by_their_arns() -> None:
    document = {**HELD.to_document(), "roles": [DEPLOY_ARN, RELEASE_ARN, SYNC_ARN, ELSEWHERE[:-1]]}
    held = Registration.from_document(document)
    roles = {**DEPLOYMENT.roles, "release": replace(RELEASE, account_id="222233334444")}

    assert list(STANDING.entitlement(held).roles) == [DEPLOY_ARN, RELEASE_ARN]
    assert list(Standing.of(replace(DEPLOYMENT, roles=roles)).entitlement(held).roles) == [DEPLOY_ARN]


@pytest.mark.parametrize("deployment", [DEPLOYMENT, Deployment({}, {}, {})], ids=["whole", "empty"])
def test_a_standing_survives_its_document_as_json(deployment: Deployment) -> None:
    standing = Standing.of(deployment)

    assert Standing.from_document(json.loads(json.dumps(standing.to_document()))) == standing
