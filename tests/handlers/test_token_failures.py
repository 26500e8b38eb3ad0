"""GET /v1/token when AWS fails: the job shall try again, and nobody learns a secret from it."""

from collections.abc import Callable

import pytest

from jobpass_issuer.aws import json_service
from jobpass_issuer.aws.patience import LIMITS
from tests.aws.wire import Aws, Trouble
from tests.handlers.conftest import forget
from tests.handlers.issuing import ask, establish, register

Printed = Callable[[], str]


def test_a_read_that_brought_only_a_part_is_tried_again_not_taken_for_an_unknown_job(
    aws: Aws, printed: Printed
) -> None:
    establish(aws)
    register(aws)
    aws.dynamodb.unprocessed = True

    assert ask()["statusCode"] == 503
    assert '"reason":"UnprocessedKeys"' in printed()


@pytest.mark.parametrize(
    ("state", "code"),
    [("Disabled", "DisabledException"), ("PendingDeletion", "KMSInvalidStateException")],
)
def test_a_key_that_signs_no_more_is_named_in_the_log(aws: Aws, printed: Printed, state: str, code: str) -> None:
    ring = establish(aws)
    register(aws)
    assert ring.active is not None
    aws.kms.keys[ring.active.key_arn].state = state

    assert ask()["statusCode"] == 503
    assert f'"reason":"{code}"' in printed()


def test_an_ecdsa_signature_that_is_no_der_reaches_nobody(aws: Aws, printed: Printed) -> None:
    establish(aws, "ES256")
    register(aws)
    aws.kms.signature = bytes(64)

    assert ask()["statusCode"] == 503
    assert '"reason":"MalformedSignature"' in printed()


def test_a_throttled_call_is_made_again_before_anybody_notices(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_service, "LIMITS", LIMITS)
    forget()
    establish(aws)
    register(aws)
    aws.fail("kms:Sign", Trouble.THROTTLED)
    aws.fail("dynamodb:BatchGetItem", Trouble.FAULT)

    assert ask()["statusCode"] == 200
    assert aws.operations() == ["dynamodb:BatchGetItem"] * 2 + ["kms:Sign"] * 2


@pytest.mark.parametrize(("seconds", "tries"), [(0.0, 1), (60.0, 3)])
def test_a_call_is_tried_no_more_than_there_is_patience_for(
    aws: Aws, printed: Printed, monkeypatch: pytest.MonkeyPatch, seconds: float, tries: int
) -> None:
    monkeypatch.setattr(json_service, "LIMITS", LIMITS)
    monkeypatch.setattr("jobpass_issuer.handlers.token.PATIENCE_SECONDS", {"GET /v1/token": seconds})
    forget()
    establish(aws)
    register(aws)
    aws.fail("dynamodb:BatchGetItem", Trouble.THROTTLED, None)

    assert ask()["statusCode"] == 503
    assert aws.counted()["dynamodb:BatchGetItem"] == tries
    assert '"reason":"ProvisionedThroughputExceededException"' in printed()
