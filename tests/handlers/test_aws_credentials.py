"""GET /v1/credentials with AWS at the wire: what a session costs, for whom it is, how long it lasts, who gets none."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.domain.issuance import ROLES_CLAIM
from tests.aws import wire_sts
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, JOB_ID, RELEASE_ARN, SECRET, STS, TOKEN, VAULT
from tests.handlers.drawing import draw, prepare
from tests.handlers.events import members

Printed = Callable[[], str]
Records = Callable[[], list[dict[str, Any]]]
COST = ["dynamodb:BatchGetItem", "kms:Sign", "sts:AssumeRoleWithWebIdentity"]


def test_the_answer_is_what_aws_sdks_take_from_a_container(aws: Aws, printed: Printed) -> None:
    prepare(aws)

    answer = draw()

    assert answer["statusCode"] == 200
    assert members(answer) == {
        "AccessKeyId": "ASIAEXAMPLE",
        "SecretAccessKey": wire_sts.SECRET_ACCESS_KEY,
        "Token": wire_sts.SESSION_TOKEN,
        "Expiration": "2030-01-02T03:04:05Z",
        "AccountId": "000000000000",
        "RoleArn": DEPLOY_ARN,
    }


def test_credentials_cost_one_read_one_signature_and_one_session_each_time(aws: Aws, printed: Printed) -> None:
    prepare(aws)

    for asked in range(1, 4):
        assert draw()["statusCode"] == 200
        assert aws.operations() == COST * asked

    assert len({session.claims["jti"] for session in aws.sts.sessions}) == 3


def test_the_token_is_pinned_to_the_role_short_lived_and_for_the_audience_that_the_role_takes(
    aws: Aws, printed: Printed
) -> None:
    held = prepare(aws, audiences=(VAULT, STS), default_audience=VAULT)

    draw()

    (session,) = aws.sts.sessions
    assert session.role_arn == DEPLOY_ARN
    assert session.claims[ROLES_CLAIM] == [DEPLOY_ARN]
    assert (session.claims["aud"], session.claims["sub"]) == (STS, held.subject)
    assert session.claims["exp"] - session.claims["iat"] == 60


@pytest.mark.parametrize("authorization", [str(TOKEN), f"Bearer {TOKEN}", f"bearer {TOKEN}"])
def test_the_request_token_comes_bare_as_sdks_send_it_or_as_a_bearer_token(
    aws: Aws, printed: Printed, authorization: str
) -> None:
    prepare(aws)

    assert draw(authorization=authorization)["statusCode"] == 200


def test_a_job_with_one_role_need_not_name_it(aws: Aws, printed: Printed) -> None:
    prepare(aws)

    assert members(draw(""))["RoleArn"] == DEPLOY_ARN


def test_a_job_with_two_roles_names_the_one_that_it_wants(aws: Aws, printed: Printed) -> None:
    prepare(aws, roles=(DEPLOY_ARN, RELEASE_ARN))

    answer = draw("")

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert f"{DEPLOY_ARN}, {RELEASE_ARN}" in members(answer)["error_description"]
    assert "kms:Sign" not in aws.operations()
    encoded = RELEASE_ARN.replace(":", "%3A").replace("/", "%2F")
    assert members(draw(f"role_arn={encoded}"))["RoleArn"] == RELEASE_ARN


@pytest.mark.parametrize(("left", "asked"), [(60, 900), (899, 900), (1200, 1200), (3600, 3600), (7200, 3600)], ids=str)
def test_a_session_lasts_until_the_registrations_end_within_the_bounds_of_sts_and_the_role(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch, left: int, asked: int
) -> None:
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: float(now))
    prepare(aws, registered_at=now, expires_at=now + left)

    assert draw()["statusCode"] == 200
    assert aws.sts.sessions[0].duration_seconds == asked


def test_the_sessions_name_leads_to_the_platform_and_the_job(aws: Aws, printed: Printed) -> None:
    prepare(aws)

    draw()

    assert aws.sts.sessions[0].name == f"ci-server-{JOB_ID}"


def test_sts_is_asked_without_anybodys_signature(aws: Aws, printed: Printed) -> None:
    """The stand-in refuses a signed request; here is what it was asked, and with nothing beside."""
    prepare(aws)

    assert draw()["statusCode"] == 200
    assert set(aws.calls[-1].body) == {
        *("Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "WebIdentityToken")
    }


def test_a_draw_is_on_record_with_what_leads_to_it_and_without_its_secrets(
    aws: Aws, records: Records, printed: Printed
) -> None:
    prepare(aws)

    draw()

    _, granted, drawn, metric = records()
    (session,) = aws.sts.sessions
    assert granted["record"]["kind"] == "grant"
    assert granted["record"]["jti"] == drawn["jti"] == session.claims["jti"]
    assert (drawn["message"], drawn["job_id"]) == ("drawn", JOB_ID)
    assert (drawn["role_arn"], drawn["session_name"]) == (DEPLOY_ARN, session.name)
    assert drawn["expires_at"] == wire_sts.EXPIRATION
    assert metric["CredentialsDrawn"] == [1.0]
    for secret in (SECRET, wire_sts.SECRET_ACCESS_KEY, wire_sts.SESSION_TOKEN, "ASIAEXAMPLE"):
        assert secret not in printed()
    assert not any(part in printed() for part in aws.calls[-1].body["WebIdentityToken"].split("."))


@pytest.mark.parametrize(
    "query",
    [
        "role_arn=",
        f"role_arn={RELEASE_ARN}",
        f"role_arn={DEPLOY_ARN}2",
        f"role_arn={DEPLOY_ARN[:-1]}",
        f"role_arn={DEPLOY_ARN.upper()}",
        f"role_arn={DEPLOY_ARN},{RELEASE_ARN}",
        f"role_arn={DEPLOY_ARN.replace('000000000000', '111111111111')}",
        "role_arn=*",
        "role_arn=" + "x" * 4000,
    ],
)
def test_a_role_that_is_not_the_jobs_gets_no_credentials(aws: Aws, printed: Printed, query: str) -> None:
    prepare(aws)

    answer = draw(query)

    body = members(answer)
    assert (answer["statusCode"], body["error"], body["Code"]) == (400, "invalid_target", "invalid_target")
    assert body["Message"] == body["error_description"]
    assert [problem["field"] for problem in body["problems"]] == ["role_arn"]
    assert aws.operations() == ["dynamodb:BatchGetItem"]
    assert len(answer["body"]) < 2000


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"role_arn={DEPLOY_ARN}&role_arn={DEPLOY_ARN}", "role_arn"),
        ("audience=sts.amazonaws.com", "audience"),
        ("expires_in=900", "expires_in"),
        ("duration_seconds=900", "duration_seconds"),
    ],
)
def test_a_query_of_another_form_is_refused_before_aws_is_asked(
    aws: Aws, printed: Printed, query: str, field: str
) -> None:
    prepare(aws)

    answer = draw(query)

    body = members(answer)
    assert (answer["statusCode"], body["error"], body["Code"]) == (400, "invalid_request", "invalid_request")
    assert [problem["field"] for problem in body["problems"]] == [field]
    assert aws.calls == []


def test_a_job_without_roles_is_told_who_can_mend_it(aws: Aws, printed: Printed) -> None:
    prepare(aws, roles=())

    answer = draw("")

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert "have the platform register it with one under `roles`" in members(answer)["error_description"]


def test_a_role_that_takes_none_of_the_jobs_audiences_is_not_tried(aws: Aws, printed: Printed) -> None:
    prepare(aws, audiences=(VAULT,))

    answer = draw()

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert f"takes tokens for {STS} only" in members(answer)["error_description"]
    assert aws.operations() == ["dynamodb:BatchGetItem"]


@pytest.mark.parametrize(
    "authorization",
    ["", "x", "Bearer", "Bearer ", f"Basic {TOKEN}", f"{TOKEN}x", f"{TOKEN} ", f" {TOKEN}", f"{TOKEN},{TOKEN}", SECRET],
)
def test_without_a_request_token_aws_is_not_asked(aws: Aws, printed: Printed, authorization: str) -> None:
    prepare(aws)

    answer = draw(authorization=authorization)

    body = members(answer)
    assert (answer["statusCode"], body["error"], body["Code"]) == (401, "invalid_token", "invalid_token")
    assert answer["headers"]["WWW-Authenticate"] == 'Bearer realm="jobpass", error="invalid_token"'
    assert aws.calls == []
    assert SECRET not in printed() + answer["body"]


@pytest.mark.parametrize(
    "changes",
    [{"secret_sha256": "0" * 64}, {"ended_at": 5}, {"expires_at": 5}, {"expires_at": int(time.time())}],
    ids=["wrong secret", "ended", "expired long ago", "expired a moment ago"],
)
def test_a_token_that_proves_no_live_job_draws_nothing(aws: Aws, printed: Printed, changes: dict[str, Any]) -> None:
    prepare(aws, **changes)

    answer = draw()

    assert (answer["statusCode"], members(answer)["Code"]) == (401, "invalid_token")
    assert aws.operations() == ["dynamodb:BatchGetItem"]
    assert SECRET not in printed() + answer["body"]
