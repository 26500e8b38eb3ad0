"""GET /v1/token with AWS at the wire: what a token costs and says, who gets none."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt as verifier
from joserfc.jwk import KeySet

from jobpass_issuer.domain.documents import jwk_set
from jobpass_issuer.domain.issuance import ROLES_CLAIM
from jobpass_issuer.handlers import token as function
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, ISSUER_URL, SECRET, STS, TOKEN, VAULT
from tests.handlers.events import event, members
from tests.handlers.issuing import ask, establish, register

Records = Callable[[], list[dict[str, Any]]]
Printed = Callable[[], str]


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_a_token_is_verified_by_a_stranger_with_the_published_set(aws: Aws, algorithm: str, printed: Printed) -> None:
    ring = establish(aws, algorithm)
    held = register(aws)

    answer = ask()

    body = members(answer)
    assert answer["statusCode"] == 200
    assert set(body) == {"value", "count"}
    keys = KeySet.import_key_set(json.loads(json.dumps(jwk_set(ring))))
    token = verifier.decode(body["value"], keys, algorithms=[algorithm])
    assert ring.active is not None
    assert token.header == {"typ": "JWT", "alg": algorithm, "kid": ring.active.kid}
    assert (token.claims["iss"], token.claims["aud"], token.claims["sub"]) == (ISSUER_URL, STS, held.subject)
    assert token.claims["exp"] - token.claims["iat"] == 300
    assert "azp" not in token.claims
    assert body["value"] not in printed()


def test_a_token_costs_one_consistent_read_and_one_signature_and_no_write(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws)
    before = json.dumps(aws.dynamodb.tables)

    for asked in range(1, 4):
        assert ask()["statusCode"] == 200
        assert aws.operations() == ["dynamodb:BatchGetItem", "kms:Sign"] * asked

    (wish,) = aws.calls[0].body["RequestItems"].values()
    assert wish["ConsistentRead"] is True
    assert [key["pk"]["S"] for key in wish["Keys"]] == [f"job#{TOKEN.job_id}", "ring"]
    assert json.dumps(aws.dynamodb.tables) == before


def test_two_tokens_have_two_identifiers(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws)

    values = [members(ask())["value"] for _ in range(2)]

    assert values[0] != values[1]


def test_a_granted_token_is_on_record_without_its_secrets(aws: Aws, records: Records, printed: Printed) -> None:
    ring = establish(aws)
    register(aws)

    value = members(ask())["value"]

    attempt, grant = (line["record"] for line in records())
    assert ring.active is not None
    assert (attempt["kind"], grant["kind"]) == ("attempt", "grant")
    assert (attempt["kid"], attempt["platform"], attempt["job"]) == (ring.active.kid, "ci-server", TOKEN.job_id)
    assert grant["jti"] == attempt["jti"]
    assert SECRET not in printed()
    assert not any(part in printed() for part in value.split("."))


def test_a_pin_and_a_lifetime_reach_the_token(aws: Aws, printed: Printed) -> None:
    ring = establish(aws)
    register(aws)

    body = members(ask(f"audience={STS}&expires_in=60&role_arn={DEPLOY_ARN.replace(':', '%3A').replace('/', '%2F')}"))

    keys = KeySet.import_key_set(json.loads(json.dumps(jwk_set(ring))))
    claims = verifier.decode(body["value"], keys, algorithms=["RS256"]).claims
    assert claims[ROLES_CLAIM] == [DEPLOY_ARN]
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize("audience", [STS, VAULT])
def test_each_registered_audience_gets_its_token(aws: Aws, audience: str, printed: Printed) -> None:
    establish(aws)
    register(aws)

    assert ask(f"audience={audience}")["statusCode"] == 200


def test_a_job_that_names_no_audience_gets_its_default_one(aws: Aws, printed: Printed) -> None:
    ring = establish(aws)
    register(aws, default_audience=VAULT)

    body = members(ask("api-version=1"))

    keys = KeySet.import_key_set(json.loads(json.dumps(jwk_set(ring))))
    assert verifier.decode(body["value"], keys, algorithms=["RS256"]).claims["aud"] == VAULT


def test_a_job_without_a_default_one_is_told_which_it_has(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws)

    answer = ask("api-version=1")

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert f"this job has: {STS}, {VAULT}" in members(answer)["error_description"]
    assert aws.operations() == ["dynamodb:BatchGetItem"]


def test_an_empty_audience_is_no_wish_for_the_default_one(aws: Aws, printed: Printed) -> None:
    establish(aws)
    register(aws, default_audience=VAULT)

    answer = ask("audience=")

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert aws.calls == []


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 400, "audience"),
        ("audience=", 400, "audience"),
        ("api-version=1", 400, "audience"),
        (f"api-version=2&audience={STS}", 400, "api-version"),
        (f"api-version=&audience={STS}", 400, "api-version"),
        (f"audience={STS}&audience={VAULT}", 400, "audience"),
        (f"audience={STS}&audience={STS}", 400, "audience"),
        (f"audience={STS}&nope=1", 400, "nope"),
        (f"audience={STS}&expires_in=", 400, "expires_in"),
        (f"audience={STS}&expires_in=0", 400, "expires_in"),
        (f"audience={STS}&expires_in=-1", 400, "expires_in"),
        (f"audience={STS}&expires_in=+5", 400, "expires_in"),
        (f"audience={STS}&expires_in=%2B5", 400, "expires_in"),
        (f"audience={STS}&expires_in=1.5", 400, "expires_in"),
        (f"audience={STS}&expires_in=1e3", 400, "expires_in"),
        (f"audience={STS}&expires_in=1_0", 400, "expires_in"),
        (f"audience={STS}&expires_in=%D9%A1", 400, "expires_in"),
        (f"audience={STS}&expires_in=%C2%B2", 400, "expires_in"),
        (f"audience={STS}&expires_in=" + "9" * 3000, 400, "expires_in"),
        (f"audience={STS},{VAULT}", 400, "audience"),
        (f"audience={STS}%2C{VAULT}", 400, "audience"),
        (f"audience={STS}%20", 400, "audience"),
        (f"audience={STS}+", 400, "audience"),
        (f"audience={STS}%00", 400, "audience"),
        (f"audience={STS}%0A", 400, "audience"),
        ("audience=STS.amazonaws.com", 400, "audience"),
        ("audience=sts%252Eamazonaws.com", 400, "audience"),
        ("audience=sts%E2%80%A4amazonaws.com", 400, "audience"),
        ("audience=" + "x" * 4000, 400, "audience"),
        (f"audience={STS};expires_in=5", 400, "audience"),
        (f"audience={STS}&role_arn=", 400, "role_arn"),
        (f"audience={STS}&role_arn={DEPLOY_ARN}2", 400, "role_arn"),
        (f"audience={STS}&role_arn=*", 400, "role_arn"),
        (f"audience={VAULT}&role_arn={DEPLOY_ARN}", 400, "role_arn"),
    ],
)
def test_a_query_that_is_not_as_it_should_be_gets_no_token(
    aws: Aws, printed: Printed, query: str, status: int, field: str
) -> None:
    establish(aws)
    register(aws)

    answer = ask(query)

    assert answer["statusCode"] == status
    assert [problem["field"] for problem in members(answer)["problems"]] == [field]
    assert "kms:Sign" not in aws.operations()
    assert len(answer["body"]) < 2000


@pytest.mark.parametrize("query", ["audience=%FF", "audience=" + "x" * 4096, "&".join(["a"] * 17)])
def test_a_query_that_cannot_be_read_is_refused_before_aws_is_asked(aws: Aws, printed: Printed, query: str) -> None:
    assert ask(query)["statusCode"] == 400
    assert aws.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": str(TOKEN)},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN},Bearer {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {str(TOKEN).upper()}"},
        {"Authorization": f"Bearer {TOKEN}"},
        {"x-authorization": f"Bearer {TOKEN}"},
        {"cookie": f"authorization=Bearer {TOKEN}"},
    ],
)
def test_without_a_bearer_token_of_the_right_form_aws_is_not_asked(
    aws: Aws, printed: Printed, headers: dict[str, str]
) -> None:
    register(aws)

    answer = function.handler(event(query=f"audience={STS}", headers=headers), None)

    assert answer["statusCode"] == 401
    assert members(answer)["error"] == "invalid_token"
    assert "Bearer" in answer["headers"]["WWW-Authenticate"]
    assert aws.calls == []
    assert SECRET not in printed() + answer["body"]


@pytest.mark.parametrize(
    "changes",
    [{"secret_sha256": "0" * 64}, {"ended_at": 5}, {"expires_at": 5}, {"expires_at": int(time.time())}],
    ids=["wrong secret", "ended", "expired long ago", "expired a moment ago"],
)
def test_a_token_that_proves_no_live_job_gets_nothing_signed(
    aws: Aws, printed: Printed, changes: dict[str, Any]
) -> None:
    establish(aws)
    register(aws, **changes)

    answer = ask()

    assert answer["statusCode"] == 401
    assert aws.operations() == ["dynamodb:BatchGetItem"]
    assert SECRET not in printed() + answer["body"]


def test_an_unknown_job_and_a_wrong_secret_are_answered_alike(aws: Aws, printed: Printed) -> None:
    establish(aws)
    unknown = ask()
    register(aws, secret_sha256="0" * 64)
    wrong = ask()

    assert unknown == wrong


def test_without_a_ring_or_an_active_key_the_job_shall_try_again(aws: Aws, printed: Printed) -> None:
    register(aws)

    answer = ask()

    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")
    assert aws.operations() == ["dynamodb:BatchGetItem"]


def test_a_missing_setting_is_a_fault_and_not_a_token(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ISSUER_URL")

    assert ask()["statusCode"] == 500
