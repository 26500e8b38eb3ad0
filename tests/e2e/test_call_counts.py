"""What a token costs, and what credentials: counted by the embedded AWS itself.

It lists every call that it answers, DynamoDB's included, but none that it denies; here nothing is denied, since each
answer is the one that the calls make possible.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from local.web import Answer
from tests.e2e import known_answers
from tests.e2e.asking import QUERY, ask_for_token, bearer, error_of, request, token_of, unverified

READ, SIGN, ASSUME = "dynamodb:BatchGetItem", "kms:Sign", "sts:AssumeRoleWithWebIdentity"


@dataclass(frozen=True)
class Call:
    """One call of AWS, and with what."""

    name: str
    parameters: dict[str, Any]


class Trail:
    """Looks up the calls since a moment."""

    def __init__(self, deployment: Deployment) -> None:
        self._web = deployment.web
        self._url = f"{deployment.embedded.endpoint_url}/_jobpass/calls"
        self._seen: set[str] = set()
        self.since()

    def since(self) -> list[Call]:
        """The calls since the last look, oldest first."""
        answered = json.loads(self._web.request("GET", self._url).body)["calls"]
        new = [call for call in answered if call["id"] not in self._seen]
        self._seen |= {call["id"] for call in answered}
        return [_call(call) for call in reversed(new)]


def _call(call: dict[str, Any]) -> Call:
    parameters = call["parameters"]
    # Where a request names its action in a form, the list names the call by the HTTP method alone.
    return Call(f"{call['service']}:{parameters.get('Action', call['name'])}", parameters)


@pytest.fixture(scope="module")
def job(platform: Platform) -> Registration:
    """A job that may ask for tokens."""
    return platform.register(Job(MAIN_BRANCH))


@pytest.fixture
def trail(deployment: Deployment) -> Trail:
    """Counts from here on."""
    return Trail(deployment)


def rows(deployment: Deployment) -> list[Any]:
    pages = deployment.aws.client("dynamodb").get_paginator("scan").paginate(TableName=deployment.output("TableName"))
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: str(item["pk"]["S"]))


def names(calls: list[Call]) -> list[str]:
    return [call.name for call in calls]


def test_a_token_costs_one_read_and_one_signature(deployment: Deployment, job: Registration, trail: Trail) -> None:
    token_of(ask_for_token(deployment, QUERY, bearer(job)))
    assert names(trail.since()) == [READ, SIGN]


def test_every_token_costs_the_same(deployment: Deployment, job: Registration, trail: Trail) -> None:
    for _ in range(5):
        token_of(ask_for_token(deployment, QUERY, bearer(job)))
    assert names(trail.since()) == [READ, SIGN] * 5


def test_credentials_cost_one_session_more_each_time(deployment: Deployment, job: Registration, trail: Trail) -> None:
    for _ in range(3):
        assert ask_for_credentials(deployment, job).status == 200
        assert names(trail.since()) == [READ, SIGN, ASSUME]


def test_the_session_is_what_the_registration_allows_and_its_token_is_on_no_trail(
    deployment: Deployment, job: Registration, trail: Trail
) -> None:
    assert ask_for_credentials(deployment, job).status == 200
    asked = trail.since()[2].parameters
    assert asked["RoleArn"] == "arn:aws:iam::000000000000:role/jobpass-web-deploy"
    assert asked["RoleSessionName"] == f"ci-server-{job.job_id}"
    assert 900 <= int(asked["DurationSeconds"]) <= 3600
    assert "WebIdentityToken" not in asked


@pytest.mark.parametrize(
    ("query", "token", "status", "calls"),
    [("", "x", 401, []), ("nope=1", "{token}", 400, []), ("role_arn=x", "{token}", 400, [READ])],
    ids=["no token", "bad query", "other role"],
)
def test_refused_credentials_sign_nothing_and_ask_sts_nothing(
    deployment: Deployment, job: Registration, trail: Trail, query: str, token: str, status: int, calls: list[str]
) -> None:
    answer = ask_for_credentials(deployment, job, query, token.format(token=job.request_token))
    assert answer.status == status
    assert names(trail.since()) == calls


def ask_for_credentials(
    deployment: Deployment, job: Registration, query: str = "", authorization: str | None = None
) -> Answer:
    url = f"{deployment.output('ApiUrl')}/v1/credentials?{query}"
    shown = job.request_token if authorization is None else authorization
    return request(deployment.web, "GET", url, [("Authorization", shown)])


def test_the_read_is_consistent_and_brings_registration_and_ring(
    deployment: Deployment, job: Registration, trail: Trail
) -> None:
    token_of(ask_for_token(deployment, QUERY, bearer(job)))
    read = trail.since()[0].parameters
    assert read == {
        "RequestItems": {
            deployment.output("TableName"): {
                "Keys": [{"pk": {"S": f"job#{job.job_id}"}}, {"pk": {"S": "ring"}}],
                "ConsistentRead": True,
            }
        }
    }


def test_the_signature_is_of_a_digest_by_the_key_that_the_token_names(
    deployment: Deployment, job: Registration, trail: Trail
) -> None:
    token = token_of(ask_for_token(deployment, QUERY, bearer(job)))
    sign = trail.since()[1].parameters
    assert (sign["MessageType"], sign["SigningAlgorithm"]) == ("DIGEST", "RSASSA_PKCS1_V1_5_SHA_256")
    signer = known_answers.jwk(deployment.aws.client("kms"), sign["KeyId"], "RS256")
    assert unverified(token)[0]["kid"] == signer["kid"]


def test_a_token_writes_nothing(deployment: Deployment, job: Registration) -> None:
    before = rows(deployment)
    for query in (
        QUERY,
        f"{QUERY}&expires_in=60",
        f"{QUERY}&role_arn=arn:aws:iam::000000000000:role/jobpass-web-deploy",
    ):
        token_of(ask_for_token(deployment, query, bearer(job)))
    assert rows(deployment) == before


@pytest.mark.parametrize(
    ("query", "token", "status", "code", "calls"),
    [
        (QUERY, "x", 401, "invalid_token", []),
        ("audience=", "{token}", 400, "invalid_request", []),
        (QUERY, "{no_job}", 401, "invalid_token", [READ]),
        (QUERY, "{wrong}", 401, "invalid_token", [READ]),
        ("audience=evil.example.com", "{token}", 400, "invalid_target", [READ]),
        (f"{QUERY}&role_arn=x", "{token}", 400, "invalid_target", [READ]),
    ],
    ids=["no token", "bad query", "no such job", "wrong secret", "other audience", "other role"],
)
def test_a_refusal_signs_nothing(
    deployment: Deployment,
    job: Registration,
    trail: Trail,
    query: str,
    token: str,
    status: int,
    code: str,
    calls: list[str],
) -> None:
    secret = job.request_token.partition(".")[2]
    tokens = {"token": job.request_token, "no_job": f"{'f' * 32}.{secret}", "wrong": f"{job.job_id}.{'A' * 43}"}
    answer = ask_for_token(deployment, query, [("Authorization", f"Bearer {token.format(**tokens)}")])
    error_of(answer, status, code)
    assert names(trail.since()) == calls


@pytest.mark.parametrize(
    ("ask", "calls"),
    [
        (lambda platform: platform.register(Job(MAIN_BRANCH)), ["dynamodb:PutItem"]),
        (lambda platform: platform.call("POST", "/v1/jobs", b"{}"), []),
        (lambda platform: platform.look_at("0" * 32), ["dynamodb:GetItem"]),
        (lambda platform: platform.look_at("x"), []),
    ],
    ids=["register", "refused", "show", "no identifier"],
)
def test_a_platforms_call_costs_at_most_one(
    platform: Platform, trail: Trail, ask: Callable[[Platform], object], calls: list[str]
) -> None:
    ask(platform)
    assert names(trail.since()) == calls


def test_an_end_costs_one_write(platform: Platform, trail: Trail) -> None:
    ending = platform.register(Job(MAIN_BRANCH))
    trail.since()
    platform.end(ending.job_id)
    assert names(trail.since()) == ["dynamodb:UpdateItem"]
