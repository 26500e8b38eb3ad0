"""Explain and the embedded AWS, which share no code, decide alike on the table and on chance."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobpass.explain import Account, Preview, Provider, Request, Role, Verdict, explain
from tests.explain.policies import claims as claim_sets
from tests.explain.policies import policies
from tests.explain.policy_cases import CLAIMS, ROWS, SESSION_NAME, SOURCE_IP, read
from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.federation import CLIENT_IDS, Federation, Outcome
from tests.local.seam.https_issuer import HttpsIssuer

HEADER = {"alg": "RS256", "kid": "RS256", "typ": "JWT"}
ROLE = "explained"


@pytest.fixture(scope="module")
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    federation = Federation(emulator, issuer, "https://explained.issuer.test")
    federation.trust()
    return federation


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_row(row: dict[str, Any], federation: Federation) -> None:
    names = {
        "issuer": federation.url.removeprefix("https://"),
        "provider": federation.provider,
        "role": federation.role_arn(ROLE),
        "account": federation.account,
    }
    document, claims = read(row, names)

    verdict, outcome = _both(document, claims, federation)

    assert verdict.allowed is row["allowed"], verdict.refusal
    if "emulator_differs" in row:  # A row whose mark is no longer true fails here.
        assert outcome.allowed is not row["allowed"], "the embedded AWS decides as AWS does now: take the mark away"
        return
    assert outcome.allowed is row["allowed"], (outcome.code, outcome.message)
    if verdict.refusal is not None:
        assert (outcome.code, outcome.message) == (verdict.refusal.code, verdict.refusal.message)


def _both(document: dict[str, Any], claims: dict[str, Any], federation: Federation) -> tuple[Verdict, Outcome]:
    """What both say of one policy and one claim set; the embedded AWS gets a signed token of it."""
    now = int(time.time())
    claims = {"iss": federation.url, "iat": now, "exp": now + 300, **claims}
    role = federation.role(ROLE, document)
    outcome = federation.assume(role, signing.token(HEADER, claims), signing.six_keys(), RoleSessionName=SESSION_NAME)
    verdict = explain(
        Preview(claims),
        Account.of(Role(role, document, 7200), [Provider(federation.provider, tuple(CLIENT_IDS))]),
        now=now,
        request=Request(session_name=SESSION_NAME, source_ip=SOURCE_IP),
    )
    return verdict, outcome


@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_policies_made_by_chance(data: st.DataObject, federation: Federation) -> None:
    document = data.draw(policies(federation.url.removeprefix("https://"), federation.provider))
    claims = {**CLAIMS, **data.draw(claim_sets())}

    verdict, outcome = _both(document, claims, federation)

    assert outcome.allowed is verdict.allowed, (outcome.message, verdict.to_document())
