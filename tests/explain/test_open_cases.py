"""Every open case of the observations that concerns tokens, JWK Sets and trust policies, word for word.

The observations lie beside the checkout or not at all; without them these tests do not exist, and the project's own
vectors restate the same facts (test_recorded_decisions.py, test_acceptance.py).
"""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobpass.explain import refused_policy
from tests.explain.account import ACCOUNT, NAME, NOW, OTHER_ROLE_ARN, ROLE_ARN, URL, called, filled, present, token
from tests.local.seam import signing

OBSERVED = Path(__file__).parents[3] / "shared/aws-observed/cases-open.json"
CASES: list[dict[str, Any]] = json.loads(OBSERVED.read_text()) if OBSERVED.exists() else []
NAMES = {
    "<role-arn in upper case throughout>": ROLE_ARN.upper(),
    "<role-arn>": ROLE_ARN,
    "<other-role-arn>": OTHER_ROLE_ARN,
    "<account-id>": ACCOUNT,
    "<issuer-host>": NAME,
    "<issuer-url>": URL,
}
STS = [case for case in CASES if case["kind"] == "sts-web-identity"]
# Refused because role and provider were seconds old: which no look at token and policy can show.
UNPROPAGATED = [case for case in STS if case.get("setup")]
JUDGED = [case for case in STS if not case.get("setup")]
IAM = [case for case in CASES if case["kind"] == "iam-trust-policy"]

pytestmark = pytest.mark.skipif(not OBSERVED.exists(), reason="the observations do not lie beside the checkout")


def test_nothing_else_is_left_out() -> None:
    assert (len(STS), len(UNPROPAGATED), len(IAM)) == (94, 8, 161)
    assert {case["error_message"] for case in UNPROPAGATED} == {
        "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    }


@pytest.mark.parametrize("case", JUDGED, ids=[case["id"] for case in JUDGED])
def test_case_of_sts(case: dict[str, Any]) -> None:
    jwk_set = JWK_SETS[case["jwks_note"].partition(":")[0]]()
    case = filled(case, NAMES)
    claims = _claims(case["claims"])

    verdict = present(
        _token(case, claims),
        case["trust_policy"],
        jwk_set=jwk_set,
        request=called(case["request"]),
        role_arn=case["requested_role_arn"],
    )

    assert verdict.allowed is case["allowed"], verdict.refusal
    if verdict.refusal is not None:
        assert verdict.refusal.code == case["error_code"]
        assert verdict.refusal.message == _text(case, claims)
        return
    session = verdict.session
    assert session is not None
    answered = {
        "SubjectFromWebIdentityToken": session.subject,
        "Audience": session.audience,
        "Provider": session.provider_arn,
        "SourceIdentity": session.source_identity,
        "session_seconds": session.seconds,
    }
    # PackedPolicySize follows no published formula; nothing here claims to know it.
    expected = {name: value for name, value in case["response"].items() if name != "PackedPolicySize"}
    assert {name: answered[name] for name in expected} == expected


@pytest.mark.parametrize("case", IAM, ids=[case["id"] for case in IAM])
def test_case_of_iam(case: dict[str, Any]) -> None:
    case = filled(case, NAMES)

    refusal = refused_policy(case["trust_policy"])

    assert (refusal is None) is case["allowed"], refusal
    if refusal is not None:
        assert (refusal.code, refusal.message) == (case["error_code"], case["error_message"])
        assert refusal.recorded


def _claims(recorded: dict[str, Any]) -> dict[str, Any]:
    """The recorded claims with their times counted from now, in the form in which they were sent."""
    claims: dict[str, Any] = {}
    for name, value in recorded.items():
        claim, _, kind = name.partition("_offset_s")
        if not name.endswith("_form"):
            claims[claim] = value if claim == name and not kind else math.floor(NOW + value)
    for claim in ("iat", "nbf", "exp"):
        form = recorded.get(f"{claim}_form", "")
        if form.startswith("JSON string"):
            claims[claim] = str(claims[claim])
        elif "fractional" in form:
            claims[claim] += 0.5
        elif form:
            pytest.fail(f"a form of {claim} that this test does not know: {form}")
    return claims


def _token(case: dict[str, Any], claims: dict[str, Any]) -> str:
    text = json.dumps(claims)
    if case["scenario"] == "duplicate-claim":  # the JSON text held aud twice, as the case's note says
        text = f'{text[:-1]}, "aud": "other"}}'
    return token(text, case["header"])


def _text(case: dict[str, Any], claims: dict[str, Any]) -> str:
    template = case.get("error_message_template", case["error_message"])
    text = template.replace("<aws-now plus 300>", str(NOW + 300)).replace("<nbf>", str(claims.get("nbf")))
    assert not re.search(r"<[\w -]+>", text), text
    return str(text)


def _one_key(**members: Any) -> dict[str, Any]:
    return {"keys": [signing.jwk("RS256") | members]}


# What the record says of each JWK Set, up to its first colon.
JWK_SETS: dict[str, Callable[[], dict[str, Any]]] = {
    "six keys": signing.six_keys,
    "JWKS holds only one RSA key": _one_key,
    "single RSA key, kid RS256, but the JWK alg says RS512 while the token is RS256": lambda: _one_key(alg="RS512"),
    "single RSA key, kid RS256, use is enc": lambda: _one_key(use="enc"),
    "single RSA key, use sig plus key_ops [sign]": lambda: _one_key(key_ops=["sign"]),
    "single RSA key, use sig plus key_ops [verify]": lambda: _one_key(key_ops=["verify"]),
    "the same RSA key listed twice under the same kid": lambda: {"keys": [signing.jwk("RS256")] * 2},
    "single RSA JWK with only kty, kid and x5c (no n/e, no alg/use)": lambda: {
        "keys": [{"kty": "RSA", "kid": "RS256", "x5c": [signing.certificate()]}]
    },
    "same 101 RSA + 1 EC key document; ES256 token signed by the EC key": lambda: {
        "keys": [*signing.other_rsa_keys(101), signing.jwk("ES256")]
    },
}
