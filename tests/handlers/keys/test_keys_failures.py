"""The keys function when a call of AWS fails: what it answers, logs and counts, and that the next run mends it."""

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.aws import cloudfront_site
from jobpass_issuer.domain.key_ring import KeyState
from tests.aws.cloud import Failure
from tests.aws.edge import EdgeServer
from tests.aws.services import SECRET
from tests.handlers.keys.deployed import IMPATIENT, PATIENT, SHIPPED, Deployed
from tests.handlers.keys.failures import CALLS, Case, table

SOURCE = Path(cloudfront_site.__file__).parents[1]
# What the token function and the jobs function alone call; their own tests let these fail.
CALLED_BY_OTHERS = {"kms:Sign", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"}


def _carry_out(aws: Deployed, run: str, address: str) -> str | None:
    """Carry out a run and return the failure that its caller reads."""
    if run == "delete":
        answer = aws.deploy("Delete", address)
        return None if answer["Status"] == "SUCCESS" else str(answer["Reason"])
    try:
        if run == "found":
            aws.run()
        else:
            aws.run("revoke", kid=aws.ring.keys[0].kid, reason="leaked")
    except RuntimeError as error:
        return str(error)
    return None


def _arrange(aws: Deployed, run: str) -> None:
    if run == "found":
        return
    aws.found()
    if run == "delete":
        aws.change(RETENTION="destroy")


def _lines(aws: Deployed, message: str) -> list[Mapping[str, Any]]:
    return [line for line in aws.log() if line["message"] == message]


@pytest.mark.parametrize("case", list(table()), ids=str)
def test_a_call_that_fails(aws: Deployed, edge_server: EdgeServer, case: Case) -> None:
    """It is answered, logged and counted by its name; the ring stays consistent, and the next run completes it."""
    _arrange(aws, case.run)
    bad = aws.ring.keys[0] if aws.ring.keys else None
    if case.late:
        aws.clients(IMPATIENT)
        aws.monkeypatch.setattr(cloudfront_site, "_TIMEOUT_SECONDS", 0.3)
    aws.cloud.fail(case.call.name, case.failure)
    address = f"https://{edge_server.host}/response"
    answer = _carry_out(aws, case.run, address)

    assert case.call.name in aws.cloud.operations()
    _assert_told(aws, case, answer)
    if case.run != "delete":
        aws.assert_consistent()

    aws.cloud.mend()
    if case.late:
        aws.clients(PATIENT)
    if case.run == "delete":
        assert _carry_out(aws, "delete", address) is None
        assert aws.cloud.bucket.objects == {}
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
    told = f"{case.call.name}: {case.reason}"
    assert answer == (f"{told} failed" if case.run == "delete" else told)
    assert [(line["level"], line["operation"], line["reason"]) for line in lines] == [
        ("ERROR", case.call.name, case.reason)
    ]
    assert counted == [case.call.name]
    assert "arn:" not in json.dumps(lines) + answer
    assert SECRET not in aws.log_stream.getvalue() + aws.printed + answer


def _assert_revoked(aws: Deployed, kid: str, key_arn: str, *, tolerated: bool) -> None:
    key = aws.cloud.kms.keys[key_arn]
    assert aws.ring.key(kid).state is KeyState.REVOKED
    assert kid not in aws.served_kids()
    if not tolerated:
        # Where KMS was made to say that the key waits for its deletion, it was taken at its word.
        assert (key.state, key.tags["jobpass:revoked"]) == ("PendingDeletion", "leaked")


def test_the_table_has_every_call_that_the_source_names() -> None:
    """A call that is added without its row fails here."""
    named = {
        call.args[0].value
        for path in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"translated", "DependencyError"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }

    assert named == CALLED_BY_OTHERS | {call.name for call in CALLS}


def test_the_table_has_every_call_that_comes_over_the_wire(aws: Deployed, edge_server: EdgeServer) -> None:
    """A whole life: founding, rotation, retirement, revocation, restored table, deletion."""
    aws.run()
    aws.wait(2 * 86400)
    aws.run("rotate")
    aws.wait(7200)
    aws.run()
    aws.wait(86400)
    aws.run("revoke", kid=aws.active_kid, reason="leaked")
    aws.cloud.table.items.clear()
    aws.run()
    aws.change(RETENTION="destroy")
    aws.deploy("Delete", f"https://{edge_server.host}/response")

    assert set(aws.cloud.operations()) == {call.name for call in CALLS}


@pytest.mark.parametrize("code", ["NotFoundException"])
@pytest.mark.parametrize("operation", ["kms:TagResource", "kms:DisableKey", "kms:ScheduleKeyDeletion"])
def test_a_revoked_key_that_is_gone_already_holds_up_nothing(founded: Deployed, operation: str, code: str) -> None:
    bad = founded.active_kid
    founded.cloud.fail(operation, Failure(code))
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
    founded.cloud.fail("dynamodb:GetItem", Failure("ThrottlingException"), times=1)
    founded.run()

    assert founded.cloud.counted()["dynamodb:GetItem"] == 2
    assert _lines(founded, "dependency failed") == []


def test_a_call_is_tried_three_times_and_no_more(founded: Deployed) -> None:
    founded.clients(SHIPPED)
    founded.cloud.fail("dynamodb:GetItem", Failure("ThrottlingException"))

    with pytest.raises(RuntimeError):
        founded.run()
    assert founded.cloud.counted()["dynamodb:GetItem"] == 3


def test_a_role_that_kms_never_comes_to_know_is_given_up_on(aws: Deployed) -> None:
    aws.cloud.fail("kms:CreateKey", Failure("MalformedPolicyDocumentException"))

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
    founded.cloud.fail(operation, Failure("Throttling"))
    with pytest.raises(RuntimeError, match=operation):
        founded.run("revoke", kid=bad, reason="leaked")
    founded.cloud.mend()
    founded.run()

    assert bad not in founded.served_kids()
    founded.assert_at_rest()


@pytest.mark.parametrize("operation", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DescribeTable"])
def test_an_answer_that_says_nothing_is_not_taken_for_an_empty_table(aws: Deployed, operation: str) -> None:
    """A body that was cut short reads as an empty answer: no ring may begin, or be thought written, on its word."""
    aws.cloud.fail(operation, Failure("nothing", 200))

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
