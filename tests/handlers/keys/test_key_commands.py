"""What an operator may ask, and what is refused: with its remedy, and with nothing changed."""

from typing import Any

import pytest

from jobpass_issuer.handlers import keys
from tests.handlers.keys.deployed import DAY, Deployed

COMMANDS = "`command` must be one of: list, settle, rotate, revoke, roll-back"


@pytest.mark.parametrize(
    ("event", "remedy"),
    [
        ({}, COMMANDS),
        ({"command": None}, COMMANDS),
        ({"command": ""}, COMMANDS),
        ({"command": "Rotate"}, COMMANDS),
        ({"command": "rotate "}, COMMANDS),
        ({"command": ["rotate"]}, COMMANDS),
        ({"command": {"rotate": True}}, COMMANDS),
        ({"command": 1}, COMMANDS),
        ({"command": "__class__"}, COMMANDS),
        ({"command": "revoke"}, "`kid` is missing: give it as text"),
        ({"command": "revoke", "reason": "leaked"}, "`kid` is missing: give it as text"),
        ({"command": "revoke", "kid": 7, "reason": "leaked"}, "`kid` is missing: give it as text"),
        ({"command": "revoke", "kid": " ", "reason": "leaked"}, "`kid` is missing: give it as text"),
        ({"command": "revoke", "kid": "KID"}, "`reason` is missing: give it as text"),
        ({"command": "revoke", "kid": "KID", "reason": ""}, "`reason` is missing: give it as text"),
        ({"command": "revoke", "kid": "KID", "reason": ["leaked"]}, "`reason` is missing: give it as text"),
        ({"command": "revoke", "kid": "KID", "reason": "x" * 201}, "`reason` must have 200 characters at most"),
        ({"command": "revoke", "kid": "stranger", "reason": "x"}, "the ring has no key `stranger`; it has: "),
        ({"command": "roll-back"}, "there is no retired key to go back to"),
    ],
    ids=str,
)
def test_a_command_that_is_none_changes_nothing_and_says_what_to_do(
    founded: Deployed, event: dict[str, Any], remedy: str
) -> None:
    kid = founded.active_kid
    before = founded.ring
    answer = keys.handler({name: kid if value == "KID" else value for name, value in event.items()}, None)

    assert answer is not None
    assert answer["error"] == "invalid_request"
    assert answer["error_description"].startswith(remedy)
    assert founded.cloud.writes() == []
    assert founded.ring == before
    assert [line["reason"] for line in founded.log() if line["message"] == "refused"] == [answer["error_description"]]
    assert len(founded.metric("KeysRefused")) == 1


def test_an_unknown_kid_is_answered_with_those_that_there_are(founded: Deployed) -> None:
    answer = founded.run("revoke", kid="stranger", reason="x")

    assert all(key.kid in answer["error_description"] for key in founded.ring.keys)


def test_a_reason_of_the_longest_length_is_taken(founded: Deployed) -> None:
    answer = founded.run("revoke", kid=founded.active_kid, reason="x" * 200)

    assert answer["keys"][0]["reason"] == "x" * 200


def test_a_rotation_cannot_be_rolled_back_to_a_key_that_kms_refuses(founded: Deployed) -> None:
    old = founded.ring.keys[0]
    founded.run("rotate")
    founded.cloud.kms.keys[old.key_arn].state = "Disabled"
    answer = founded.run("roll-back")

    assert answer["error_description"].startswith("there is no retired key to go back to")
    assert founded.active_kid != old.kid


def test_a_rotation_is_rolled_back_to_the_last_of_several_retired_keys(founded: Deployed) -> None:
    founded.run("rotate")
    second = founded.active_kid
    founded.change(PUBLISH_AHEAD_SECONDS="300")
    founded.wait(600)
    founded.run("rotate")
    founded.run("roll-back")

    assert founded.active_kid == second


def test_a_reserve_can_be_revoked_and_is_replaced(founded: Deployed) -> None:
    signing, reserve = founded.ring.keys
    founded.run("revoke", kid=reserve.kid, reason="drill")

    assert founded.active_kid == signing.kid
    assert reserve.kid not in founded.served_kids()
    founded.assert_at_rest()


def test_two_revocations_in_a_row_sign_with_no_key_until_one_is_known_everywhere(aws: Deployed) -> None:
    aws.run()
    for key in aws.ring.keys:
        aws.run("revoke", kid=key.kid, reason="both leaked")
    assert aws.ring.active is None

    aws.wait(DAY - 1)
    assert aws.run()["active"] is None
    aws.wait(1)
    assert aws.run()["active"] is not None
    aws.assert_at_rest()


def test_every_step_is_logged_and_counted_by_its_name(aws: Deployed) -> None:
    aws.run()
    steps = [line["step"] for line in aws.log() if line["message"] == "key step"]

    assert steps == ["Prepare", "Prepare", "Publish", "Activate"]
    assert [record["Reason"] for record in aws.metric("KeyStep")] == steps


@pytest.mark.usefixtures("founded")
def test_an_event_that_is_no_object_is_no_command() -> None:
    answer = keys.handler([], None)  # type: ignore[arg-type]

    assert answer == {"error": "invalid_request", "error_description": COMMANDS}
