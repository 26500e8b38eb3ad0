"""The audit function as CloudFormation asks it: a trail looked at, the issuer's own emptied, and each call that fails.

CloudFormation is told which call it was; where it cannot be told, the invocation fails, so that Lambda repeats it.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from jobpass_issuer.handlers import audit, custom_resource
from tests.aws import sdk_clients
from tests.aws.edge import ANSWER, EdgeServer
from tests.aws.trouble import SILENT, STATUSES, Trouble, error_of
from tests.aws.wire_error import SECRET
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import EMPTYING, TRAIL, rows_of
from tests.handlers.keys.deployed import IMPATIENT, PATIENT, Deployed

_ROWS = [row for row in rows_of("audit") if row.scene in {TRAIL, EMPTYING}]
_CASES = [(row, each) for row in _ROWS for each in row.troubles]
# CloudTrail's own names of files have colons and more; the one with a sign of XML's is nobody's but must go too.
_FILES = [f"AWSLogs/1/CloudTrail/2026/{number}.json.gz" for number in range(4)] + ["a&b"]


def _ask(aws: Deployed, edge_server: EdgeServer, scene: str, **properties: str) -> Mapping[str, Any] | None:
    """Ask as CloudFormation does, and return what it was told."""
    event = {
        "RequestType": "Create" if scene == TRAIL else "Delete",
        "ResponseURL": f"https://{edge_server.host}/response",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Trail",
        "ResourceProperties": properties or {TRAIL: {"Trail": "trail"}, EMPTYING: {"Bucket": "trail-bucket"}}[scene],
    }
    aws.cloud.answers.clear()
    assert audit.handler(event, None) == {}
    return aws.cloud.answers[-1] if aws.cloud.answers else None


def _filled(aws: Deployed) -> None:
    aws.cloud.s3.objects.update(dict.fromkeys(_FILES, b"events"))


@pytest.mark.parametrize(("row", "trouble"), _CASES, ids=[f"{row}: {trouble}" for row, trouble in _CASES])
def test_a_call_that_fails(aws: Deployed, edge_server: EdgeServer, row: Row, trouble: Trouble) -> None:
    _filled(aws)
    if trouble in SILENT:
        aws.clients(IMPATIENT)
        if row.operation == ANSWER:
            aws.monkeypatch.setattr(custom_resource, "_TIMEOUT_SECONDS", 0.3)
    aws.cloud.fail(row.operation, trouble, times=None)

    if row.operation == ANSWER:
        with pytest.raises(RuntimeError, match=r"cloudformation:PUT: .") as failure:
            _ask(aws, edge_server, row.scene)
        told = str(failure.value)
    else:
        answer = _ask(aws, edge_server, row.scene)
        assert answer is not None
        assert answer["Status"] == "FAILED"
        told = answer["Reason"].removesuffix(" failed")

    operation, _, reason = told.partition(": ")
    error = error_of(row.operation, trouble)
    expected = str(STATUSES.get(trouble, reason)) if row.operation == ANSWER else error.code if error else reason
    assert (operation, reason) == (row.operation, expected)
    assert reason
    ((level, logged),) = [(each["level"], each) for each in aws.log() if each["message"] == "dependency failed"]
    assert (level, logged["operation"], logged["reason"]) == ("ERROR", operation, reason)
    assert [each["Reason"] for each in aws.metric("DependencyFailure")] == [row.operation]
    assert SECRET not in told + aws.log_stream.getvalue() + aws.printed

    aws.cloud.mend()
    aws.clients(PATIENT)
    again = _ask(aws, edge_server, row.scene)
    assert again is not None
    assert again["Status"] == "SUCCESS"
    assert aws.cloud.s3.objects == ({} if row.scene == EMPTYING else dict.fromkeys(_FILES, b"events"))


@pytest.mark.parametrize("scene", [TRAIL, EMPTYING])
def test_a_scene_makes_the_calls_of_its_rows_and_no_others(aws: Deployed, edge_server: EdgeServer, scene: str) -> None:
    _filled(aws)
    answer = _ask(aws, edge_server, scene)

    assert answer is not None
    assert answer["Status"] == "SUCCESS"
    assert set(aws.cloud.operations()) == {row.operation for row in _ROWS if row.scene == scene}
    assert aws.cloud.operations()[-1] == ANSWER


@pytest.mark.parametrize("scene", [TRAIL, EMPTYING])
def test_a_deployment_without_a_trail_to_look_at_calls_nothing(
    aws: Deployed, edge_server: EdgeServer, scene: str
) -> None:
    answer = _ask(aws, edge_server, scene, Nothing="")

    assert answer is not None
    assert answer["Status"] == "SUCCESS"
    assert aws.cloud.operations() == [ANSWER]


_REFUSED = {
    "another name": ("trail", {"name": "other"}, "is not there: name one"),
    "off": ("status", {"IsLogging": False}, "does not log: start it"),
    "elsewhere": ("trail", {"IsMultiRegionTrail": False, "HomeRegion": "eu-west-1"}, "logs eu-west-1 alone"),
    "without KMS": (
        "selectors",
        {"EventSelectors": [{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]},
        "leaves out the calls of KMS",
    ),
    "writes alone": ("selectors", {"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}, "or those that only read"),
    "no selector": ("selectors", {"EventSelectors": []}, "leaves out the calls of KMS"),
}


@pytest.mark.parametrize(("part", "changes", "reason"), _REFUSED.values(), ids=list(_REFUSED))
def test_a_trail_that_does_not_bring_signatures_is_refused_with_the_remedy(
    aws: Deployed, edge_server: EdgeServer, part: str, changes: dict[str, Any], reason: str
) -> None:
    if "name" in changes:
        aws.cloud.trail.name = changes["name"]
    else:
        getattr(aws.cloud.trail, part).update(changes)

    answer = _ask(aws, edge_server, TRAIL)

    assert answer is not None
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("audit.trail: `trail` ")
    assert reason in answer["Reason"]
    # It is the configuration that is at fault, and no call.
    assert aws.metric("DependencyFailure") == []


def test_a_bucket_that_is_gone_is_empty(aws: Deployed, edge_server: EdgeServer) -> None:
    aws.cloud.s3.is_gone = True
    answer = _ask(aws, edge_server, EMPTYING)

    assert answer is not None
    assert answer["Status"] == "SUCCESS"


def test_a_file_that_s3_will_not_delete_is_told(aws: Deployed, edge_server: EdgeServer) -> None:
    """A hold on it, or a bucket policy: S3 says so within an answer that is a 200."""
    _filled(aws)
    aws.cloud.s3.held = {_FILES[-2]}
    answer = _ask(aws, edge_server, EMPTYING)

    assert answer is not None
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "s3:DeleteObjects: AccessDenied failed")
    assert set(aws.cloud.s3.objects) <= set(_FILES)
    assert _FILES[-2] in aws.cloud.s3.objects


def test_a_fault_of_its_own_is_told_to_cloudformation_too(aws: Deployed, edge_server: EdgeServer) -> None:
    sdk_clients.forget()
    aws.monkeypatch.delenv("AWS_DEFAULT_REGION")
    answer = _ask(aws, edge_server, TRAIL)

    assert answer is not None
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "the audit function failed (NoRegionError); its log has more"
