"""A registration stands only as far as the deployment in force lets it."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.standing import Standing
from tests.domain.examples import DEPLOYMENT, STS, VAULT, registration

STANDING = Standing.of(DEPLOYMENT)


def test_a_registration_of_an_unchanged_deployment_stands_as_it_was_made() -> None:
    held = registration(audiences=(STS, VAULT), aws_audiences=(STS,))

    assert STANDING.applied(held) == held


def test_jobs_of_a_platform_that_is_gone_have_no_right_any_more() -> None:
    gone = Standing({}, STANDING.aws_audiences)

    with pytest.raises(InvalidTokenError, match="no longer part of the deployment"):
        gone.applied(registration())


def test_an_audience_that_the_platform_has_lost_is_lost_to_its_jobs() -> None:
    held = registration(audiences=(STS, VAULT), aws_audiences=(STS,))
    narrower = replace(STANDING, platform_audiences={held.platform: (VAULT,)})

    stands = narrower.applied(held)

    assert (stands.audiences, stands.aws_audiences) == ((VAULT,), ())


def test_an_audience_that_iam_knows_by_now_brings_the_claims_for_aws_with_it() -> None:
    """Otherwise a job registered before could shed its tags and escape every policy that denies by tag."""
    held = registration(audiences=(STS, VAULT), aws_audiences=(STS,))
    wider = replace(STANDING, aws_audiences=(STS, VAULT))

    assert wider.applied(held).aws_audiences == (STS, VAULT)


def test_a_standing_survives_its_document() -> None:
    assert Standing.from_document(STANDING.to_document()) == STANDING
