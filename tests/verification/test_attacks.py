"""What has been tried on verifiers of JWTs is refused, each for its own reason; what is good is taken."""

from typing import Any

import pytest

from jobpass.errors import RefusedError
from jobpass.verification import VerifiedToken, read, verify
from tests.verification.attacks import CASES, IDS
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, claims, header, keys, signed

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]


def verified(token: str, issuer_keys: list[Any], now: int = NOW, leeway_seconds: int = 0) -> VerifiedToken:
    """What a relying party takes of a token."""
    return verify(read(token), issuer_keys, issuer=ISSUER, audience=AUDIENCE, now=now, leeway_seconds=leeway_seconds)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_good_token_is_taken(algorithm: str) -> None:
    found = verified(signed(algorithm), keys(algorithm))

    assert found.claims == claims()
    assert (found.algorithm, found.kid, found.issuer) == (algorithm, algorithm, ISSUER)
    assert (found.subject, found.audience) == ("org:acme:repo:web", AUDIENCE)
    assert (found.issued_at, found.expires_at) == (NOW - 10, NOW + 290)


@pytest.mark.parametrize(("algorithm", "attack"), [(each[0], each[2]) for each in CASES], ids=IDS)
def test_a_bad_one_is_refused(algorithm: str, attack: Any) -> None:
    token, issuer_keys, code = attack(algorithm)
    with pytest.raises(RefusedError) as caught:
        verified(token, list(issuer_keys))

    assert caught.value.code == code
    told = caught.value.message + caught.value.remedy
    assert caught.value.remedy
    assert all(part not in told for part in token.split(".") if len(part) > 8)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize(
    "changes", [{"typ": "jwt"}, {"x5t": "abc"}, {"x5t#S256": "abc"}], ids=["small typ", "x5t", "x5t#S256"]
)
def test_a_header_may_have_what_brings_no_key(algorithm: str, changes: dict[str, str]) -> None:
    assert verified(signed(algorithm, header(algorithm, **changes)), keys(algorithm)).kid == algorithm


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_key_need_not_say_what_it_is_for(algorithm: str) -> None:
    (jwk,) = (each for each in keys(algorithm) if each["kid"] == algorithm)
    bare = {name: value for name, value in jwk.items() if name not in ("alg", "use")}

    assert verified(signed(algorithm), [bare]).kid == algorithm
    assert verified(signed(algorithm), [{**bare, "key_ops": ["verify"]}]).kid == algorithm


def test_the_token_is_in_no_repr() -> None:
    token = signed("ES256")
    shown = repr(read(token))

    assert all(part not in shown for part in token.split("."))
    assert "org:acme" not in shown


class TestTimes:
    """Exactly to the second, and by no leeway but the one that is asked for."""

    @pytest.mark.parametrize(
        ("changes", "leeway", "code"),
        [
            ({"exp": NOW + 1}, 0, None),
            ({"exp": NOW}, 0, "expired"),
            ({"exp": NOW}, 1, None),
            ({"exp": NOW - 60}, 60, "expired"),
            ({"exp": NOW - 59}, 60, None),
            ({"nbf": NOW}, 0, None),
            ({"nbf": NOW + 60}, 60, None),
            ({"nbf": NOW + 61}, 60, "not_yet_valid"),
            ({"iat": NOW}, 0, None),
            ({"iat": NOW + 60}, 60, None),
            ({"iat": NOW + 61}, 60, "not_yet_valid"),
        ],
        ids=str,
    )
    def test_each_bound(self, changes: dict[str, int], leeway: int, code: str | None) -> None:
        token = signed("ES256", None, claims(**changes))
        if code is None:
            assert verified(token, keys("ES256"), leeway_seconds=leeway).claims == claims(**changes)
            return
        with pytest.raises(RefusedError) as caught:
            verified(token, keys("ES256"), leeway_seconds=leeway)
        assert caught.value.code == code

    def test_a_token_without_nbf_is_one(self) -> None:
        good = {name: value for name, value in claims().items() if name != "nbf"}

        assert verified(signed("ES256", None, good), keys("ES256")).claims == good
