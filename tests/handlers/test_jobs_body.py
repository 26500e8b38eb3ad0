"""Bodies that are no registration, and texts that few expect: refused whole, or kept letter for letter."""

from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.handlers import jobs as function
from tests.aws.wire import Aws
from tests.domain.examples import STS, body
from tests.handlers.events import CALLER, event, job_event, members

Printed = Callable[[], str]


def _register(**changes: Any) -> dict[str, Any]:
    return function.handler(job_event(body(**changes)), None)


def _ask(method: str, job_id: str, caller: str = CALLER) -> dict[str, Any]:
    return function.handler(event(f"{method} /v1/jobs/{{job_id}}", job_id=job_id, caller=caller), None)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {"content-type": "application/json"}),
        ("{", {"content-type": "application/json"}),
        ("[]", {"content-type": "application/json"}),
        ("null", {"content-type": "application/json"}),
        ("{}", {"content-type": "application/json"}),
        ('{"profile": "ci", "profile": "ci"}', {"content-type": "application/json"}),
        ("{}", {"content-type": "text/plain"}),
        ("{}", {}),
        ("x" * 70_000, {"content-type": "application/json"}),
        ("[" * 60_000, {"content-type": "application/json"}),
    ],
)
def test_a_body_that_is_no_registration_is_refused_and_nothing_is_written(
    aws: Aws, printed: Printed, text: str, headers: dict[str, str]
) -> None:
    answer = function.handler(event("POST /v1/jobs", caller=CALLER, body=text, headers=headers), None)

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert aws.calls == []


LONE = "\ud800"


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": LONE},
        {"fields": {"repo": LONE, "ref": "x"}},
        {"fields": {"repo": "web", "ref": "x", "run_id": f"run{LONE}"}},
        {"fields": {"repo": "web", "ref": "x", "team": LONE}},
        {"fields": {"repo": "web", "ref": "x", LONE: "x"}},
        {"audiences": [LONE]},
        {"audiences": [STS, f"x{LONE}"]},
        {"roles": [LONE]},
        {"aws_claims": LONE},
        {LONE: "x"},
    ],
    ids=lambda changes: ascii(changes)[:40],
)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(
    aws: Aws, printed: Printed, changes: dict[str, Any]
) -> None:
    answer = _register(**changes)

    assert answer["statusCode"] == 400
    assert members(answer)["problems"]
    assert aws.calls == []


def test_half_a_surrogate_pair_as_a_member_given_twice_is_refused(aws: Aws, printed: Printed) -> None:
    text = '{"\\ud800": 1, "\\ud800": 2}'
    made = event("POST /v1/jobs", caller=CALLER, body=text, headers={"content-type": "application/json"})

    answer = function.handler(made, None)

    assert answer["statusCode"] == 400
    assert "given twice" in members(answer)["error_description"]


def test_text_beyond_ascii_survives_from_registration_to_look(aws: Aws, printed: Printed) -> None:
    fields = {"repo": "web", "ref": "x", "team": "équipe 🔑"}

    refused = _register(fields=fields)
    told = members(_register(fields={**fields, "team": "équipe"}))

    assert refused["statusCode"] == 400
    assert members(_ask("GET", told["job_id"]))["fields"]["team"] == "équipe"
