"""The audit function on the deployed stack: what it joins on its schedule, and what a rule brings it."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.deployment import Deployment
from tests.e2e.test_audit import ROOT, foreign_sign, write

AHEAD_SECONDS = 7200


@pytest.fixture
def later(deployment: Deployment) -> Iterator[None]:
    """Two hours later for the functions: what has just happened is settled. Put back afterwards."""
    deployment.embedded.clock.move(AHEAD_SECONDS)
    yield
    deployment.embedded.clock.move(0)
    table = deployment.aws.client("dynamodb")
    table.delete_item(TableName=deployment.output("TableName"), Key={"pk": {"S": "audit"}})


@pytest.mark.usefixtures("later")
def test_a_signature_and_a_record_that_stand_alone_are_told(deployment: Deployment) -> None:
    jti = str(uuid.uuid4())
    record = {"kind": "grant", "jti": jti, "kms_request_id": "none", "token_sha256": "00", "kid": "k", "job_id": "j"}
    write(deployment.aws, int(time.time()) + AHEAD_SECONDS - 1800, {"record": record})

    assert invoke(deployment, {"command": "audit"})["audited"] > 0

    assert jti in {each["jti"] for each in _log(deployment) if each.get("message") == "token without signature"}


def test_a_strangers_call_is_told_at_once(deployment: Deployment) -> None:
    foreign_sign(deployment)
    pages = deployment.aws.client("cloudtrail").get_paginator("lookup_events")
    found = pages.paginate(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Sign"}])
    event = json.loads(next(iter(found))["Events"][0]["CloudTrailEvent"])

    assert invoke(deployment, {"source": "aws.kms", "detail": event}) == {"suspect": True}

    told = {each["event_id"]: each for each in _log(deployment) if each.get("message") == "suspect call"}
    assert told[event["eventID"]]["caller"] == ROOT


def invoke(deployment: Deployment, event: dict[str, Any]) -> Any:
    """What the audit function answers to an event."""
    client = deployment.aws.client("lambda")
    answer = client.invoke(FunctionName=deployment.output("AuditFunctionName"), Payload=json.dumps(event).encode())
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def _log(deployment: Deployment) -> list[dict[str, Any]]:
    """The lines of the audit function's log that are JSON."""
    group = f"/aws/lambda/{deployment.output('AuditFunctionName')}"
    pages = deployment.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [each["message"] for page in pages for each in page["events"]]
    return [json.loads(line) for line in lines if line.startswith("{")]
