"""The attacks on verifiers of JWTs against the embedded STS: whoever tampers with a token gets no session there either.

What relying parties refuse beyond that, STS takes in part, by rules that are known of it.
"""

from typing import Any

import pytest

from local.seam.judgement import Provider, WebIdentity, judge
from local.seam.refusal import RefusedError
from tests.verification.attacks import CASES, IDS
from tests.verification.taken_by_sts import TAKEN
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, claims, keys, signed

PROVIDER = Provider("arn:aws:iam::000000000000:oidc-provider/issuer", frozenset({AUDIENCE}))
ROLE = "arn:aws:iam::000000000000:role/attacked"
# The call has its bounds for a token's length, which test_assume_role.py shows.
SHORTEST, LONGEST = 4, 20_000
REFUSALS = {"InvalidIdentityToken", "ExpiredTokenException"}


def judged(token: str, jwk_set: object) -> WebIdentity | str:
    """What the embedded STS makes of a token: an identity, or the code of a refusal."""
    if not SHORTEST <= len(token) <= LONGEST:
        return "ValidationError"
    found = {ISSUER: PROVIDER}.get
    try:
        return judge(token, role_arn=ROLE, find_provider=found, fetch_jwk_set=lambda _: jwk_set, now=NOW)
    except RefusedError as refused:
        return refused.code


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_token_is_taken(algorithm: str) -> None:
    identity = judged(signed(algorithm), {"keys": list(keys(algorithm))})

    assert isinstance(identity, WebIdentity)
    assert (identity.subject, identity.claims) == ("org:acme:repo:web", claims())


@pytest.mark.parametrize(("algorithm", "name", "attack"), CASES, ids=IDS)
def test_a_forged_one_is_refused(algorithm: str, name: str, attack: Any) -> None:
    token, issuer_keys, _ = attack(algorithm)

    found = judged(token, {"keys": list(issuer_keys)})

    if name in TAKEN:
        assert isinstance(found, WebIdentity)
    else:
        assert found in REFUSALS or (found == "ValidationError" and len(token) not in range(SHORTEST, LONGEST + 1))


def test_nothing_is_taken_that_the_issuers_key_has_not_signed() -> None:
    codes = {name: attack(algorithm)[2] for algorithm, name, attack in CASES}

    assert {name for name in TAKEN if codes[name] in {"signature", "unknown_key", "algorithm"}} == {
        "a key that says another alg"  # which is the signer's all the same
    }
