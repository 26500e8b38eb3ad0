"""Sessions that end early because a control says so, and what AWS's services say of one that has ended."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import numbers, token
from tests.local.seam.federation import Federation


@pytest.fixture
def role(federation: Federation) -> str:
    """A role that anybody with a token may have, and that may do nothing."""
    return federation.role(f"session-{next(numbers)}", federation.policy())


def drawn(federation: Federation, role: str) -> Mapping[str, Any]:
    """Credentials of the role."""
    credentials: Mapping[str, Any] = federation.assume(role, token(federation.url), signing.six_keys()).answer[
        "Credentials"
    ]
    return credentials


def refusal(call: Any, **parameters: Any) -> tuple[str, int, str]:
    """The code, status and text with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    told = refused.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Message"]


def wait_until_ended(credentials: Mapping[str, Any]) -> None:
    """Wait for the end that they tell, and the rest of that second, which is not told."""
    while time.time() < credentials["Expiration"].timestamp() + 1:
        time.sleep(0.05)


def test_a_session_lasts_as_long_as_the_control_says(federation: Federation, role: str, sts_settings: Emulator) -> None:
    assert drawn(federation, role)["Expiration"].timestamp() == pytest.approx(time.time() + 3600, abs=10)
    assert sts_settings.control("sts/session", {"seconds": 60}) == (200, {"seconds": 60})
    assert drawn(federation, role)["Expiration"].timestamp() == pytest.approx(time.time() + 60, abs=10)
    assert sts_settings.control("sts/session", {"seconds": -1})[0] == 400


def test_what_is_signed_with_an_ended_session_is_told_so(
    federation: Federation, role: str, sts_settings: Emulator
) -> None:
    sts_settings.control("sts/session", {"seconds": 1})
    ended = drawn(federation, role)
    wait_until_ended(ended)
    # Whatever else happens meanwhile: each new session makes ministack look for old ones to forget.
    sts_settings.control("sts/session", {"seconds": 0})
    going_on = drawn(federation, role)

    sts, s3, dynamodb = (sts_settings.session_client(each, ended) for each in ("sts", "s3", "dynamodb"))
    included = "The security token included in the request is expired"
    assert refusal(sts.get_caller_identity) == ("ExpiredToken", 403, included)
    assert refusal(s3.list_buckets) == ("ExpiredToken", 400, "The provided token has expired.")
    assert refusal(dynamodb.list_tables) == ("ExpiredTokenException", 400, included)
    assert sts_settings.session_client("sts", going_on).get_caller_identity()["Arn"].endswith("/decision")
