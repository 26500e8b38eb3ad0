"""The token function's routes: each reaches its own module, and a token pays for nothing that only credentials need."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.issuer_api import JOB_ROUTES
from jobpass_issuer.handlers import aws_credentials, github_token, windmill_token
from jobpass_issuer.handlers import token as function
from tests.aws.wire import Aws
from tests.domain.examples import TOKEN
from tests.handlers.events import event, members
from tests.handlers.issuing import register

PARAMETERS = {
    "GET /v1/token": github_token.PARAMETERS,
    "POST /api/w/{workspace}/oidc/token/{audience+}": windmill_token.PARAMETERS,
    "GET /v1/credentials": aws_credentials.PARAMETERS,
}
SOURCE = Path(function.__file__).parents[2]
# What a process has loaded once the handler is there, and once it has answered each route.
PROBE = """
import json, sys
from jobpass_issuer.handlers import token
loaded = []
for route in (None, "GET /v1/token", "POST /api/w/{workspace}/oidc/token/{audience+}", "GET /v1/credentials"):
    if route:
        token.handler({"routeKey": route, "rawQueryString": "", "headers": {}, "requestContext": {}}, None)
    loaded.append("jobpass_issuer.aws.sts_sessions" in sys.modules)
print(json.dumps(loaded))
"""


@pytest.mark.parametrize("route", [f"{method} {path}" for method, path in JOB_ROUTES])
def test_every_route_that_is_deployed_has_its_own_module(aws: Aws, route: str) -> None:
    """Which shows in the parameters that it takes."""
    asked = event(route, query="nope=1", headers={"authorization": f"Bearer {TOKEN}"})

    answer = function.handler(asked, None)

    assert answer["statusCode"] == 400
    assert members(answer)["error_description"].endswith(f"it takes {', '.join(PARAMETERS[route])}")
    assert aws.calls == []


@pytest.mark.parametrize("route", ["GET /v1/jobs/{job_id}", "POST /v1/token", "$default", "", None, 5])
def test_any_other_route_is_told_to_be_none(aws: Aws, route: Any) -> None:
    register(aws)

    answer = function.handler({**event(), "routeKey": route}, None)

    assert (answer["statusCode"], members(answer)["error"]) == (404, "not_found")
    assert aws.calls == []


def _probed(further: str = "") -> Any:
    """The last line that a process of its own prints which has answered each route."""
    environment = {"PYTHONPATH": str(SOURCE), "POWERTOOLS_METRICS_NAMESPACE": "Jobpass", "POWERTOOLS_SERVICE_NAME": "x"}
    command = [sys.executable, "-B", "-c", PROBE + further]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])


def test_what_calls_sts_is_loaded_by_the_first_request_for_credentials() -> None:
    assert _probed() == [False, False, False, True]


def test_no_token_waits_for_the_definitions_that_were_settled_at_synth() -> None:
    loaded = _probed("print(json.dumps(list(sys.modules)))")

    assert "jobpass_issuer.domain.issuance" in loaded
    for name in ("deployment", "profile", "subject", "shape", "trusting_role"):
        assert f"jobpass_issuer.domain.{name}" not in loaded
