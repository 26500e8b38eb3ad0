"""The key policy's invariants: one role signs, the account administers, and nobody is locked out or let in beside."""

from typing import Any

import pytest

from jobpass_issuer.domain.algorithm import ALGORITHMS, Algorithm
from jobpass_issuer.domain.key_policy import KeyPolicy

TOKEN_ROLE = "arn:aws:iam::000000000000:role/some/path/token-function"
KEYS_ROLE = "arn:aws:iam::000000000000:role/keys-function"
ROOT = "arn:aws:iam::000000000000:root"
POLICY = KeyPolicy("aws", "000000000000", TOKEN_ROLE, KEYS_ROLE)


def _statements(effect: str, algorithm: Algorithm = ALGORITHMS["RS256"]) -> list[dict[str, Any]]:
    document = POLICY.document(algorithm)
    assert document["Version"] == "2012-10-17"
    assert {each["Effect"] for each in document["Statement"]} == {"Allow", "Deny"}
    return [each for each in document["Statement"] if each["Effect"] == effect]


def _allowed() -> dict[str, set[str]]:
    allowed: dict[str, set[str]] = {}
    for statement in _statements("Allow"):
        allowed.setdefault(statement["Principal"]["AWS"], set()).update(statement["Action"])
    return allowed


def test_exactly_the_account_and_two_functions_are_let_in() -> None:
    assert set(_allowed()) == {ROOT, TOKEN_ROLE, KEYS_ROLE}


def test_only_the_token_function_may_sign_and_it_may_nothing_else() -> None:
    signers = {who for who, actions in _allowed().items() if "kms:Sign" in actions}

    assert signers == {TOKEN_ROLE}
    assert _allowed()[TOKEN_ROLE] == {"kms:Sign"}


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=lambda algorithm: str(algorithm.name))
def test_it_signs_digests_with_the_keys_own_algorithm_alone(algorithm: Algorithm) -> None:
    (signing,) = [each for each in _statements("Allow", algorithm) if "kms:Sign" in each["Action"]]

    assert signing["Condition"] == {
        "StringEquals": {"kms:SigningAlgorithm": algorithm.signing_algorithm, "kms:MessageType": "DIGEST"}
    }


def test_everybody_else_is_denied_to_sign_in_both_forms_of_the_arn() -> None:
    (denial,) = [each for each in _statements("Deny") if "kms:Sign" in each["Action"]]

    assert denial["Principal"] == {"AWS": "*"}
    assert denial["Condition"] == {
        "ArnNotLike": {
            "aws:PrincipalArn": [TOKEN_ROLE, "arn:aws:sts::000000000000:assumed-role/token-function/*"],
        }
    }


def test_nobody_may_delegate() -> None:
    (denial,) = [each for each in _statements("Deny") if "kms:CreateGrant" in each["Action"]]

    assert denial["Principal"] == {"AWS": "*"}
    assert "Condition" not in denial
    assert not any("kms:CreateGrant" in actions for actions in _allowed().values())


def test_the_account_can_take_the_policy_back() -> None:
    for action in ("kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion"):
        assert action in _allowed()[ROOT]
        assert not any(action in each["Action"] for each in _statements("Deny"))


def test_no_action_is_a_wildcard_or_of_another_service() -> None:
    actions = {action for effect in ("Allow", "Deny") for each in _statements(effect) for action in each["Action"]}

    assert all(action.startswith("kms:") and "*" not in action for action in actions)
    assert not actions & {"kms:Decrypt", "kms:ReplicateKey", "kms:DeriveSharedSecret", "kms:ImportKeyMaterial"}


def test_no_wildcard_principal_is_let_in() -> None:
    assert not any("*" in who for who in _allowed())


def test_another_partition_names_its_own_arns() -> None:
    document = KeyPolicy("aws-cn", "111122223333", "arn:aws-cn:iam::111122223333:role/t", "k").document(
        ALGORITHMS["ES256"]
    )

    assert document["Statement"][0]["Principal"]["AWS"] == "arn:aws-cn:iam::111122223333:root"
    (denial,) = [each for each in document["Statement"] if each["Sid"] == "NobodyElseSigns"]
    assert denial["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws-cn:iam::111122223333:role/t",
        "arn:aws-cn:sts::111122223333:assumed-role/t/*",
    ]
