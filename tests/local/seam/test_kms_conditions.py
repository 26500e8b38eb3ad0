"""KMS's condition keys reach the policies of the embedded AWS as the requests' members say."""

import json

import pytest

from local.seam.kms_conditions import condition_values


@pytest.mark.parametrize(
    ("action", "request_members", "expected"),
    [
        (
            "kms:Sign",
            {"KeyId": "k", "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"},
            {"kms:MessageType": "DIGEST", "kms:SigningAlgorithm": "ECDSA_SHA_256"},
        ),
        ("kms:Sign", {"SigningAlgorithm": "X"}, {"kms:MessageType": "RAW", "kms:SigningAlgorithm": "X"}),
        ("kms:CreateKey", {"KeySpec": "RSA_2048"}, {"kms:KeySpec": "RSA_2048"}),
        (
            "kms:ScheduleKeyDeletion",
            {"PendingWindowInDays": 30},
            {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"},
        ),
        ("kms:GetPublicKey", {"KeyId": "k", "MessageType": "RAW"}, {}),
    ],
)
def test_each_key_is_the_member_that_aws_documents(
    action: str, request_members: dict[str, object], expected: dict[str, str]
) -> None:
    """Absent members leave their key out, except where KMS has a default."""
    assert condition_values(action, json.dumps(request_members).encode()) == expected


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_request_names_nothing(body: bytes) -> None:
    """The evaluator then finds the keys absent, and a policy that asks for them does not grant."""
    assert condition_values("kms:Sign", body) == {}
