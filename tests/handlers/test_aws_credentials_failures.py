"""GET /v1/credentials when AWS fails or refuses: each in words that its reader can act on, and none with a secret."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.domain.key_ring import KeyState
from jobpass_issuer.domain.standing import PlatformTerms, Standing
from tests.aws import wire_sts
from tests.aws.wire import Aws
from tests.aws.wire_error import AwsError
from tests.domain.examples import DEPLOY_ARN, DEPLOYMENT, JOB_ID, SECRET
from tests.handlers.conftest import TABLE, forget
from tests.handlers.drawing import draw, prepare
from tests.handlers.events import members

Printed = Callable[[], str]
Records = Callable[[], list[dict[str, Any]]]
ASSUME = "sts:AssumeRoleWithWebIdentity"
_SECRETS = (SECRET, wire_sts.SECRET_ACCESS_KEY, wire_sts.SESSION_TOKEN, "secret-name")


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("InvalidIdentityToken", 400, "whether the issuer's documents are served"),
        ("IDPCommunicationError", 400, "try again shortly"),
        ("ExpiredTokenException", 400, "try again shortly"),
        ("IDPRejectedClaim", 403, "try again shortly"),
        ("MalformedPolicyDocument", 400, "try again shortly"),
        ("RequestLimitExceeded", 503, "try again shortly"),
        ("InternalFailure", 500, "try again shortly"),
    ],
)
def test_what_may_pass_is_for_the_sdk_to_try_again(
    aws: Aws, printed: Printed, code: str, status: int, said: str
) -> None:
    prepare(aws)
    aws.sts.refusal = AwsError(code, status)

    answer = draw()

    assert (answer["statusCode"], members(answer)["Code"]) == (503, "temporarily_unavailable")
    assert said in members(answer)["Message"]
    assert f'"reason":"{code}"' in printed()
    assert not [secret for secret in _SECRETS if secret in answer["body"] + printed()]


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("AccessDenied", 403, "the role does not trust this job: its trust policy is not the one that was deployed"),
        ("PackedPolicyTooLarge", 400, "have the platform register shorter fields, or `aws_claims: none`"),
        ("RegionDisabledException", 403, "activate it in IAM's account settings"),
        ("ValidationError", 400, "the role's maximum session duration is not the one that was deployed"),
    ],
)
def test_what_does_not_pass_is_refused_with_its_remedy(
    aws: Aws, records: Records, printed: Printed, code: str, status: int, said: str
) -> None:
    prepare(aws)
    aws.sts.refusal = AwsError(code, status)

    answer = draw()

    body = members(answer)
    assert (answer["statusCode"], body["error"], body["Code"]) == (403, "access_denied", "access_denied")
    assert said in body["Message"]
    assert "Retry-After" not in answer["headers"]
    (log,) = [record for record in records() if record.get("message") == "session refused"]
    assert (log["job_id"], log["role_arn"], log["session_name"]) == (JOB_ID, DEPLOY_ARN, f"ci-server-{JOB_ID}")
    assert log["jti"]
    assert not [secret for secret in _SECRETS if secret in answer["body"] + printed()]


def test_what_stood_between_the_job_and_the_role_is_said_where_sts_says_nothing(aws: Aws, printed: Printed) -> None:
    obstacle = "`ref` is `refs/heads/x`; the role wants `refs/heads/main`"
    prepare(aws, obstacles={DEPLOY_ARN: obstacle})
    aws.sts.roles = {}

    answer = draw()

    assert answer["statusCode"] == 403
    assert members(answer)["Message"] == f"the role does not trust this job: {obstacle}"


_KEYS = f"<AccessKeyId>A</AccessKeyId><SecretAccessKey>{wire_sts.SECRET_ACCESS_KEY}</SecretAccessKey>"
_ENDLESS = f"{_KEYS}<SessionToken>{wire_sts.SESSION_TOKEN}</SessionToken>"


@pytest.mark.parametrize(
    "credentials",
    ["", "<AccessKeyId>A</AccessKeyId>", _KEYS, _ENDLESS, f"{_KEYS}</Wrong>", f"{_ENDLESS}<Expiration>x</Expiration>"],
    ids=["nothing", "an identifier", "no token", "no end", "no XML", "no time"],
)
def test_a_part_of_the_credentials_reaches_nobody_and_no_log(aws: Aws, printed: Printed, credentials: str) -> None:
    """Of what it cannot parse, botocore's own words hold the body."""
    prepare(aws)
    aws.sts.credentials = credentials

    answer = draw()

    assert answer["statusCode"] == 503
    assert f'"operation":"{ASSUME}"' in printed()
    assert not [secret for secret in _SECRETS if secret in answer["body"] + printed()]


def test_a_key_that_was_revoked_meanwhile_makes_room_for_the_next_before_sts_is_asked(
    aws: Aws, printed: Printed
) -> None:
    prepare(aws)
    ring = json.loads(aws.dynamodb.items(TABLE)["ring"]["document"]["S"])
    active = next(key for key in ring["keys"] if key["state"] == KeyState.ACTIVE.value)
    aws.kms.keys[active["key_arn"]].state = "Disabled"

    answer = draw()

    assert answer["statusCode"] == 503
    assert aws.operations() == ["dynamodb:BatchGetItem", "kms:Sign", "dynamodb:BatchGetItem"]


def test_a_job_of_a_platform_that_is_gone_draws_nothing(aws: Aws, printed: Printed, tmp_path: Path) -> None:
    prepare(aws)
    _deploy(tmp_path, {})

    answer = draw()

    assert (answer["statusCode"], members(answer)["Code"]) == (401, "invalid_token")
    assert aws.operations() == ["dynamodb:BatchGetItem"]


@pytest.mark.parametrize("lost", ["roles", "audiences"])
def test_a_job_draws_nothing_with_what_its_platform_has_lost(
    aws: Aws, printed: Printed, tmp_path: Path, lost: str
) -> None:
    prepare(aws)
    terms = Standing.of(DEPLOYMENT).platforms["ci-server"]
    _deploy(tmp_path, {"ci-server": replace(terms, **{lost: ()})})  # type: ignore[arg-type]

    answer = draw()

    assert (answer["statusCode"], members(answer)["Code"]) == (400, "invalid_target")
    assert aws.operations() == ["dynamodb:BatchGetItem"]


def _deploy(directory: Path, platforms: dict[str, PlatformTerms]) -> None:
    standing = Standing.of(DEPLOYMENT)
    deployed = Standing(platforms, standing.roles, standing.aws_audiences)
    (directory / "standing.json").write_text(json.dumps(deployed.to_document()))
    forget()


@pytest.mark.parametrize(
    "user",
    [
        "",
        "arn:aws:sts::000000000000:assumed-role/jobpass-release/{session}",
        "arn:aws:sts::000000000000:assumed-role/jobpass-deploy/ci-server-of-another-job",
        "arn:aws:sts::000000000000:federated-user/{session}",
    ],
)
def test_the_credentials_of_another_session_reach_nobody(aws: Aws, printed: Printed, user: str) -> None:
    """Whatever went wrong on the way: the answer names its session, and it is not the one that was asked for."""
    prepare(aws)
    assert draw()["statusCode"] == 200
    aws.sts.user = user.format(session=aws.sts.sessions[-1].name)

    answer = draw()

    assert answer["statusCode"] == 503
    assert '"reason":"MalformedAnswer"' in printed()
    assert not [secret for secret in _SECRETS if secret in answer["body"]]
