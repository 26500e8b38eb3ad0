"""Calls that fail on order: what the client is told, what was done all the same, and what is no order."""

import base64
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator

MESSAGE = base64.b64encode(b"message")


@pytest.fixture
def emulator_with_faults(emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, all orders taken back afterwards."""
    yield emulator
    for operation in ("kms:Sign", "dynamodb:ListTables"):
        emulator.control("faults", {"operation": operation, "fault": "failed", "times": 0})


@pytest.fixture
def key(emulator: Emulator) -> str:
    made = emulator.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


def _sign(emulator: Emulator, key: str) -> str | None:
    """The code of KMS's refusal, None where it signs."""
    try:
        emulator.client("kms").sign(KeyId=key, Message=MESSAGE, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def _signs(emulator: Emulator, key: str) -> list[Any]:
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": key}]
    found = emulator.client("cloudtrail").lookup_events(LookupAttributes=attributes)["Events"]
    return [event for event in found if event["EventName"] == "Sign"]


@pytest.mark.parametrize(("fault", "code"), [("throttled", "ThrottlingException"), ("failed", "KMSInternalException")])
def test_the_calls_that_were_ordered_fail_and_no_others(
    emulator_with_faults: Emulator, key: str, fault: str, code: str
) -> None:
    order = {"operation": "kms:Sign", "fault": fault, "skip": 1, "times": 2}
    told = {"faults": {"kms:Sign": {"fault": fault, "skip": 1, "times": 2}}}

    assert emulator_with_faults.control("faults", order) == (200, told)
    assert [_sign(emulator_with_faults, key) for _ in range(4)] == [None, code, code, None]
    assert emulator_with_faults.control("faults") == (200, {"faults": {}})


def test_another_service_has_its_own_words(emulator_with_faults: Emulator) -> None:
    emulator_with_faults.control("faults", {"operation": "dynamodb:ListTables", "fault": "throttled"})

    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        emulator_with_faults.client("dynamodb").list_tables()
    assert "TableNames" in emulator_with_faults.client("dynamodb").list_tables()


@pytest.mark.parametrize(("fault", "code", "done"), [("lost", None, 1), ("hanging", "KMSInternalException", 0)])
def test_a_lost_answer_is_of_a_call_that_was_carried_out(
    emulator_with_faults: Emulator, key: str, fault: str, code: str | None, done: int
) -> None:
    """Seen by a client that waits for longer than those of the functions do."""
    emulator_with_faults.control("faults", {"operation": "kms:Sign", "fault": fault})
    began = time.monotonic()

    assert _sign(emulator_with_faults, key) == code

    assert time.monotonic() - began > 2
    assert len(_signs(emulator_with_faults, key)) == done


def test_a_share_of_the_calls_fails_and_what_befell_is_counted(emulator_with_faults: Emulator, key: str) -> None:
    order = {"operation": "kms:Sign", "faults": ["throttled", "failed"], "share": 0.5, "seed": 3}
    assert emulator_with_faults.control("faults", order)[0] == 200

    codes = Counter(_sign(emulator_with_faults, key) for _ in range(40))

    assert set(codes) == {None, "ThrottlingException", "KMSInternalException"}
    befallen = emulator_with_faults.control("faults")[1]["faults"]["kms:Sign"].pop("befallen")
    # The client of these tests tries once more by itself.
    assert befallen["throttled"] >= codes["ThrottlingException"]
    assert befallen["failed"] >= codes["KMSInternalException"]
    assert len(_signs(emulator_with_faults, key)) == codes[None]
    assert emulator_with_faults.control("faults", {**order, "share": 0}) == (200, {"faults": {}})
    assert {_sign(emulator_with_faults, key) for _ in range(5)} == {None}


@pytest.mark.parametrize(
    "order",
    [[], {}, {"operation": "kms:Sign"}, {"operation": "kms:Sign", "fault": "lost", "more": 1},
     {"operation": "s3:GetObject", "fault": "lost"}, {"operation": 7, "fault": "lost"},
     {"operation": "kms:Sign", "fault": "weird"}, {"operation": "kms:Sign", "fault": ["lost"]},
     {"operation": "kms:Sign", "fault": "lost", "times": -1}, {"operation": "kms:Sign", "fault": "lost", "skip": True},
     {"operation": "kms:Sign", "faults": [], "share": 0.1}, {"operation": "kms:Sign", "faults": ["lost"], "share": 1.1},
     {"operation": "kms:Sign", "faults": ["weird"], "share": 0.1}, {"operation": "kms:Sign", "faults": 7, "share": 1},
     {"operation": "kms:Sign", "fault": "lost", "share": 1}, {"operation": "kms:Sign", "faults": ["lost"], "share": ""},
     {"operation": "kms:Sign", "faults": ["lost"], "share": 0.1, "seed": "x"}],
    ids=repr,
)  # fmt: skip
def test_what_is_no_order_changes_nothing(emulator_with_faults: Emulator, order: object) -> None:
    assert emulator_with_faults.control("faults", order)[0] == 400
    assert emulator_with_faults.control("faults") == (200, {"faults": {}})


def test_orders_are_sent_or_shown_and_nothing_else(emulator: Emulator) -> None:
    assert emulator.control("faults", method="DELETE")[0] == 405
