"""The handlers against their OpenAPI description: whatever schemathesis makes of it is answered as it says.

With `FUZZ_EXAMPLES`, which `make fuzz` sets, each route gets so many requests; otherwise a few.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response

from jobpass_issuer.handlers import jobs, token
from tests.aws import wire_sts
from tests.aws.wire import Aws
from tests.docs.test_openapi import DOCUMENT, OPERATIONS
from tests.domain.examples import DEPLOY_ARN, SECRET, TOKEN, body
from tests.handlers.drawing import prepare
from tests.handlers.events import CALLER, job_event
from tests.handlers.platform_keys import WITH_KEYS, assertion

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
Printed = Callable[[], str]
load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
_SECRETS = (SECRET, wire_sts.SECRET_ACCESS_KEY, wire_sts.SESSION_TOKEN)
_SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
_API = "https://api.example.com"


@pytest.fixture(autouse=True)
def _with_keys(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "with-keys.json"
    file.write_text(json.dumps(WITH_KEYS.to_document()))
    monkeypatch.setattr(jobs, "_DEPLOYMENT_FILE", file)


def _event(case: Any, known_job: str) -> dict[str, Any]:
    """A request as the gateway passes it on; who asks is proven, so that what is asked is looked at."""
    route = case.operation.path
    path = {name: str(value) for name, value in (case.path_parameters or {}).items()}
    if known_job and "job_id" in path and len(path["job_id"]) % 2:
        path["job_id"] = known_job
    headers = {"content-type": "application/json"}
    context: dict[str, Any] = {"requestId": "r", "http": {"sourceIp": "192.0.2.7"}}
    if route.startswith("/v1/assertion/"):
        headers["authorization"] = f"Bearer {assertion()}"
    elif route.startswith("/v1/jobs"):
        context["authorizer"] = {"iam": {"userArn": CALLER, "accountId": "000000000000"}}
    else:
        headers["authorization"] = f"Bearer {TOKEN}"
    made = {
        "routeKey": f"{case.method} {route.replace('{audience}', '{audience+}')}",
        "rawPath": route.format(**path),
        "rawQueryString": urlencode(case.query or {}, doseq=True, quote_via=quote),
        "headers": headers,
        "pathParameters": path,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if case.body is not NOT_SET:
        # What is no JSON comes as it is.
        made["body"] = case.body.decode("latin-1") if isinstance(case.body, bytes) else json.dumps(case.body)
    return made


def _answered(case: Any, answer: dict[str, Any]) -> Response:
    """A handler's answer, as a client would have it."""
    return Response(
        status_code=answer["statusCode"],
        headers={name.lower(): [value] for name, value in answer["headers"].items()},
        content=answer["body"].encode(),
        request=requests.Request(case.method, _API + case.formatted_path).prepare(),
        elapsed=0,
        verify=True,
    )


@pytest.mark.parametrize("route", list(OPERATIONS), ids=" ".join)
def test_whatever_is_asked_is_answered_as_the_description_says(
    aws: Aws, printed: Printed, route: tuple[str, str]
) -> None:
    prepare(aws, fields={"repo": "web", "ref": "refs/heads/main", "workspace": "acme"})
    aws.sts.roles[DEPLOY_ARN] = 3600
    known_job = json.loads(jobs.handler(job_event(body()), None)["body"])["job_id"]
    operation = _SCHEMA[route[1]][route[0]]
    seen = set()

    @seed(20260101)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    )
    def ask(case: Any) -> None:
        function = jobs if "/jobs" in route[1] else token
        answer = function.handler(_event(case, known_job), None)
        seen.add(answer["statusCode"])
        case.validate_response(_answered(case, answer), checks=_CHECKS)

    cast("Callable[[], None]", ask)()

    assert seen & {200, 201, 400, 404}
    written = printed()
    assert "Traceback" not in written
    assert '"Fault"' not in written
    assert not [secret for secret in _SECRETS if secret in written]
