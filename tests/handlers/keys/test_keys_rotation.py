"""The keys function at the wire: founding, idling, rotating, and what CloudFormation gets."""

import json

import pytest

from jobpass_issuer.domain.key_ring import KeyState
from tests.aws.wire_error import AwsError
from tests.handlers.keys.deployed import COPY, DAY, DISCOVERY, HOUR, JWKS, NOW, SETTINGS, Deployed


def _states(aws: Deployed) -> list[str]:
    return [key.state.value for key in aws.ring.keys]


def test_the_first_run_founds_a_ring_of_two_and_serves_its_documents(aws: Deployed) -> None:
    answer = aws.run()

    assert _states(aws) == ["active", "prepared"]
    assert answer["active"] == aws.active_kid
    assert [key["state"] for key in answer["keys"]] == ["active", "prepared"]
    assert sorted(answer["served"]) == aws.served_kids() == sorted(key["kid"] for key in answer["keys"])
    assert json.loads(aws.cloud.s3.served(DISCOVERY) or b"")["issuer"] == SETTINGS["ISSUER_URL"]
    assert set(aws.cloud.s3.objects) == {JWKS, DISCOVERY, COPY}
    aws.assert_at_rest()


def test_the_first_key_signs_only_after_strangers_were_seen_to_get_it(aws: Deployed) -> None:
    """Every ring that was stored before the look at the site has no active key."""
    aws.run()
    called = aws.cloud.operations()
    written = [
        json.loads(call.body["Item"]["document"]["S"])
        for call in aws.cloud.calls[: called.index("cloudfront:GET")]
        if call.operation == "dynamodb:PutItem"
    ]

    assert written
    assert all(key["state"] == "prepared" for ring in written for key in ring["keys"])


def test_keys_are_made_with_the_issuers_tag_and_a_policy_that_names_both_roles(aws: Deployed) -> None:
    aws.run()

    for key in aws.cloud.kms.keys.values():
        policy = json.loads(key.request["Policy"])
        by_sid = {statement["Sid"]: statement for statement in policy["Statement"]}
        assert key.tags == {"jobpass:issuer": "jobpass", "jobpass:algorithm": "RS256"}
        assert by_sid["Signing"]["Principal"] == {"AWS": SETTINGS["TOKEN_ROLE_ARN"]}
        assert by_sid["Maintenance"]["Principal"] == {"AWS": SETTINGS["KEYS_ROLE_ARN"]}
        assert by_sid["NobodyElseSigns"]["Effect"] == "Deny"
        assert "BypassPolicyLockoutSafetyCheck" not in key.request


def test_a_second_run_writes_nothing_and_looks_at_what_is_there(founded: Deployed) -> None:
    founded.run()

    assert founded.cloud.writes() == []
    assert {"dynamodb:GetItem", "tag:GetResources", "kms:DescribeKey"} <= set(founded.cloud.operations())


def test_a_role_that_kms_does_not_know_yet_is_waited_for(aws: Deployed) -> None:
    aws.cloud.fail("kms:CreateKey", AwsError("MalformedPolicyDocumentException"), times=3)
    aws.run()

    assert aws.cloud.counted()["kms:CreateKey"] == 5
    assert len(aws.cloud.kms.keys) == 2


def test_a_rotation_activates_the_reserve_retires_the_old_key_and_prepares_a_new_one(founded: Deployed) -> None:
    old, reserve = (key.kid for key in founded.ring.keys)
    founded.run("rotate")

    assert founded.active_kid == reserve
    assert founded.ring.key(old).state is KeyState.RETIRED
    assert _states(founded) == ["retired", "active", "prepared"]
    assert old in founded.served_kids()
    assert [name for name in founded.cloud.writes() if name.startswith("kms:")] == ["kms:CreateKey"]
    founded.assert_at_rest()


def test_the_reserve_of_a_new_issuer_was_in_its_first_set_and_may_sign_at_once(aws: Deployed) -> None:
    """A revocation on the first day finds a key that is in every copy there ever was."""
    aws.run()
    bad, reserve = aws.ring.keys
    aws.run("revoke", kid=bad.kid, reason="test")

    assert aws.active_kid == reserve.kid


def test_a_rotation_asked_for_too_early_happens_once_the_reserve_is_known_everywhere(aws: Deployed) -> None:
    aws.run()
    aws.run("rotate")
    old = aws.active_kid
    aws.wait(DAY - 1)
    assert aws.run("rotate")["rotation_wanted"]
    assert aws.active_kid == old

    aws.wait(1)
    assert not aws.run()["rotation_wanted"]
    assert aws.active_kid != old


def test_the_schedule_rotates_when_the_key_has_signed_its_time(founded: Deployed) -> None:
    old = founded.active_kid
    founded.now = NOW + 90 * DAY - 1
    founded.run()
    assert founded.active_kid == old

    founded.wait(1)
    founded.run()
    assert founded.active_kid != old


def test_a_retired_key_is_withdrawn_and_its_deletion_scheduled_with_the_longest_wait(founded: Deployed) -> None:
    old = founded.ring.key(founded.active_kid)
    founded.run("rotate")
    founded.wait(HOUR + 300 + 300 + 300 - 1)
    founded.run()
    assert old.kid in founded.served_kids()

    founded.wait(1)
    founded.run()
    assert old.kid not in founded.served_kids()
    assert founded.ring.key(old.kid).state is KeyState.REMOVED
    assert (founded.cloud.kms.keys[old.key_arn].state, founded.cloud.kms.keys[old.key_arn].window_days) == (
        "PendingDeletion",
        30,
    )
    founded.assert_at_rest()

    founded.wait(31 * DAY)
    del founded.cloud.kms.keys[old.key_arn]
    founded.run()
    assert all(key.kid != old.kid for key in founded.ring.keys)


def test_a_rotation_rolled_back_lets_the_former_key_sign_again(founded: Deployed) -> None:
    old = founded.active_kid
    founded.run("rotate")
    new = founded.active_kid
    founded.run("roll-back")

    assert founded.active_kid == old
    assert founded.ring.key(new).state is KeyState.RETIRED
    assert new in founded.served_kids()
    founded.assert_at_rest()


def test_a_change_of_algorithm_is_a_rotation_with_both_published(founded: Deployed) -> None:
    old = founded.active_kid
    founded.change(SIGNING_ALGORITHM="ES256")
    founded.run()
    made = founded.ring.keys[-1]

    assert (made.algorithm, made.state, founded.active_kid) == ("ES256", KeyState.PREPARED, old)
    assert {old, made.kid} <= set(founded.served_kids())
    document = json.loads(founded.cloud.s3.served(DISCOVERY) or b"")
    assert document["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]

    founded.wait(DAY)
    founded.run()
    assert founded.active_kid == made.kid
    assert old in founded.served_kids()
    founded.assert_at_rest()


def test_a_revocation_is_written_down_then_on_the_key_then_published(founded: Deployed) -> None:
    """Signing stops with the first write; what relying parties see follows; the key is let go last."""
    bad, reserve = founded.ring.keys
    founded.run("revoke", kid=bad.kid, reason="laptop stolen: see ticket <17>")
    key = founded.cloud.kms.keys[bad.key_arn]
    first = next(call for call in founded.cloud.calls if call.operation == "dynamodb:PutItem")
    written = json.loads(first.body["Item"]["document"]["S"])

    assert founded.cloud.writes()[:7] == [
        "dynamodb:PutItem",
        "kms:TagResource",
        "kms:DisableKey",
        "dynamodb:PutItem",
        "s3:PutObject",
        "s3:PutObject",
        "cloudfront:CreateInvalidation",
    ]
    assert {each["kid"]: each["state"] for each in written["keys"]} == {bad.kid: "revoked", reserve.kid: "active"}
    assert founded.active_kid == reserve.kid
    assert founded.ring.key(bad.kid).reason == "laptop stolen: see ticket <17>"
    assert key.tags["jobpass:revoked"] == "laptop stolen: see ticket _17_"
    assert key.state == "PendingDeletion"
    assert bad.kid not in founded.served_kids()
    assert founded.cloud.s3.invalidated[-2] == [f"/{JWKS}"]
    founded.assert_at_rest()


def test_a_key_revoked_twice_keeps_its_first_reason_and_changes_nothing(founded: Deployed) -> None:
    bad = founded.active_kid
    founded.run("revoke", kid=bad, reason="first")
    founded.cloud.calls.clear()
    founded.run("revoke", kid=bad, reason="second")

    assert founded.cloud.writes() == []
    assert founded.ring.key(bad).reason == "first"


def test_the_ring_is_shown_without_touching_anything(founded: Deployed) -> None:
    answer = founded.run("list")

    assert founded.cloud.operations() == ["dynamodb:GetItem"]
    assert [key["kid"] for key in answer["keys"]] == [key.kid for key in founded.ring.keys]
    assert answer["keys"][0]["since"] == {"active": "2027-01-15T08:00:00Z", "prepared": "2027-01-15T08:00:00Z"}


def test_two_runs_at_once_leave_one_ring_and_the_loser_says_so(founded: Deployed) -> None:
    def another_run() -> None:
        founded.run()

    founded.cloud.before["dynamodb:PutItem"] = another_run
    founded.wait(90 * DAY)

    with pytest.raises(RuntimeError, match="dynamodb:PutItem: ConditionalCheckFailedException"):
        founded.run()
    founded.run()
    founded.assert_at_rest()
    assert _states(founded).count("prepared") == 1


def test_a_table_restored_to_before_a_revocation_revives_nothing(founded: Deployed) -> None:
    restored = dict(founded.table)
    bad = founded.active_kid
    founded.run("revoke", kid=bad, reason="leaked")
    founded.cloud.dynamodb.tables[SETTINGS["TABLE_NAME"]] = restored
    founded.cloud.dynamodb.table_id = "table-2"
    founded.wait(60)
    founded.run()

    assert founded.ring.key(bad).state is KeyState.REVOKED
    assert founded.ring.void_before == founded.now
    assert bad not in founded.served_kids()
    founded.assert_at_rest()


def test_an_emptied_table_takes_its_ring_back_from_beside_the_documents(founded: Deployed) -> None:
    before = founded.ring
    founded.table.clear()
    founded.run()

    assert [key.kid for key in founded.ring.keys] == [key.kid for key in before.keys]
    assert founded.cloud.counted()["kms:CreateKey"] == 0
    founded.assert_at_rest()


def test_no_second_ring_arises_over_a_published_set_whose_keys_are_gone(founded: Deployed) -> None:
    founded.table.clear()
    founded.cloud.kms.keys.clear()
    del founded.cloud.s3.objects[COPY]

    with pytest.raises(RuntimeError, match="refusing to begin a second ring"):
        founded.run()
    assert founded.cloud.writes() == []


def test_a_key_made_by_a_run_that_died_is_taken_in_and_not_made_again(aws: Deployed) -> None:
    aws.cloud.fail("kms:GetPublicKey", AwsError("KMSInternalException", 500), times=None)
    with pytest.raises(RuntimeError):
        aws.run()
    aws.cloud.mend()
    for key in aws.cloud.kms.keys.values():
        key.created_at = aws.now
    aws.run()

    assert len(aws.cloud.kms.keys) == 2
    aws.assert_at_rest()


def test_every_settled_ring_is_measured(founded: Deployed) -> None:
    """How many keys are published, and for how long the active one has signed, both without further dimensions."""
    founded.metrics()
    founded.printed = ""
    founded.wait(HOUR)
    founded.run()
    (published,), (age,) = founded.metric("PublishedKeys"), founded.metric("ActiveKeyAgeSeconds")

    assert published["PublishedKeys"] == [2]
    assert age["ActiveKeyAgeSeconds"] == [founded.now - NOW]
    for record in (published, age):
        (described,) = record["_aws"]["CloudWatchMetrics"]
        assert (described["Namespace"], described["Dimensions"]) == ("Jobpass", [["service"]])
        assert record["service"] == "jobpass-keys"


def test_a_ring_without_an_active_key_has_no_age(aws: Deployed) -> None:
    aws.run()
    for kid in [key.kid for key in aws.ring.keys]:
        aws.run("revoke", kid=kid, reason="all of them")
    aws.metrics()
    aws.printed = ""
    aws.run()

    assert aws.ring.active is None
    assert aws.metric("PublishedKeys")[0]["PublishedKeys"] == [1]
    assert aws.metric("ActiveKeyAgeSeconds") == []


def test_a_look_at_the_ring_measures_nothing(founded: Deployed) -> None:
    founded.metrics()
    founded.printed = ""
    founded.run("list")

    assert founded.metrics() == []


@pytest.mark.parametrize("call", ["kms:TagResource", "kms:DisableKey"])
def test_a_revoked_key_leaves_the_set_though_kms_will_not_hear_of_it(founded: Deployed, call: str) -> None:
    """The run fails at its end, so that somebody hears of it, and the next one marks and disables the key."""
    bad, reserve = founded.ring.keys
    founded.cloud.fail(call, AwsError("AccessDeniedException", 400), times=None)
    with pytest.raises(RuntimeError, match=call):
        founded.run("revoke", kid=bad.kid, reason="leaked")

    assert founded.active_kid == reserve.kid
    assert bad.kid not in founded.served_kids()
    assert founded.cloud.kms.keys[bad.key_arn].state == "Enabled"

    founded.cloud.mend()
    founded.run()
    assert founded.cloud.kms.keys[bad.key_arn].tags["jobpass:revoked"] == "leaked"
    assert founded.cloud.kms.keys[bad.key_arn].state == "PendingDeletion"
    founded.assert_at_rest()
