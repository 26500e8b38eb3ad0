"""The attacks on verifiers of JWTs against explain, which says of each what the embedded STS says."""

from typing import Any

import pytest

from jobpass.explain import Account, Provider, Role, Verdict, explain
from tests.local.seam.test_jose_attacks import judged
from tests.verification.attacks import CASES, IDS
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, keys, signed

PROVIDER = Provider(f"arn:aws:iam::111122223333:oidc-provider/{ISSUER.removeprefix('https://')}", (AUDIENCE,))
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER.arn},
    "Action": "sts:AssumeRoleWithWebIdentity",
}
ROLE = Role("arn:aws:iam::111122223333:role/attacked", {"Version": "2012-10-17", "Statement": [STATEMENT]})


def explained(token: str, jwk_set: object) -> Verdict:
    """What explain says of a token for a role that takes every job."""
    return explain(token, Account.of(ROLE, [PROVIDER]), now=NOW, jwk_set=jwk_set)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_token_is_allowed(algorithm: str) -> None:
    assert explained(signed(algorithm), {"keys": list(keys(algorithm))}).allowed


@pytest.mark.parametrize(("algorithm", "attack"), [(each[0], each[2]) for each in CASES], ids=IDS)
def test_a_bad_one_is_told_as_sts_answers(algorithm: str, attack: Any) -> None:
    token, issuer_keys, _ = attack(algorithm)
    jwk_set = {"keys": list(issuer_keys)}
    answer = judged(token, jwk_set)

    refusal = explained(token, jwk_set).refusal

    assert (refusal.code if refusal else None) == (answer if isinstance(answer, str) else None)
    if refusal is not None:
        told = refusal.message + refusal.cause + refusal.remedy
        assert refusal.remedy
        assert all(part not in told for part in token.split(".") if len(part) > 8)
        assert told.replace("\n", "").isprintable()
