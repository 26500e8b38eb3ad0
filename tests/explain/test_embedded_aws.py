"""Explain and the embedded AWS, which share no code, decide alike on every row of the table that is not marked."""

import time
from typing import Any

import pytest

from jobpass.explain import Account, Preview, Provider, Request, Role, explain
from tests.explain.policy_cases import ROWS, SESSION_NAME, SOURCE_IP, read
from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.federation import CLIENT_IDS, Federation
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

    assert verdict.allowed is row["allowed"], verdict.refusal
    if "emulator_differs" in row:  # A row whose mark is no longer true fails here.
        assert outcome.allowed is not row["allowed"], "the embedded AWS decides as AWS does now: take the mark away"
        return
    assert outcome.allowed is row["allowed"], (outcome.code, outcome.message)
    if verdict.refusal is not None:
        assert (outcome.code, outcome.message) == (verdict.refusal.code, verdict.refusal.message)
