"""The attacks on verifiers of JWTs against the embedded STS: whoever tampers with a token gets no session there either.

What relying parties refuse beyond the signature, an unknown parameter or a claim's form, STS is known to take or refuse
by rules of its own, which `test_judgement.py` has from the observations.
"""

from typing import Any

import pytest

from local.seam.judgement import Provider, judge
from local.seam.refusal import RefusedError
from tests.verification.attacks import ATTACKS, ECDSA_ATTACKS, RSA_ATTACKS
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, keys, signed

PROVIDER = Provider("arn:aws:iam::000000000000:oidc-provider/issuer", frozenset({AUDIENCE}))
ROLE = "arn:aws:iam::000000000000:role/attacked"
FORGED = {"algorithm", "signature"}
# Made by the issuer's key all the same: nobody has observed whether STS reads the `alg` of a JWK.
NO_FORGERY = {"a key that says another alg"}
CASES = [
    (algorithm, name, attack)
    for algorithm, attacks in (
        ("RS256", {**ATTACKS, **RSA_ATTACKS}),
        ("ES256", {**ATTACKS, **ECDSA_ATTACKS}),
    )
    for name, attack in attacks.items()
    if attack(algorithm)[2] in FORGED and name not in NO_FORGERY
]


def judged(token: str, jwk_set: object) -> Any:
    """What the embedded STS makes of a token."""
    found = {ISSUER: PROVIDER}.get
    return judge(token, role_arn=ROLE, find_provider=found, fetch_jwk_set=lambda _: jwk_set, now=NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_token_is_taken(algorithm: str) -> None:
    assert judged(signed(algorithm), {"keys": list(keys(algorithm))}).subject == "org:acme:repo:web"


@pytest.mark.parametrize(
    ("algorithm", "attack"), [(each[0], each[2]) for each in CASES], ids=[f"{each[0]} {each[1]}" for each in CASES]
)
def test_a_forged_one_is_refused(algorithm: str, attack: Any) -> None:
    token, issuer_keys, _ = attack(algorithm)

    with pytest.raises(RefusedError) as refused:
        judged(token, {"keys": list(issuer_keys)})
    assert refused.value.code in {
        "InvalidIdentityToken",
        "ValidationError",
        "IDPRejectedClaim",
        "ExpiredTokenException",
    }
