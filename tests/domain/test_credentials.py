"""Credentials drawn for a job: the role, the audience, the length, the name, and what an SDK is told."""

import re
from collections.abc import Mapping

import pytest

from jobpass_issuer.domain.credentials import (
    Credentials,
    Refusal,
    container_answer,
    refusal,
    session_request,
    token_request,
)
from jobpass_issuer.domain.errors import AccessDeniedError, InvalidRequestError, InvalidTargetError
from jobpass_issuer.domain.issuance import TokenRequest
from jobpass_issuer.domain.standing import Entitlement, RoleTerms
from tests.domain.examples import DEPLOY_ARN, JOB_ID, NOW, RELEASE_ARN, STS, VAULT, registration

OTHER = "aws.example.com"
TERMS = RoleTerms((STS,), 3600, "jobpass-deploy")


def _entitled(
    roles: Mapping[str, RoleTerms] | None = None, audiences: tuple[str, ...] = (STS,), **changes: object
) -> Entitlement:
    held = {DEPLOY_ARN: TERMS} if roles is None else roles
    made = registration(**{"roles": tuple(held), "audiences": (*audiences, VAULT), **changes})
    return Entitlement(made, (*audiences, VAULT), audiences, held)


class TestToken:
    """The token that draws them."""

    def test_it_is_for_the_named_role_and_lives_a_minute(self) -> None:
        entitlement = _entitled({DEPLOY_ARN: TERMS, RELEASE_ARN: TERMS})
        assert token_request(entitlement, RELEASE_ARN) == TokenRequest(STS, RELEASE_ARN, 60)

    def test_it_is_for_the_only_role_where_none_is_named(self) -> None:
        assert token_request(_entitled(), None) == TokenRequest(STS, DEPLOY_ARN, 60)

    @pytest.mark.parametrize(
        ("audiences", "taken", "chosen"),
        [
            ((STS, OTHER), (STS, OTHER), STS),
            ((OTHER, STS), (STS, OTHER), OTHER),
            ((OTHER, STS), (STS,), STS),
            ((STS,), (OTHER, STS), STS),
        ],
    )
    def test_its_audience_is_the_first_of_the_jobs_that_the_role_takes(
        self, audiences: tuple[str, ...], taken: tuple[str, ...], chosen: str
    ) -> None:
        entitlement = _entitled({DEPLOY_ARN: RoleTerms(taken, 3600, "jobpass-deploy")}, audiences)
        assert token_request(entitlement, None).audience == chosen

    @pytest.mark.parametrize("audiences", [(), (OTHER,)])
    def test_a_role_that_takes_none_of_them_is_refused(self, audiences: tuple[str, ...]) -> None:
        with pytest.raises(InvalidTargetError, match=r"takes tokens for sts\.amazonaws\.com only"):
            token_request(_entitled(audiences=audiences), None)

    def test_an_audience_that_is_no_client_of_the_provider_is_never_chosen(self) -> None:
        entitlement = _entitled({DEPLOY_ARN: RoleTerms((VAULT,), 3600, "jobpass-deploy")})
        with pytest.raises(InvalidTargetError):
            token_request(entitlement, None)

    def test_a_role_must_be_named_where_there_are_two(self) -> None:
        with pytest.raises(InvalidRequestError, match="has several roles") as refused:
            token_request(_entitled({DEPLOY_ARN: TERMS, RELEASE_ARN: TERMS}), None)
        assert [problem.path for problem in refused.value.problems] == ["role_arn"]

    def test_of_two_roles_a_lost_one_does_not_choose_the_other(self) -> None:
        lost = Entitlement(registration(roles=(DEPLOY_ARN, RELEASE_ARN)), (STS,), (STS,), {DEPLOY_ARN: TERMS})
        with pytest.raises(InvalidRequestError, match="has several roles"):
            token_request(lost, None)

    def test_the_only_role_may_be_lost(self) -> None:
        lost = Entitlement(registration(roles=(DEPLOY_ARN,)), (STS,), (STS,), {})
        with pytest.raises(InvalidTargetError, match="not a role of this registration"):
            token_request(lost, None)

    def test_a_job_without_roles_is_told_so(self) -> None:
        with pytest.raises(InvalidTargetError, match="this job has no role"):
            token_request(_entitled({}), None)

    @pytest.mark.parametrize("arn", ["", "*", RELEASE_ARN, DEPLOY_ARN + "/x"])
    def test_a_role_that_is_not_the_jobs_is_refused(self, arn: str) -> None:
        with pytest.raises(InvalidTargetError, match="not a role of this registration"):
            token_request(_entitled(), arn)


class TestSession:
    """What STS is asked for."""

    @pytest.mark.parametrize(
        ("left", "longest", "seconds"),
        [
            (1, 3600, 900),
            (899, 3600, 900),
            (900, 3600, 900),
            (901, 3600, 901),
            (3600, 3600, 3600),
            (3601, 3600, 3600),
            (86400, 43200, 43200),
            (86400, 900, 900),
        ],
    )
    def test_it_ends_with_the_registration_within_the_bounds_of_role_and_sts(
        self, left: int, longest: int, seconds: int
    ) -> None:
        entitlement = _entitled({DEPLOY_ARN: RoleTerms((STS,), longest, "jobpass-deploy")}, expires_at=NOW + left)
        assert session_request(entitlement, DEPLOY_ARN, NOW).duration_seconds == seconds

    @pytest.mark.parametrize(
        ("platform", "begins"), [("ci-server", "ci-server-"), ("p" * 31, "p" * 31 + "-"), ("p" * 99, "p" * 31 + "-")]
    )
    def test_its_name_is_one_for_sts_and_holds_the_job_whole(self, platform: str, begins: str) -> None:
        name = session_request(_entitled(platform=platform), DEPLOY_ARN, NOW).session_name
        assert name == begins + JOB_ID
        assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)

    def test_it_is_for_a_role_of_the_job_alone(self) -> None:
        with pytest.raises(InvalidTargetError):
            session_request(_entitled(), RELEASE_ARN, NOW)


class TestAnswer:
    """What the job's SDK is told."""

    def test_it_has_what_sdks_read(self) -> None:
        assert container_answer(Credentials("A", "S", "T", "2030-01-02T03:04:05Z"), DEPLOY_ARN) == {
            "AccessKeyId": "A",
            "SecretAccessKey": "S",
            "Token": "T",
            "Expiration": "2030-01-02T03:04:05Z",
            "AccountId": "000000000000",
            "RoleArn": DEPLOY_ARN,
        }

    def test_credentials_show_no_secret_by_themselves(self) -> None:
        assert repr(Credentials("AKID", "SECRET", "TOKEN", "end")) == "Credentials(expires_at='end')"

    @pytest.mark.parametrize("reason", Refusal)
    def test_every_refusal_says_what_to_do(self, reason: Refusal) -> None:
        refused = refusal(_entitled(), DEPLOY_ARN, reason)
        assert isinstance(refused, AccessDeniedError)
        assert re.search(r"deploy again|register shorter|activate it", refused.description)

    def test_the_obstacle_that_the_registration_knows_is_said(self) -> None:
        entitlement = _entitled(obstacles={DEPLOY_ARN: "`ref` is `x`; the role wants `y`", RELEASE_ARN: "other"})
        refused = refusal(entitlement, DEPLOY_ARN, Refusal.UNTRUSTED)
        assert refused.description == "the role does not trust this job: `ref` is `x`; the role wants `y`"
