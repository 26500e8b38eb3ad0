"""The routes of the token function and the jobs function, each as it is asked when a call fails beneath it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.handlers import jobs as jobs_function
from jobpass_issuer.handlers import token as token_function
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, RELEASE_ARN, TOKEN, body
from tests.handlers.conftest import TABLE
from tests.handlers.drawing import draw
from tests.handlers.events import CALLER, event, job_event
from tests.handlers.faults import table
from tests.handlers.issuing import ask, establish, register
from tests.handlers.platform_keys import assertion

Answer = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """A route: how its world is prepared, and how it is asked; `job_id` is of a job that is there already."""

    prepare: Callable[[Aws], str]
    ask: Callable[[str], Answer]
    granted: str


def _issuer(aws: Aws, **changes: Any) -> str:
    establish(aws)
    aws.sts.roles = {DEPLOY_ARN: 3600, RELEASE_ARN: 3600}
    return register(aws, **changes).job_id


def _registered(_: Aws) -> str:
    return str(json.loads(jobs_function.handler(job_event(body()), None)["body"])["job_id"])


def _by_assertion(_: Aws) -> str:
    return str(json.loads(_assert(table.ASSERTED[0], "")["body"])["job_id"])


def _windmill(_: str) -> Answer:
    path = "/api/w/acme/oidc/token/sts.amazonaws.com"
    made = event(table.WINDMILL, headers={"authorization": f"Bearer {TOKEN}"})
    return token_function.handler({**made, "rawPath": path}, None)


def _signed(route: str) -> Callable[[str], Answer]:
    def ask_as_platform(job_id: str) -> Answer:
        headers = {"content-type": "application/json"}
        made = event(route, caller=CALLER, job_id=job_id, body=json.dumps(body()), headers=headers)
        return jobs_function.handler(made, None)

    return ask_as_platform


def _assert(route: str, job_id: str) -> Answer:
    headers = {"authorization": f"Bearer {assertion()}", "content-type": "application/json"}
    return jobs_function.handler(event(route, job_id=job_id, body=json.dumps(body()), headers=headers), None)


def _asserted(route: str) -> Callable[[str], Answer]:
    return lambda job_id: _assert(route, job_id)


SCENES = {
    table.TOKEN: Scene(_issuer, lambda _: ask(), "grant"),
    table.WINDMILL: Scene(
        lambda aws: _issuer(aws, fields={"repo": "web", "ref": "refs/heads/main", "workspace": "acme"}),
        _windmill,
        "grant",
    ),
    table.CREDENTIALS: Scene(_issuer, lambda _: draw(), "CredentialsDrawn"),
    table.REGISTER: Scene(_registered, _signed(table.REGISTER), "JobRegistered"),
    table.SHOW: Scene(_registered, _signed(table.SHOW), ""),
    table.END: Scene(_registered, _signed(table.END), "JobEnded"),
    table.ASSERTED[0]: Scene(_by_assertion, _asserted(table.ASSERTED[0]), "JobRegistered"),
    table.ASSERTED[1]: Scene(_by_assertion, _asserted(table.ASSERTED[1]), ""),
    table.ASSERTED[2]: Scene(_by_assertion, _asserted(table.ASSERTED[2]), "JobEnded"),
}


def jobs_of(aws: Aws) -> dict[str, Any]:
    """The registrations in the table."""
    return {pk: item for pk, item in aws.dynamodb.items(TABLE).items() if pk.startswith("job#")}
