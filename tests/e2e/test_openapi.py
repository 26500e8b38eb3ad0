"""The deployed API against its OpenAPI description, the gateway included; `FUZZ_DEPLOYED` sets how much is asked."""

import os
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.transport import Response

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.docs.test_openapi import DOCUMENT, OPERATIONS

EXAMPLES = int(os.environ.get("FUZZ_DEPLOYED", "3"))
load_all_checks()
_CHECKS = CHECKS.get_by_names(["not_a_server_error", "status_code_conformance", "response_schema_conformance"])
_SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
# The example's configuration has no platform with public keys, and so not these routes.
_ROUTES = [route for route in OPERATIONS if "/assertion/" not in route[1]]


@pytest.mark.parametrize("route", _ROUTES, ids=" ".join)
def test_whatever_is_asked_is_answered_as_the_description_says(
    deployment: Deployment, platform: Platform, route: tuple[str, str]
) -> None:
    token = platform.register(Job(MAIN_BRANCH)).request_token
    operation = _SCHEMA[route[1]][route[0]]
    seen = set()

    @seed(20260101)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        asked = requests.Request(**_parts(case, platform.api_url)).prepare()
        headers = {"Authorization": f"Bearer {token}"}
        body = None if asked.body is None else asked.body if isinstance(asked.body, bytes) else str(asked.body).encode()
        target = str(asked.url).removeprefix(platform.api_url)
        if urlsplit(target).path.startswith("/v1/jobs"):
            kind = {"Content-Type": "application/json"} if body is not None else {}
            headers = platform.sign(route[0], target, kind, body)
        answer = deployment.web.request(route[0], str(asked.url), headers, body)
        seen.add(answer.status)
        case.validate_response(_response(answer.status, answer.headers, answer.body, asked), checks=_CHECKS)

    cast("Callable[[], None]", ask)()

    assert seen


def _parts(case: Any, base_url: str) -> dict[str, Any]:
    given_parts = case.as_transport_kwargs(base_url=base_url)
    return {name: given_parts[name] for name in ("method", "url", "params", "data", "json") if name in given_parts}


def _response(status: int, headers: Any, body: bytes, asked: requests.PreparedRequest) -> Response:
    named: Mapping[str, list[str]] = {name.lower(): [value] for name, value in headers.items()}
    return Response(status_code=status, headers=named, content=body, request=asked, elapsed=0, verify=True)
