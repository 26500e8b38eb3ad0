"""The local STS decides as the real one was observed to decide (tests/vectors/sts/README.md)."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.federation import Federation, says
from tests.local.seam.https_issuer import HttpsIssuer

VECTORS = Path(__file__).parents[2] / "vectors/sts/decisions.json"
DECISIONS: list[dict[str, Any]] = json.loads(VECTORS.read_text())["decisions"]

HEADER = {"alg": "RS256", "kid": "RS256", "typ": "JWT"}
HTTP_STATUS = {"AccessDenied": 403, "IDPRejectedClaim": 403, "InternalFailure": 500}  # STS API Reference, Errors


@pytest.fixture(scope="module")
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    federation = Federation(emulator, issuer, "https://recorded.issuer.test")
    federation.trust()
    return federation


def test_the_table_is_as_long_as_the_record() -> None:
    assert len(DECISIONS) >= 110
    assert len({decision["name"] for decision in DECISIONS}) == len(DECISIONS)
    assert all(("granted" in decision) != ("refused" in decision) for decision in DECISIONS)


@pytest.mark.parametrize("decision", DECISIONS, ids=[f"{d['section']} {d['name']}" for d in DECISIONS])
def test_decision(decision: dict[str, Any], federation: Federation) -> None:
    decision = _filled(decision, federation)
    described = decision.get("token", {})
    claims = _claims(described, federation.url)
    role = federation.role("decision", federation.policy(**decision.get("trust", {})))

    asked_at = datetime.now(UTC)
    outcome = federation.assume(role, _token(described, claims), _jwk_set(decision), **decision.get("request", {}))

    if "refused" in decision:
        expected = decision["refused"]
        assert outcome.code == expected["code"]
        assert says(outcome.message, expected["message"], claims), outcome.message
        assert outcome.status == HTTP_STATUS.get(outcome.code or "", 400)
        return
    assert outcome.allowed, (outcome.code, outcome.message)
    answer = dict(outcome.answer)
    answer["session_seconds"] = round((answer["Credentials"]["Expiration"] - asked_at).total_seconds(), -1)
    expected = {"Provider": federation.provider, "session_seconds": 3600} | decision["granted"]
    assert {name: answer.get(name) for name in expected} == expected


def _filled(decision: dict[str, Any], federation: Federation) -> dict[str, Any]:
    text = json.dumps(decision)
    names = {
        "{account}": federation.account,
        "{provider}": federation.provider,
        "{role}": federation.role_arn("decision"),
        "{other_role}": federation.role_arn("other"),
        "{ROLE}": federation.role_arn("decision").upper(),
    }
    for name, value in names.items():
        text = text.replace(name, value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def _claims(described: dict[str, Any], url: str) -> dict[str, Any]:
    now = int(time.time())
    times = {"iat": -10, "exp": 900} | described.get("times", {})
    claims: dict[str, Any] = {"iss": url, "aud": "client-a", "sub": "subject-probe"}
    claims |= {name: now + offset for name, offset in times.items()}
    claims |= {name: claims[name] + 0.5 for name in described.get("with_fraction", [])}
    claims |= {name: str(claims[name]) for name in described.get("as_text", [])}
    claims |= described.get("claims", {})
    return {name: value for name, value in claims.items() if name not in described.get("without", [])}


def _token(described: dict[str, Any], claims: dict[str, Any]) -> str:
    text = json.dumps(claims)
    if "repeated" in described:
        text = f"{text[:-1]}, {json.dumps(described['repeated'])[1:]}"
    return signing.token(described.get("header", HEADER), text, described.get("signed_by", "own"))


def _jwk_set(decision: dict[str, Any]) -> dict[str, Any]:
    if "keys" not in decision:
        return signing.six_keys()
    keys: list[dict[str, Any]] = []
    for described in decision["keys"]:
        if "other_rsa_keys" in described:
            keys += signing.other_rsa_keys(described["other_rsa_keys"])
            continue
        jwk = signing.jwk(described["alg"], described.get("kid"), described.get("key", "own"))
        jwk |= described.get("with", {})
        if "certificate" in described:
            jwk["x5c"] = [signing.certificate(described["certificate"])]
        keys.append({name: value for name, value in jwk.items() if name not in described.get("without", [])})
    return {"keys": keys}
