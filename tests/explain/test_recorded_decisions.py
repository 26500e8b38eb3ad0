"""Explain decides as the real STS was observed to decide (tests/vectors/sts/README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.explain.account import (
    ACCOUNT,
    CLAIMS,
    HEADER,
    NOW,
    OTHER_ROLE_ARN,
    PROVIDER,
    ROLE_ARN,
    called,
    filled,
    policy,
    present,
    statement,
    token,
)
from tests.local.seam import signing

VECTORS = Path(__file__).parents[1] / "vectors/sts/decisions.json"
NAMES = {
    "{account}": ACCOUNT,
    "{provider}": PROVIDER.arn,
    "{role}": ROLE_ARN,
    "{other_role}": OTHER_ROLE_ARN,
    "{ROLE}": ROLE_ARN.upper(),
}
DECISIONS: list[dict[str, Any]] = filled(json.loads(VECTORS.read_text())["decisions"], NAMES)


def test_the_table_is_whole() -> None:
    assert len(DECISIONS) >= 110


@pytest.mark.parametrize("decision", DECISIONS, ids=[f"{d['section']} {d['name']}" for d in DECISIONS])
def test_decision(decision: dict[str, Any]) -> None:
    described = decision.get("token", {})
    claims = _claims(described)

    verdict = present(
        _token(described, claims),
        policy(statement(**decision.get("trust", {}))),
        jwk_set=_jwk_set(decision),
        request=called(decision.get("request", {})),
    )

    if "refused" in decision:
        assert verdict.refusal is not None
        assert verdict.refusal.code == decision["refused"]["code"]
        assert verdict.refusal.message == _text(decision["refused"]["message"], claims)
        assert verdict.refusal.recorded
        assert verdict.refusal.cause
        assert verdict.refusal.remedy
        return
    assert verdict.allowed, verdict.refusal
    assert verdict.unchecked == ()
    session = verdict.session
    assert session is not None
    assert session.provider_arn == PROVIDER.arn
    answered = {
        "SubjectFromWebIdentityToken": session.subject,
        "Audience": session.audience,
        "SourceIdentity": session.source_identity,
        "session_seconds": session.seconds,
    }
    expected = {name: value for name, value in decision["granted"].items() if name != "PackedPolicySize"}
    assert {name: answered[name] for name in expected} == expected


def _claims(described: dict[str, Any]) -> dict[str, Any]:
    claims = {**CLAIMS, **{name: NOW + offset for name, offset in described.get("times", {}).items()}}
    claims |= {name: claims[name] + 0.5 for name in described.get("with_fraction", [])}
    claims |= {name: str(claims[name]) for name in described.get("as_text", [])}
    claims |= described.get("claims", {})
    return {name: value for name, value in claims.items() if name not in described.get("without", [])}


def _token(described: dict[str, Any], claims: dict[str, Any]) -> str:
    text = json.dumps(claims)
    if "repeated" in described:
        text = f"{text[:-1]}, {json.dumps(described['repeated'])[1:]}"
    return token(text, described.get("header", HEADER), described.get("signed_by", "own"))


def _text(expected: str, claims: dict[str, Any]) -> str:
    names = {"{now-300}": NOW - 300, "{now+300}": NOW + 300} | {f"{{{name}}}": value for name, value in claims.items()}
    for name, value in names.items():
        expected = expected.replace(name, str(value))
    return expected


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
