"""What a platform hands to its job: blocks ready for each client, told once and never again."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from jobpass_issuer.aws.item import registration_of
from jobpass_issuer.domain.environment import BLOCKS
from jobpass_issuer.handlers import jobs as function
from tests.aws.wire import Aws
from tests.domain.examples import AZURE, GOOGLE, GOOGLE_PROVIDER, STS, SYNC_ARN, WORKSPACE_URL, body, script
from tests.handlers.conftest import API_URL, TABLE
from tests.handlers.events import WINDMILL_CALLER, event, job_event, members

Printed = Callable[[], str]


def _register(**changes: Any) -> dict[str, Any]:
    return function.handler(job_event(script(**changes), WINDMILL_CALLER), None)


def _ask(method: str, job_id: str) -> dict[str, Any]:
    return function.handler(event(f"{method} /v1/jobs/{{job_id}}", job_id=job_id, caller=WINDMILL_CALLER), None)


def test_every_block_is_ready_for_its_client(aws: Aws, printed: Printed) -> None:
    answer = _register(audiences=[STS, GOOGLE, AZURE], environment=list(BLOCKS))

    told = members(answer)
    url, token = told["request_url"], told["request_token"]
    assert answer["statusCode"] == 201
    assert told["environment"] == {
        "jobpass": {"JOBPASS_REQUEST_URL": url, "JOBPASS_REQUEST_TOKEN": token},
        "github": {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token},
        "windmill": {"BASE_INTERNAL_URL": API_URL, "WM_TOKEN": token, "WM_WORKSPACE": "acme"},
        "aws-sdk": {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{API_URL}/v1/credentials?role_arn={quote(SYNC_ARN, safe='')}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
        },
        "google": {
            "universe_domain": "googleapis.com",
            "type": "external_account",
            "audience": GOOGLE_PROVIDER,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            "credential_source": {
                "url": f"{url}&audience={quote(GOOGLE, safe='')}",
                "headers": {"Authorization": f"Bearer {token}"},
                "format": {"type": "json", "subject_token_field_name": "value"},
            },
        },
        "azure": {"ARM_USE_OIDC": "true", "ARM_OIDC_REQUEST_URL": url, "ARM_OIDC_REQUEST_TOKEN": token},
    }


@pytest.mark.parametrize(
    ("wanted", "names"),
    [(None, ["github"]), ([], []), (["windmill"], ["windmill"]), (["azure", "github"], ["azure", "github"])],
)
def test_a_platform_gets_the_blocks_that_it_names_and_else_that_of_github(
    aws: Aws, printed: Printed, wanted: list[str] | None, names: list[str]
) -> None:
    told = members(_register(environment=wanted, audiences=[STS, AZURE]))

    assert list(told["environment"]) == names


@pytest.mark.parametrize("wanted", [["nope"], ["github", "github"], ["google"], "github", None])
def test_a_block_that_a_job_cannot_have_registers_no_job(aws: Aws, printed: Printed, wanted: Any) -> None:
    made = job_event({**script(), "environment": wanted}, WINDMILL_CALLER)

    answer = function.handler(made, None)

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert members(answer)["problems"][0]["field"].startswith("environment")
    assert aws.calls == []


def test_what_was_handed_over_is_never_told_again_nor_kept_nor_logged(aws: Aws, printed: Printed) -> None:
    told = members(_register(audiences=[STS, GOOGLE, AZURE], environment=list(BLOCKS)))
    secret = told["request_token"].partition(".")[2]

    answers = [_ask("GET", told["job_id"]), _ask("DELETE", told["job_id"]), _ask("GET", told["job_id"])]

    for answer in answers:
        assert answer["statusCode"] == 200
        assert not {"environment", "request_token", "request_url", "secret_sha256"} & set(members(answer))
        assert secret not in answer["body"]
    assert secret not in json.dumps(aws.dynamodb.tables)
    assert secret not in printed()


def test_a_job_is_shown_with_its_default_audience_and_whether_it_is_pinned(aws: Aws, printed: Printed) -> None:
    told = members(_register(audiences=None, pinned=True))
    plain = members(_register())

    assert (told["audiences"], told["default_audience"], told["pinned"]) == ([WORKSPACE_URL], WORKSPACE_URL, True)
    assert (plain["audiences"], plain["default_audience"], plain["pinned"]) == ([STS], None, False)
    shown = members(_ask("GET", told["job_id"]))
    assert (shown["default_audience"], shown["pinned"]) == (WORKSPACE_URL, True)


def test_what_the_token_function_needs_is_kept(aws: Aws, printed: Printed) -> None:
    """It reads no profile and no role: default audience, lifetime, pins and what stood in the way are settled here."""
    fields = {"path": "u/ada/sync", "workspace": "other", "group": "g"}
    told = members(_register(fields=fields, audiences=[STS], pinned=True))

    kept = registration_of(aws.dynamodb.items(TABLE)[f"job#{told['job_id']}"])

    assert kept.pinned is True
    assert kept.token_lifetime_seconds == 120
    assert kept.transitive_tags == ("workspace", "group")
    assert kept.obstacles == {SYNC_ARN: "`workspace` is `other`; the role wants `acme`"}
    assert told["roles"] == {"sync": {"arn": SYNC_ARN, "allowed": False, "obstacle": kept.obstacles[SYNC_ARN]}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"profile": "ci"}, "profile"),
        ({"audiences": ["vault.example.com"]}, "audiences[0]"),
        ({"roles": ["deploy"]}, "roles[0]"),
        ({"pinned": True, "roles": []}, "pinned"),
        ({"fields": {"path": "u/ada/sync", "workspace": "instance"}}, "fields.workspace"),
        ({"fields": {"path": "u/ada/sync", "workspace": "acme", "flow_path": "no_flow"}}, "fields.flow_path"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_a_platform_may_not_have_registers_no_job(
    aws: Aws, printed: Printed, changes: dict[str, Any], field: str
) -> None:
    answer = _register(**changes)

    assert answer["statusCode"] == 400
    assert [problem["field"] for problem in members(answer)["problems"]] == [field]
    assert aws.calls == []


def test_another_platforms_jobs_have_a_windmill_block_only_with_a_workspace(aws: Aws, printed: Printed) -> None:
    answer = function.handler(job_event(body(environment=["windmill"])), None)

    assert [problem["field"] for problem in members(answer)["problems"]] == ["environment[0]"]
    assert "workspace" in members(answer)["error_description"]
