"""The token function when KMS refuses the key under it: it reads again, and signs with the promoted key or waits."""

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from jobpass_issuer.aws.item import registration_item
from jobpass_issuer.handlers import token
from tests.aws.wire_error import SECRET, AwsError
from tests.domain.examples import STS, TOKEN, registration
from tests.handlers.keys.deployed import Deployed

UNUSABLE = ["DisabledException", "KMSInvalidStateException", "NotFoundException"]


@pytest.fixture
def job(founded: Deployed) -> Deployed:
    """An issuer of two days with a registered job."""
    made = registration(registered_at=int(founded.now), expires_at=int(founded.now) + 3600)
    founded.table[f"job#{made.job_id}"] = registration_item(made)
    founded.cloud.calls.clear()
    return founded


def _ask() -> tuple[int, dict[str, Any], dict[str, str]]:
    event = {
        "routeKey": "GET /v1/token",
        "rawQueryString": f"api-version=1&audience={STS}",
        "headers": {"authorization": f"Bearer {TOKEN}"},
        "requestContext": {"requestId": "request"},
    }
    response = token.handler(event, None)
    return response["statusCode"], json.loads(response["body"]), response["headers"]


def _kid(body: dict[str, Any]) -> str:
    return str(jwt.get_unverified_header(body["value"])["kid"])


def _promote(aws: Deployed) -> Callable[[], None]:
    """What the keys function does meanwhile: revoke the active key and promote the reserve."""

    def interfere() -> None:
        aws.run("revoke", kid=aws.active_kid, reason="leaked")

    return interfere


def test_a_usable_key_signs_at_the_first_time(job: Deployed) -> None:
    status, body, _ = _ask()

    assert (status, _kid(body)) == (200, job.active_kid)
    assert job.cloud.operations() == ["dynamodb:BatchGetItem", "kms:Sign"]


@pytest.mark.parametrize("code", UNUSABLE)
def test_the_promoted_key_signs_when_the_active_one_is_refused_under_it(job: Deployed, code: str) -> None:
    """The revocation comes between its reading the ring and its signing."""
    old = job.active_kid
    job.cloud.fail("kms:Sign", AwsError(code), times=1)
    job.cloud.before["kms:Sign"] = _promote(job)
    status, body, _ = _ask()
    asked = [name for name in job.cloud.operations() if name in {"dynamodb:BatchGetItem", "kms:Sign"}]

    assert (status, _kid(body)) == (200, job.active_kid)
    assert job.active_kid != old
    assert asked == ["dynamodb:BatchGetItem", "kms:Sign"] * 2


def test_a_key_that_was_disabled_in_kms_itself_is_refused_by_it(job: Deployed) -> None:
    """Not by the test's word, but by the state of the key."""
    job.cloud.before["kms:Sign"] = _promote(job)
    status, body, _ = _ask()

    assert (status, _kid(body)) == (200, job.active_kid)
    assert job.cloud.counted()["kms:Sign"] == 2


@pytest.mark.parametrize("code", UNUSABLE)
def test_without_a_promoted_key_the_job_is_told_to_come_back(job: Deployed, code: str) -> None:
    job.cloud.fail("kms:Sign", AwsError(code), times=None)
    status, body, headers = _ask()
    (line,) = [line for line in job.log() if line["message"] == "dependency failed"]

    assert (status, body["error"], headers["Retry-After"]) == (503, "temporarily_unavailable", "2")
    assert job.cloud.operations() == ["dynamodb:BatchGetItem", "kms:Sign", "dynamodb:BatchGetItem"]
    assert (line["operation"], line["reason"]) == ("kms:Sign", code)
    assert [record["Reason"] for record in job.metric("DependencyFailure")] == ["kms:Sign"]
    assert SECRET not in json.dumps(body) + job.log_stream.getvalue() + job.printed
    assert "arn:" not in json.dumps(body)


@pytest.mark.parametrize("code", UNUSABLE)
def test_a_promoted_key_that_is_refused_too_ends_it_after_two_reads_and_two_signs(job: Deployed, code: str) -> None:
    job.cloud.fail("kms:Sign", AwsError(code), times=None)
    job.cloud.before["kms:Sign"] = _promote(job)
    status, _, headers = _ask()
    counted = job.cloud.counted()

    assert (status, headers["Retry-After"]) == (503, "2")
    assert (counted["dynamodb:BatchGetItem"], counted["kms:Sign"]) == (2, 2)


@pytest.mark.parametrize("code", ["ThrottlingException", "KMSInternalException", "AccessDeniedException"])
def test_any_other_refusal_is_no_reason_to_read_again(job: Deployed, code: str) -> None:
    job.cloud.fail("kms:Sign", AwsError(code), times=None)
    status, _, headers = _ask()

    assert (status, headers["Retry-After"]) == (503, "2")
    assert job.cloud.operations() == ["dynamodb:BatchGetItem", "kms:Sign"]


def test_a_ring_without_an_active_key_is_answered_without_asking_kms(job: Deployed) -> None:
    for key in job.ring.keys:
        job.run("revoke", kid=key.kid, reason="both leaked")
    job.cloud.calls.clear()
    status, _, headers = _ask()

    assert (status, headers["Retry-After"]) == (503, "5")
    assert job.cloud.operations() == ["dynamodb:BatchGetItem"]


def test_a_job_that_ended_between_both_reads_gets_no_token(job: Deployed) -> None:
    """The second reading judges the registration anew."""

    def end_and_promote() -> None:
        _promote(job)()
        name = f"job#{TOKEN.job_id}"
        job.table[name] = {**job.table[name], "ended_at": {"N": str(int(job.now))}}

    job.cloud.before["kms:Sign"] = end_and_promote
    status, body, _ = _ask()

    assert (status, body["error"]) == (401, "invalid_token")
    assert job.cloud.counted()["kms:Sign"] == 1


def test_a_registration_of_a_restored_table_gets_no_token(job: Deployed) -> None:
    job.cloud.dynamodb.table_id = "table-2"
    job.wait(1)
    job.run()
    status, body, _ = _ask()

    assert (status, body["error"]) == (401, "invalid_token")
    assert "void since the table was restored" in body["error_description"]
