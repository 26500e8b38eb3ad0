"""On the deployed stack: each token is on record, each signature in CloudTrail, and each names the other."""

import hashlib
import json
import re
from collections.abc import Iterator

import pytest

from jobpass_issuer.domain.issuance_record import (
    AttemptRecord,
    DenialRecord,
    FailureRecord,
    GrantRecord,
    Record,
    record_of,
)
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from tests.e2e.asking import QUERY, ask_for_token, bearer, error_of, request, token_of, unverified
from tests.e2e.test_cloudtrail import found

SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


@pytest.fixture
def job(platform: Platform) -> Registration:
    return platform.register(Job(MAIN_BRANCH, roles=("web-deploy",)))


@pytest.fixture
def faults(deployment: Deployment) -> Iterator[str]:
    """Where faults of KMS are ordered, none left afterwards."""
    url = f"{deployment.embedded.endpoint_url}/_jobpass/faults"
    yield url
    _order(deployment, url, "lost", 0)


def _order(deployment: Deployment, url: str, fault: str, times: int) -> None:
    order = {"operation": "kms:Sign", "fault": fault, "times": times}
    assert deployment.web.request("POST", url, body=json.dumps(order).encode()).status == 200


def _log(deployment: Deployment) -> list[str]:
    logs = deployment.aws.client("logs")
    groups = logs.get_paginator("describe_log_groups").paginate()
    names = [group["logGroupName"] for page in groups for group in page["logGroups"]]
    (name,) = [name for name in names if re.search("token", name, re.IGNORECASE)]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
    return [event["message"] for page in pages for event in page["events"]]


def _written(deployment: Deployment, job: Registration) -> list[Record]:
    """The records of a job, in order."""
    lines = [json.loads(line)["record"] for line in _log(deployment) if '"record"' in line]
    # A grant names its token, and the attempt alone whose that is.
    known = {line["jti"] for line in lines if line.get("job") == job.job_id and "jti" in line}
    return [record_of(line) for line in lines if line.get("job") == job.job_id or line.get("jti") in known]


def _signs(deployment: Deployment, jti: str) -> dict[str, str]:
    """The Sign events that name a token: the function session's role by the request's identifier."""
    events = [event for event in found(deployment, "EventName", "Sign") if f"jti/{jti}" in event["userAgent"].split()]
    return {event["requestID"]: event["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] for event in events}


def test_a_token_and_its_signature_name_each_other(deployment: Deployment, job: Registration) -> None:
    token = token_of(ask_for_token(deployment, QUERY, bearer(job)))

    claims = unverified(token)[1]
    attempt, grant = _written(deployment, job)
    role = deployment.aws.client("lambda").get_function(FunctionName="jobpass-token")["Configuration"]["Role"]
    assert isinstance(attempt, AttemptRecord)
    assert isinstance(grant, GrantRecord)
    assert (attempt.jti, attempt.subject, attempt.audience) == (claims["jti"], claims["sub"], claims["aud"])
    assert attempt.source_identity == claims[SOURCE_IDENTITY] == claims["jti"]
    assert attempt.source_address
    assert attempt.request_id
    assert _signs(deployment, claims["jti"]) == {grant.kms_request_id: role}
    assert grant.token_sha256 == hashlib.sha256(token.encode()).hexdigest()


def test_the_session_and_what_it_does_bear_the_tokens_name(deployment: Deployment, job: Registration) -> None:
    url = f"{deployment.output('ApiUrl')}/v1/credentials"
    answer = request(deployment.web, "GET", url, [("Authorization", job.request_token)])
    assert answer.status == 200, answer.body

    attempt, _ = _written(deployment, job)
    assert isinstance(attempt, AttemptRecord)
    sessions = found(deployment, "EventName", "AssumeRoleWithWebIdentity")
    asked = [event["requestParameters"] for event in sessions]
    assert attempt.jti in [each.get("sourceIdentity") for each in asked if each]


def test_what_the_sdk_tries_again_is_the_same_tokens(deployment: Deployment, job: Registration, faults: str) -> None:
    _order(deployment, faults, "lost", 1)

    token = token_of(ask_for_token(deployment, QUERY, bearer(job)))

    jti = unverified(token)[1]["jti"]
    _, grant = _written(deployment, job)
    signs = _signs(deployment, jti)
    assert isinstance(grant, GrantRecord)
    assert len(signs) == 2
    assert grant.kms_request_id in signs


def test_answers_that_are_lost_leave_an_attempt_and_a_failure(
    deployment: Deployment, job: Registration, faults: str
) -> None:
    _order(deployment, faults, "lost", 3)

    error_of(ask_for_token(deployment, QUERY, bearer(job)), 503, "temporarily_unavailable")

    attempt, failure = _written(deployment, job)
    assert isinstance(attempt, AttemptRecord)
    assert failure == FailureRecord(attempt.jti, "kms:Sign", "ReadTimeoutError", job.job_id)
    # As often as the job's patience has room for; each is named.
    assert len(_signs(deployment, attempt.jti)) == 2


def test_a_refusal_is_on_record_and_no_secret_of_the_job_is(deployment: Deployment, job: Registration) -> None:
    error_of(ask_for_token(deployment, "audience=evil.example.com", bearer(job)), 400, "invalid_target")
    error_of(ask_for_token(deployment, f"audience={job.request_token}", bearer(job)), 400, "invalid_target")
    token = token_of(ask_for_token(deployment, QUERY, bearer(job)))

    first, second, *_ = _written(deployment, job)
    assert isinstance(first, DenialRecord)
    assert isinstance(second, DenialRecord)
    assert (first.reason, first.status, first.audience) == ("invalid_target", 400, "evil.example.com")
    assert second.audience is None
    written = "\n".join(_log(deployment))
    for secret in (job.request_token, job.request_token.partition(".")[2], *token.split(".")):
        assert secret not in written
