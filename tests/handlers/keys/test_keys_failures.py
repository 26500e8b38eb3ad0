"""The keys function when a call of AWS fails: what it answers, logs and counts, and that the next run mends it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from jobpass_issuer.aws import cloudfront_site
from jobpass_issuer.domain.key_ring import KeyState
from jobpass_issuer.handlers import custom_resource
from tests.aws.edge import EdgeServer
from tests.aws.wire_error import SECRET, AwsError
from tests.handlers.faults.table import DELETE, FOUND, rows_of
from tests.handlers.keys.deployed import IMPATIENT, PATIENT, SHIPPED, Deployed
from tests.handlers.keys.failures import Case, cases


def _carry_out(aws: Deployed, run: str, address: str) -> str | None:
    """Carry out a run and return the failure that its caller reads."""
    try:
        if run == DELETE:
            answer = aws.deploy("Delete", address)
            return None if answer["Status"] == "SUCCESS" else f"{answer['Reason']}".removesuffix(" failed")
        if run == FOUND:
            aws.run()
        else:
            aws.run("revoke", kid=aws.ring.keys[0].kid, reason="leaked")
    except RuntimeError as error:
        return str(error)
    return None


def _arrange(aws: Deployed, run: str) -> None:
    if run == FOUND:
        return
    aws.found()
    if run == DELETE:
        aws.change(RETENTION="destroy")


def _lines(aws: Deployed, message: str) -> list[Mapping[str, Any]]:
    return [line for line in aws.log() if line["message"] == message]


@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_a_call_that_fails(aws: Deployed, edge_server: EdgeServer, case: Case) -> None:
    """It is answered, logged and counted by its name; the ring stays consistent, and the next run completes it."""
    _arrange(aws, case.row.scene)
    bad = aws.ring.keys[0] if aws.ring.keys else None
    if case.late:
        aws.clients(IMPATIENT)
        for module in (cloudfront_site, custom_resource):
            aws.monkeypatch.setattr(module, "_TIMEOUT_SECONDS", 0.3)
    aws.cloud.fail(case.row.operation, case.trouble, times=None)
    address = f"https://{edge_server.host}/response"
    answer = _carry_out(aws, case.row.scene, address)

    assert case.row.operation in aws.cloud.operations()
    _assert_told(aws, case, answer)
    if case.row.scene != DELETE:
        aws.assert_consistent()

    aws.cloud.mend()
    if case.late:
        aws.clients(PATIENT)
    if case.row.scene == DELETE:
        assert _carry_out(aws, DELETE, address) is None
        assert aws.cloud.s3.objects == {}
        assert {key.state for key in aws.cloud.kms.keys.values()} == {"PendingDeletion"}
        return
    if bad is not None and aws.ring.key(bad.kid).state is not KeyState.REVOKED:
        # Refused before anything was written, and said so: the operator asks again.
        assert answer is not None
        aws.run("revoke", kid=bad.kid, reason="leaked")
    aws.run()
    aws.assert_at_rest()
    if bad is not None:
        _assert_revoked(aws, bad.kid, bad.key_arn, tolerated=case.reason is None)


def _assert_told(aws: Deployed, case: Case, answer: str | None) -> None:
    lines = _lines(aws, "dependency failed")
    counted = [record["Reason"] for record in aws.metric("DependencyFailure")]
    if case.reason is None:
        assert (answer, lines, counted) == (None, [], [])
        return
    told = f"{case.row.operation}: {case.reason}"
    assert answer is not None
    assert answer.startswith(told)
    (line,) = lines
    assert (line["level"], f"{line['operation']}: {line['reason']}") == ("ERROR", answer)
    assert counted == [case.row.operation]
    assert "arn:" not in json.dumps(lines) + answer
    assert SECRET not in aws.log_stream.getvalue() + aws.printed + answer


def _assert_revoked(aws: Deployed, kid: str, key_arn: str, *, tolerated: bool) -> None:
    key = aws.cloud.kms.keys[key_arn]
    assert aws.ring.key(kid).state is KeyState.REVOKED
    assert kid not in aws.served_kids()
    if not tolerated:
        # Where KMS was made to say that the key waits for its deletion, it was taken at its word.
        assert (key.state, key.tags["jobpass:revoked"]) == ("PendingDeletion", "leaked")


def test_the_table_has_every_call_that_comes_over_the_wire(aws: Deployed, edge_server: EdgeServer) -> None:
    """A whole life: founding, rotation, retirement, revocation, restored table, deletion."""
    aws.run()
    aws.wait(2 * 86400)
    aws.run("rotate")
    aws.wait(7200)
    aws.run()
    aws.wait(86400)
    aws.run("revoke", kid=aws.active_kid, reason="leaked")
    aws.table.clear()
    aws.run()
    aws.change(RETENTION="destroy")
    aws.deploy("Delete", f"https://{edge_server.host}/response")

    assert set(aws.cloud.operations()) == {row.operation for row in rows_of("keys")}


@pytest.mark.parametrize("code", ["NotFoundException"])
@pytest.mark.parametrize("operation", ["kms:TagResource", "kms:DisableKey", "kms:ScheduleKeyDeletion"])
def test_a_revoked_key_that_is_gone_already_holds_up_nothing(founded: Deployed, operation: str, code: str) -> None:
    bad = founded.active_kid
    founded.cloud.fail(operation, AwsError(code), times=None)
    founded.run("revoke", kid=bad, reason="leaked")

    assert founded.ring.key(bad).state is KeyState.REVOKED
    assert bad not in founded.served_kids()


def test_an_active_key_that_somebody_disabled_is_retired_and_the_reserve_promoted(founded: Deployed) -> None:
    old, reserve = founded.ring.keys
    founded.cloud.kms.keys[old.key_arn].state = "Disabled"
    founded.run()

    assert founded.active_kid == reserve.kid
    assert founded.ring.key(old.kid).state is KeyState.RETIRED
    assert old.kid in founded.served_kids()
    founded.assert_at_rest()


def test_an_active_key_that_somebody_scheduled_for_deletion_stays_published_from_the_rings_own_copy(
    founded: Deployed,
) -> None:
    """KMS shows nothing of it any more; its tokens live on."""
    old, reserve = founded.ring.keys
    founded.cloud.kms.keys[old.key_arn].state = "PendingDeletion"
    founded.run()

    assert founded.active_kid == reserve.kid
    assert old.kid in founded.served_kids()
    founded.assert_at_rest()


def test_an_active_key_that_is_gone_is_replaced(founded: Deployed) -> None:
    old, reserve = founded.ring.keys
    del founded.cloud.kms.keys[old.key_arn]
    founded.run()

    assert founded.active_kid == reserve.kid
    assert old.kid in founded.served_kids()


def test_a_throttled_call_is_tried_again_before_anybody_hears_of_it(founded: Deployed) -> None:
    founded.clients(SHIPPED)
    founded.cloud.fail("dynamodb:GetItem", AwsError("ThrottlingException"), times=1)
    founded.run()

    assert founded.cloud.counted()["dynamodb:GetItem"] == 2
    assert _lines(founded, "dependency failed") == []


def test_a_call_is_tried_three_times_and_no_more(founded: Deployed) -> None:
    founded.clients(SHIPPED)
    founded.cloud.fail("dynamodb:GetItem", AwsError("ThrottlingException"), times=None)

    with pytest.raises(RuntimeError):
        founded.run()
    assert founded.cloud.counted()["dynamodb:GetItem"] == 3


def test_a_role_that_kms_never_comes_to_know_is_given_up_on(aws: Deployed) -> None:
    aws.cloud.fail("kms:CreateKey", AwsError("MalformedPolicyDocumentException"), times=None)

    with pytest.raises(RuntimeError, match="kms:CreateKey: MalformedPolicyDocumentException"):
        aws.run()
    assert aws.cloud.counted()["kms:CreateKey"] == 12
    assert aws.cloud.kms.keys == {}


@pytest.mark.parametrize("operation", ["cloudfront:CreateInvalidation", "cloudfront:GET"])
def test_a_revoked_key_that_no_longer_signed_leaves_the_edge_though_its_run_failed_there(
    founded: Deployed, operation: str
) -> None:
    """The bucket has the new set already, and no new key follows that would have the edge forget the old one."""
    bad = founded.active_kid
    founded.run("rotate")
    founded.cloud.fail(operation, AwsError("Throttling"), times=None)
    with pytest.raises(RuntimeError, match=operation):
        founded.run("revoke", kid=bad, reason="leaked")
    founded.cloud.mend()
    founded.run()

    assert bad not in founded.served_kids()
    founded.assert_at_rest()


@pytest.mark.parametrize("operation", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DescribeTable"])
def test_an_answer_that_says_nothing_is_not_taken_for_an_empty_table(aws: Deployed, operation: str) -> None:
    """A body that was cut short reads as an empty answer: no ring may begin, or be thought written, on its word."""
    aws.cloud.fail(operation, AwsError("nothing", 200), times=None)

    with pytest.raises(RuntimeError, match=f"{operation}: MalformedAnswer"):
        aws.run()
    assert aws.ring.active is None

    aws.cloud.mend()
    aws.run()
    aws.assert_at_rest()


@pytest.mark.parametrize("name", ["TABLE_NAME", "ISSUER_URL", "SIGNING_ALGORITHM", "PUBLISH_AHEAD_SECONDS"])
def test_a_missing_setting_is_answered_to_cloudformation_too(
    founded: Deployed, edge_server: EdgeServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    founded.change()
    answer = founded.deploy("Update", f"https://{edge_server.host}/response")

    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "the keys function failed (KeyError); its log has more",
    )
    assert founded.cloud.writes() == []
