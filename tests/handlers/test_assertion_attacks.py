"""The attacks on verifiers of JWTs against client assertions, beside those of `assertion_attacks` that are peculiar.

The keys are the configuration's here, and no request can bring others: attacks by a set of keys are none.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.client_assertion import Proof
from jobpass_issuer.domain.errors import InvalidClientError
from jobpass_issuer.handlers.client_assertion import prove
from tests.handlers.platform_keys import BUILDHOST
from tests.local.seam import signing
from tests.verification.attacks import CASES
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, good_claims, keys, signed

PLATFORM = replace(BUILDHOST, name=ISSUER, public_keys=(signing.jwk("RS256"), signing.jwk("ES256")))
BY_TOKEN = [case for case in CASES if case[2](case[0])[1] == keys(case[0])]
TAKEN = {"a blank before it": "`Bearer` and an assertion may have more than one blank between them"}


@pytest.fixture(autouse=True)
def _assertions() -> Iterator[None]:
    """What is good of an assertion: it speaks of its issuer, and has a name of some length."""
    with good_claims(sub=ISSUER, jti="5f0c" * 8):
        yield


def proven(text: str) -> Proof:
    """What the function takes of an assertion."""
    event = {"headers": {"authorization": f"Bearer {text}"}}
    return prove(event, {ISSUER: PLATFORM}, AUDIENCE, NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_one_proves_its_platform(algorithm: str) -> None:
    assert proven(signed(algorithm)).platform is PLATFORM


@pytest.mark.parametrize(
    ("algorithm", "name", "attack"), BY_TOKEN, ids=[f"{algorithm} {name}" for algorithm, name, _ in BY_TOKEN]
)
def test_a_bad_one_proves_nothing(algorithm: str, name: str, attack: Any) -> None:
    text = attack(algorithm)[0]
    if name in TAKEN:
        assert proven(text).platform is PLATFORM
        return

    with pytest.raises(InvalidClientError) as refused:
        proven(text)
    assert all(part not in str(refused.value) for part in text.split(".") if len(part) > 8)
