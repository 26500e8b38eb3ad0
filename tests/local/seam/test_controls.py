"""The controls of the local STS: its clock, and how long it keeps a JWK Set."""

import base64
import time

import pytest

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import numbers, token
from tests.local.seam.federation import Federation


def test_the_clock_moves_the_judgement_of_tokens_alone(federation: Federation, sts_settings: Emulator) -> None:
    role = federation.role(f"clock-{next(numbers)}", federation.policy())
    text = token(federation.url)

    assert sts_settings.control("sts/clock", {"offset_seconds": 590}) == (200, {"offset_seconds": 590})
    granted = federation.assume(role, text, signing.six_keys())
    assert granted.answer["Credentials"]["Expiration"].timestamp() == pytest.approx(time.time() + 3600, abs=10)
    sts_settings.control("sts/clock", {"offset_seconds": 610})
    assert federation.assume(role, text).code == "ExpiredTokenException"
    assert sts_settings.control("sts/clock") == (200, {"offset_seconds": 610})
    sts_settings.control("sts/clock", {"offset_seconds": -310})
    assert (federation.assume(role, text).message or "").startswith("Token issued in the future")


def test_a_jwk_set_is_kept_for_as_long_as_it_is_told(federation: Federation, sts_settings: Emulator) -> None:
    role = federation.role(f"cache-{next(numbers)}", federation.policy())
    text = token(federation.url, exp=int(time.time()) + 3600)
    other_keys = {"keys": [signing.jwk("ES256", which="stranger")]}

    assert federation.assume(role, text, signing.six_keys()).allowed
    assert not federation.assume(role, text, other_keys).allowed, "by default nothing is kept"
    assert federation.assume(role, text, signing.six_keys()).allowed

    assert sts_settings.control("sts/jwks-cache", {"seconds": 60}) == (200, {"seconds": 60})
    assert federation.assume(role, text, other_keys).allowed, "the set kept a moment ago still counts"
    sts_settings.control("sts/clock", {"offset_seconds": 61})
    assert not federation.assume(role, text).allowed, "the kept set is too old, and the new one is kept"
    sts_settings.control("sts/clock", {"offset_seconds": 0})
    assert federation.assume(role, text, signing.six_keys()).allowed, "a set from after now is fetched anew"
    sts_settings.control("sts/jwks-cache", {"seconds": 0})
    assert sts_settings.control("sts/jwks-cache") == (200, {"seconds": 0})
    assert federation.assume(role, text, signing.six_keys()).allowed


@pytest.mark.parametrize(
    "document",
    [{}, [], 7, {"offset_seconds": "400"}, {"offset_seconds": True}, {"offset_seconds": 1.5}, {"offset_seconds": None},
     {"offset_seconds": 10**12}, {"offset_seconds": 400, "more": 1}, {"seconds": 400}],
    ids=repr,
)  # fmt: skip
def test_a_control_takes_one_whole_number_and_nothing_else(document: object, sts_settings: Emulator) -> None:
    assert sts_settings.control("sts/clock", document)[0] == 400
    assert sts_settings.control("sts/clock") == (200, {"offset_seconds": 0})


def test_controls_that_are_not_there_are_not_found(sts_settings: Emulator) -> None:
    assert sts_settings.control("sts/jwks-cache", {"seconds": -1})[0] == 400
    assert sts_settings.control("sts/weather")[0] == 404
    assert sts_settings.control("sts/clock", {"offset_seconds": 1}, method="PUT")[0] == 405
    assert sts_settings.request("/_jobpass/sts/clock", base64.b64decode("/w=="))[0] == 400
