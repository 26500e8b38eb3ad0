"""The audit function as CloudFormation asks it, when a call of AWS fails: CloudFormation is told which."""

from collections.abc import Mapping
from typing import Any

import pytest

from jobpass_issuer.handlers import audit_trail, custom_resource
from tests.aws.edge import ANSWER, EdgeServer
from tests.aws.trouble import SILENT, Trouble
from tests.aws.wire_error import SECRET
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import EMPTYING, TRAIL, rows_of
from tests.handlers.keys.deployed import IMPATIENT, Deployed

_CASES = [
    (row, each)
    for row in rows_of("audit")
    if row.scene in {TRAIL, EMPTYING} and row.operation.partition(":")[0] == "cloudtrail"
    for each in row.troubles
]


def _ask(edge_server: EdgeServer, scene: str) -> None:
    properties = {"Trail": "trail"} if scene == TRAIL else {"Bucket": "trail-bucket"}
    event: Mapping[str, Any] = {
        "RequestType": "Create" if scene == TRAIL else "Delete",
        "ResponseURL": f"https://{edge_server.host}/response",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Trail",
        "ResourceProperties": properties,
    }
    audit_trail.serve_deployment(event)


@pytest.mark.parametrize(("row", "trouble"), _CASES, ids=[f"{row}: {trouble}" for row, trouble in _CASES])
def test_a_call_that_fails(aws: Deployed, edge_server: EdgeServer, row: Row, trouble: Trouble) -> None:
    if trouble in SILENT:
        aws.clients(IMPATIENT)
        aws.monkeypatch.setattr(custom_resource, "_TIMEOUT_SECONDS", 5)
    aws.cloud.fail(row.operation, trouble, times=None)

    _ask(edge_server, row.scene)

    (answer,) = aws.cloud.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"{row.operation}: ")
    assert SECRET not in str(answer) + aws.log_stream.getvalue() + aws.printed
    assert aws.cloud.writes() == []


def test_a_trail_that_brings_signatures_is_taken(aws: Deployed, edge_server: EdgeServer) -> None:
    _ask(edge_server, TRAIL)

    assert aws.cloud.answers[0]["Status"] == "SUCCESS"
    assert [*aws.cloud.operations()] == [row.operation for row in rows_of("audit") if row.scene == TRAIL]
    assert aws.cloud.operations()[-1] == ANSWER
