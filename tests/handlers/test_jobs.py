"""POST, GET and DELETE /v1/jobs with AWS at the wire: each platform has its own jobs, and nothing is half-written."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.aws.item import registration_of
from jobpass_issuer.domain.request_token import RequestToken
from jobpass_issuer.handlers import jobs as function
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, RELEASE_ARN, STS, VAULT, body
from tests.handlers.conftest import API_URL, TABLE
from tests.handlers.events import CALLER, OTHER_CALLER, event, job_event, members

Printed = Callable[[], str]
ROUTES = ("POST /v1/jobs", "GET /v1/jobs/{job_id}", "DELETE /v1/jobs/{job_id}")
OPERATIONS = {
    "POST /v1/jobs": "dynamodb:PutItem",
    "GET /v1/jobs/{job_id}": "dynamodb:GetItem",
    "DELETE /v1/jobs/{job_id}": "dynamodb:UpdateItem",
}


def _register(**changes: Any) -> dict[str, Any]:
    return function.handler(job_event(body(**changes)), None)


def _ask(method: str, job_id: str, caller: str = CALLER) -> dict[str, Any]:
    return function.handler(event(f"{method} /v1/jobs/{{job_id}}", job_id=job_id, caller=caller), None)


def _serve(route: str, job_id: str) -> dict[str, Any]:
    if route.startswith("POST"):
        return _register()
    return _ask(route.partition(" ")[0], job_id)


def test_a_registered_job_has_all_that_it_needs(aws: Aws, printed: Printed) -> None:
    before = int(time.time())

    answer = _register(audiences=[STS, VAULT], roles=["deploy", "release"])

    told = members(answer)
    assert answer["statusCode"] == 201
    assert told["request_url"] == f"{API_URL}/v1/token?api-version=1"
    assert RequestToken.parse(told["request_token"]).job_id == told["job_id"]
    assert told["environment"]["github"] == {
        "ACTIONS_ID_TOKEN_REQUEST_URL": told["request_url"],
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": told["request_token"],
    }
    assert told["subject"] == "org:acme:repo:web:ref:refs/heads/main"
    assert told["audiences"] == [STS, VAULT]
    assert told["roles"]["deploy"] == {"arn": DEPLOY_ARN, "allowed": True}
    assert told["roles"]["release"]["allowed"] is False
    assert told["roles"]["release"]["obstacle"] == "`ref` is `refs/heads/main`; the role wants `refs/tags/*`"
    assert told["expires_at"].endswith("Z")
    assert told["ended_at"] is None
    (item,) = aws.dynamodb.items(TABLE).values()
    assert before + 3600 <= registration_of(item).expires_at <= time.time() + 3600


@pytest.mark.parametrize("roles", [None, []])
def test_a_job_that_names_no_role_is_told_of_each_that_its_platform_may_name_and_has_none(
    aws: Aws, printed: Printed, roles: list[str] | None
) -> None:
    told = members(_register(roles=roles))

    assert told["roles"] == {
        "deploy": {"arn": DEPLOY_ARN, "allowed": True},
        "release": {
            "arn": RELEASE_ARN,
            "allowed": False,
            "obstacle": "`ref` is `refs/heads/main`; the role wants `refs/tags/*`",
        },
    }
    (item,) = aws.dynamodb.items(TABLE).values()
    assert (registration_of(item).roles, registration_of(item).obstacles) == ({}, {})
    assert members(_ask("GET", told["job_id"]))["roles"] == []


def test_a_role_that_wants_a_pin_is_open_to_jobs_that_name_it_alone(aws: Aws, printed: Printed) -> None:
    fields = {"repo": "web", "ref": "refs/tags/v1", "run_id": "run-1"}

    named = members(_register(fields=fields, roles=["release"]))["roles"]
    unnamed = members(_register(fields=fields, roles=[]))["roles"]

    assert named["release"]["allowed"] is True
    assert unnamed["release"]["obstacle"] == "`roles` are none; the role wants tokens that are pinned to `release`"


def test_the_table_has_the_secrets_hash_and_the_log_has_neither(aws: Aws, printed: Printed) -> None:
    token = RequestToken.parse(members(_register())["request_token"])
    kept = json.dumps(aws.dynamodb.tables)

    assert token.secret not in kept
    assert hashlib.sha256(token.secret.encode()).hexdigest() in kept
    assert token.secret not in printed()
    assert token.secret_sha256 not in printed()
    assert token.job_id in printed()


def test_a_registration_is_one_write(aws: Aws, printed: Printed) -> None:
    _register()

    assert aws.operations() == ["dynamodb:PutItem"]


def test_every_job_has_a_secret_of_its_own(aws: Aws, printed: Printed) -> None:
    tokens = [RequestToken.parse(members(_register())["request_token"]) for _ in range(3)]

    assert len({token.job_id for token in tokens}) == len({token.secret for token in tokens}) == 3


def test_a_platform_sees_its_job_and_never_the_secret_or_its_hash(aws: Aws, printed: Printed) -> None:
    told = members(_register())
    token = RequestToken.parse(told["request_token"])

    answer = _ask("GET", told["job_id"])

    shown = members(answer)
    assert answer["statusCode"] == 200
    assert shown["job_id"] == told["job_id"]
    assert shown["fields"] == {"org": "acme", "repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}
    assert shown["roles"] == [DEPLOY_ARN]
    assert not {token.secret, token.secret_sha256} & set(answer["body"].split('"'))
    assert token.secret_sha256 not in answer["body"]
    assert aws.calls[-1].body["ConsistentRead"] is True


def test_a_platform_ends_its_job_and_ending_it_again_changes_nothing(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = members(_register())["job_id"]
    first = members(_ask("DELETE", job_id))
    later = time.time() + 100
    monkeypatch.setattr(time, "time", lambda: later)

    again = members(_ask("DELETE", job_id))

    assert first["ended_at"] is not None
    assert again == first
    assert members(_ask("GET", job_id))["ended_at"] == first["ended_at"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_platforms_job_is_no_job(aws: Aws, printed: Printed, method: str) -> None:
    job_id = members(_register())["job_id"]
    before = json.dumps(aws.dynamodb.tables)

    foreign, unknown = _ask(method, job_id, OTHER_CALLER), _ask(method, "f" * 32)

    assert foreign == unknown
    assert foreign["statusCode"] == 404
    assert json.dumps(aws.dynamodb.tables) == before
    assert _ask(method, job_id)["statusCode"] == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "job_id", ["", "ring", "job#x", "F" * 32, "f" * 31, "f" * 33, "f" * 32 + "\n", "../ring", "*", "é"]
)
def test_what_is_no_job_identifier_is_no_job_and_asks_nobody(
    aws: Aws, printed: Printed, method: str, job_id: str
) -> None:
    assert _ask(method, job_id)["statusCode"] == 404
    assert aws.calls == []


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "caller",
    [
        "",
        "arn:aws:iam::000000000000:root",
        "arn:aws:iam::000000000000:user/jobpass-platform-ci-server",
        "arn:aws:sts::111122223333:assumed-role/jobpass-platform-ci-server/session",
        "arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server-2/session",
        "arn:aws:sts::000000000000:assumed-role/other/jobpass-platform-ci-server",
    ],
)
def test_whoever_is_no_platform_is_refused_on_every_route(aws: Aws, printed: Printed, route: str, caller: str) -> None:
    made = event(route, caller=caller, job_id="f" * 32, body=json.dumps(body()))

    answer = function.handler(made, None)

    assert (answer["statusCode"], members(answer)["error"]) == (403, "access_denied")
    assert aws.calls == []


@pytest.mark.parametrize("route", ROUTES)
def test_without_the_gateways_authorizer_nobody_is_a_platform(aws: Aws, printed: Printed, route: str) -> None:
    forged = event(route, job_id="f" * 32, headers={"x-amzn-caller-arn": CALLER, "authorization": f"Bearer {CALLER}"})

    assert function.handler(forged, None)["statusCode"] == 403
    assert function.handler({**forged, "requestContext": {"authorizer": {"lambda": {"userArn": CALLER}}}}, None)[
        "statusCode"
    ] == 403  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("query", ["a=1", "job_id=x", "platform=scheduler"])
def test_no_route_takes_a_query(aws: Aws, printed: Printed, route: str, query: str) -> None:
    made = event(route, caller=CALLER, job_id="f" * 32, query=query, body="{}")

    answer = function.handler(made, None)

    assert answer["statusCode"] == 400
    assert "is no parameter" in members(answer)["error_description"]


def test_a_job_whose_identifier_is_taken_is_not_written_over(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "a" * 2 * size)
    assert _register()["statusCode"] == 201
    before = json.dumps(aws.dynamodb.tables)

    assert _register()["statusCode"] == 503
    assert json.dumps(aws.dynamodb.tables) == before
