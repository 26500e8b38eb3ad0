"""The function's own verification, in pure Python: what is refused elsewhere is refused here, for the same reason."""

from typing import Any

import pytest

from jobpass_issuer.domain import relying_party, signed_token
from jobpass_issuer.domain.relying_party import VerifiedToken
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError
from jobpass_issuer.handlers.published_key import read_key
from tests.local.seam import signing
from tests.verification.attacks import CASES, IDS
from tests.verification.test_attacks import ALGORITHMS
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, claims, encoded, keys, signed


def verified(token: str, issuer_keys: list[Any]) -> VerifiedToken:
    """What the function takes of a token."""
    read = signed_token.read(token)
    return relying_party.verify(read, issuer_keys, read_key, issuer=ISSUER, audience=AUDIENCE, now=NOW)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_good_token_is_taken(algorithm: str) -> None:
    assert verified(signed(algorithm), keys(algorithm)).claims == claims()


@pytest.mark.parametrize(("algorithm", "attack"), [(each[0], each[2]) for each in CASES], ids=IDS)
def test_a_bad_one_is_refused(algorithm: str, attack: Any) -> None:
    token, issuer_keys, code = attack(algorithm)
    with pytest.raises(UntrustedTokenError) as caught:
        verified(token, list(issuer_keys))

    assert caught.value.code == code
    # The log has the code; what is in a token that anybody may have made stays out of it.
    assert str(caught.value) == code


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("other", ALGORITHMS)
def test_a_key_verifies_by_its_own_algorithm_alone(algorithm: str, other: str) -> None:
    key = read_key(signing.jwk(algorithm))
    assert key is not None
    assert key.verifies(other, b"data", signing.sign(algorithm, b"data")) == (algorithm == other)


@pytest.mark.parametrize(
    ("algorithm", "changes"),
    [
        ("RS256", {"e": encoded(b"\2")}),
        ("RS256", {"e": encoded(b"\0")}),
        ("RS256", {"e": None}),
        ("RS256", {"n": "AQ=="}),
        ("ES256", {"x": encoded(b"\1")}),
        ("ES256", {"y": encoded(bytes(33))}),
        ("ES256", {"y": 7}),
        ("ES256", {"crv": ["P-256"]}),
        ("ES256", {"kty": "OKP"}),
    ],
    ids=str,
)
def test_what_holds_no_key_is_none(algorithm: str, changes: dict[str, Any]) -> None:
    assert read_key(signing.jwk(algorithm)) is not None
    assert read_key({**signing.jwk(algorithm), **changes}) is None
