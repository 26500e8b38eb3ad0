"""What is on record of every token and every denial, and that KMS's call and the record name each other."""

import hashlib
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.aws import json_service
from jobpass_issuer.aws.patience import LIMITS
from jobpass_issuer.domain.issuance_record import (
    AttemptRecord,
    DenialRecord,
    FailureRecord,
    GrantRecord,
    Record,
    record_of,
)
from jobpass_issuer.handlers import telemetry
from jobpass_issuer.handlers import token as function
from jobpass_issuer.handlers.issuance_log import write
from tests.aws.wire import Aws, Call, Trouble
from tests.domain.examples import DEPLOY_ARN, ISSUER_URL, JOB_ID, SECRET, STS, TOKEN, VAULT
from tests.handlers.conftest import forget
from tests.handlers.events import REQUEST_ID, SOURCE_ADDRESS, event, members, token_event
from tests.handlers.issuing import ask, establish, register

Records = Callable[[], list[dict[str, Any]]]
Printed = Callable[[], str]
# The longest that the records of one token may be with all that the example job has, in bytes: it is paid for.
MOST_BYTES = 850


class LambdaContext:
    """What the function reads of Lambda's context."""

    aws_request_id = "lambda-1"


def _written(records: Records) -> list[Record]:
    return [record_of(line["record"]) for line in records() if "record" in line]


def _signs(aws: Aws) -> list[Call]:
    return [call for call in aws.calls if call.operation == "kms:Sign"]


def _jti(call: Call) -> str:
    (jti,) = re.findall(r" jobpass jti/([0-9a-f-]{36})(?: |$)", call.user_agent)
    return str(jti)


def test_an_attempt_stands_before_the_signature_and_a_grant_after_it(aws: Aws, records: Records) -> None:
    ring = establish(aws)
    held = register(aws)

    value = members(function.handler(token_event(TOKEN, f"audience={STS}&role_arn={DEPLOY_ARN}"), LambdaContext()))[
        "value"
    ]

    attempt, grant = _written(records)
    (sign,) = _signs(aws)
    assert isinstance(attempt, AttemptRecord)
    assert ring.active is not None
    assert attempt == AttemptRecord(
        jti=_jti(sign),
        issuer=ISSUER_URL,
        subject=held.subject,
        audience=STS,
        lifetime_seconds=300,
        at=attempt.at,
        kid=ring.active.kid,
        key_arn=sign.body["KeyId"],
        platform="ci-server",
        profile="ci",
        job_id=JOB_ID,
        roles=(DEPLOY_ARN,),
        tag_keys=("Repo",),
        source_identity="run-1",
        source_address=SOURCE_ADDRESS,
        request_id=REQUEST_ID,
    )
    digest = hashlib.sha256(value.encode()).hexdigest()
    assert grant == GrantRecord(attempt.jti, sign.request_id, digest)


def test_two_tokens_at_once_are_never_taken_for_one_another(aws: Aws, records: Records) -> None:
    establish(aws)
    register(aws)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    grants = {each.jti: each.kms_request_id for each in _written(records) if isinstance(each, GrantRecord)}

    assert len(grants) == 8
    assert grants == {_jti(sign): sign.request_id for sign in _signs(aws)}


def test_only_the_call_that_signs_names_a_token(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws)

    ask()

    read, sign = aws.calls
    assert "jti/" not in read.user_agent
    assert sign.user_agent.count("jti/") == 1


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.DROPPED, Trouble.SLOW, Trouble.CUT_SHORT])
def test_a_lost_answer_leaves_an_attempt_and_a_failure(aws: Aws, records: Records, trouble: Trouble) -> None:
    establish(aws)
    register(aws)
    aws.fail("kms:Sign", trouble, times=None)

    assert ask()["statusCode"] == 503

    attempt, failure = _written(records)
    assert isinstance(attempt, AttemptRecord)
    assert isinstance(failure, FailureRecord)
    assert failure == FailureRecord(_jti(_signs(aws)[0]), "kms:Sign", failure.code, JOB_ID)
    assert attempt.jti == failure.jti


def test_a_refused_call_is_on_record_with_the_request_that_kms_refused(aws: Aws, records: Records) -> None:
    establish(aws)
    register(aws)
    aws.fail("kms:Sign", Trouble.THROTTLED)

    ask()

    _, failure = _written(records)
    (sign,) = _signs(aws)
    assert failure == FailureRecord(_jti(sign), "kms:Sign", "ThrottlingException", JOB_ID, sign.request_id)


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.DROPPED, Trouble.THROTTLED])
def test_what_is_tried_again_names_the_same_token(
    aws: Aws, records: Records, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    monkeypatch.setattr(json_service, "LIMITS", LIMITS._replace(read_seconds=0.3))
    forget()
    establish(aws)
    register(aws)
    aws.fail("kms:Sign", trouble)

    assert ask()["statusCode"] == 200

    attempt, grant = _written(records)
    first, second = _signs(aws)
    assert isinstance(attempt, AttemptRecord)
    assert isinstance(grant, GrantRecord)
    assert _jti(first) == _jti(second) == attempt.jti == grant.jti
    assert grant.kms_request_id == second.request_id


def test_a_signature_that_is_none_is_on_record_as_a_failure(aws: Aws, records: Records) -> None:
    establish(aws, "ES256")
    register(aws)
    aws.kms.signature = bytes(64)

    ask()

    _, failure = _written(records)
    assert failure == FailureRecord(
        _jti(_signs(aws)[0]), "kms:Sign", "MalformedSignature", JOB_ID, _signs(aws)[0].request_id
    )


def test_without_a_read_there_is_nothing_to_sign_and_no_attempt(aws: Aws, records: Records) -> None:
    aws.fail("dynamodb:BatchGetItem", Trouble.FAULT)

    assert ask()["statusCode"] == 503
    assert _written(records) == []


@pytest.mark.parametrize(
    ("query", "token", "denial"),
    [
        (f"audience={STS}", "x", DenialRecord("invalid_token", 401, None, STS)),
        (f"audience={STS}", f"{'f' * 32}.{'A' * 43}", DenialRecord("invalid_token", 401, "f" * 32, STS)),
        ("audience=evil.example.com", TOKEN, DenialRecord("invalid_target", 400, JOB_ID, "evil.example.com")),
        ("audience=https%3A%2F%2Fevil", TOKEN, DenialRecord("invalid_target", 400, JOB_ID)),
        (f"audience={TOKEN}", TOKEN, DenialRecord("invalid_target", 400, JOB_ID)),
        (f"audience={SECRET}", TOKEN, DenialRecord("invalid_target", 400, JOB_ID)),
        (f"audience={STS}&audience={VAULT}", TOKEN, DenialRecord("invalid_request", 400, JOB_ID)),
    ],
    ids=["malformed", "unknown", "other audience", "an address", "token astray", "secret astray", "twice"],
)
def test_a_denial_is_on_record_with_its_reason_and_nothing_secret(
    aws: Aws, records: Records, printed: Printed, query: str, token: object, denial: DenialRecord
) -> None:
    establish(aws)
    register(aws)

    ask(query, token)

    (line,) = [line for line in records() if "record" in line]
    assert record_of(line["record"]) == replace(denial, source_address=SOURCE_ADDRESS, request_id=REQUEST_ID)
    assert SECRET not in printed()
    assert "A" * 43 not in printed()


def test_a_path_says_the_audience_too(aws: Aws, records: Records) -> None:
    asked = event("POST /api/w/{workspace}/oidc/token/{audience+}", headers={"authorization": "Bearer x"})
    function.handler(asked | {"pathParameters": {"workspace": "acme", "audience": STS}}, None)

    (denial,) = _written(records)
    assert denial == DenialRecord("invalid_token", 401, None, STS, SOURCE_ADDRESS, REQUEST_ID)


def test_no_level_of_the_log_keeps_a_record_back(aws: Aws, records: Records) -> None:
    establish(aws)
    register(aws)
    telemetry.logger.setLevel(logging.CRITICAL)
    try:
        ask()
    finally:
        telemetry.logger.setLevel(logging.INFO)

    assert [record.KIND for record in _written(records)] == ["attempt", "grant"]


def test_a_text_that_has_no_utf_8_is_written_down_all_the_same(printed: Printed) -> None:
    """Half a surrogate pair: a record that cannot be written would leave a signature without one."""
    write(FailureRecord("jti", "kms:Sign", "\ud800", JOB_ID))

    assert r"\ud800" in printed()


def test_a_tokens_records_are_short(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws)

    function.handler(token_event(TOKEN, f"audience={STS}&role_arn={DEPLOY_ARN}"), LambdaContext())

    lines = [line for line in printed().splitlines() if '"record"' in line]
    assert len(lines) == 2
    assert sum(len(line.encode()) for line in lines) <= MOST_BYTES


@pytest.mark.parametrize(
    ("token", "changes"),
    [
        (f"{'f' * 32}.{'A' * 43}", {}),
        (f"{JOB_ID}.{'A' * 43}", {}),
        (TOKEN, {"ended_at": 1}),
        (TOKEN, {"expires_at": 1}),
    ],
    ids=["unknown job", "wrong secret", "ended job", "expired"],
)
def test_every_refusal_costs_the_one_read_of_a_grant(
    aws: Aws, printed: Printed, token: object, changes: dict[str, Any]
) -> None:
    establish(aws)
    register(aws, **changes)

    assert ask(f"audience={STS}", token)["statusCode"] == 401

    (read,) = aws.calls
    (wish,) = read.body["RequestItems"].values()
    assert read.operation == "dynamodb:BatchGetItem"
    assert (len(wish["Keys"]), wish["ConsistentRead"]) == (2, True)


def test_what_has_not_the_form_of_a_request_token_makes_nobody_read(aws: Aws, printed: Printed) -> None:
    """Its form is public: a read would tell nobody less, and would let strangers spend ours."""
    assert ask(f"audience={STS}", "x")["statusCode"] == 401
    assert aws.calls == []
