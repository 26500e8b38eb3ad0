"""Every open case of the observations that a token, a JWK Set and a trust policy can express, word for word.

The observations lie beside the checkout or not at all; without them these tests do not exist, and
test_recorded_decisions.py holds the project's own restatement of the same facts.
"""

import json
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.local.conftest import ROOT, Emulator
from tests.local.seam import signing
from tests.local.seam.federation import Federation, says
from tests.local.seam.https_issuer import HttpsIssuer

OBSERVED = ROOT.parent / "shared/aws-observed/cases-open.json"

# The only cases that are not run, each with its reason; a case that is skipped without standing here fails.
NOT_PROPAGATED = "refused because role and provider were seconds old; the emulator knows no propagation"
SKIPPED = {
    "sts/aws-initial/baseline-0": NOT_PROPAGATED,
    "sts/aws/baseline-0": NOT_PROPAGATED,
    "sts/aws-keys/baseline-1": NOT_PROPAGATED,
    "sts/aws-keys/baseline-2": NOT_PROPAGATED,
    "sts/aws-trust/baseline-0": NOT_PROPAGATED,
    "sts/aws-roles/roles-bool-true-control-0": NOT_PROPAGATED,
    "sts/aws-roles/roles-bool-true-control-1": NOT_PROPAGATED,
    "sts/aws-roles/roles-bool-false-control-0": NOT_PROPAGATED,
}

ROLE = "observed"


def _cases() -> list[dict[str, Any]]:
    if not OBSERVED.exists():
        return []
    return [case for case in json.loads(OBSERVED.read_text()) if case["kind"] == "sts-web-identity"]


CASES = _cases()
RUN = [case for case in CASES if case["id"] not in SKIPPED]

pytestmark = pytest.mark.skipif(not OBSERVED.exists(), reason="the observations do not lie beside the checkout")


@pytest.fixture(scope="module")
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    federation = Federation(emulator, issuer, "https://observed.issuer.test")
    federation.trust()
    return federation


def test_only_unpropagated_setup_is_left_out() -> None:
    left_out = {case["id"] for case in CASES if case.get("setup")}

    assert left_out == set(SKIPPED)
    assert len(RUN) + len(SKIPPED) == len(CASES) == 94


@pytest.mark.parametrize("case", RUN, ids=[case["id"] for case in RUN])
def test_case(case: dict[str, Any], federation: Federation) -> None:
    jwk_set = JWK_SETS[case["jwks_note"].partition(":")[0]]()
    case = _filled(case, federation)
    claims = _claims(case["claims"])
    role = federation.role(case["requested_role_arn"].rpartition("/")[2], case["trust_policy"])

    asked_at = datetime.now(UTC)
    outcome = federation.assume(role, _token(case, claims), jwk_set, **case["request"])

    assert outcome.allowed is case["allowed"], (outcome.code, outcome.message)
    assert outcome.code == case["error_code"]
    if not case["allowed"]:
        expected = case.get("error_message_template", case["error_message"])
        expected = expected.replace("<aws-now plus 300>", "{now+300}").replace("<nbf>", "{nbf}")
        assert says(outcome.message, expected, claims), outcome.message
        return
    answer = dict(outcome.answer)
    answer["session_seconds"] = round((answer["Credentials"]["Expiration"] - asked_at).total_seconds(), -1)
    assert {name: answer[name] for name in case["response"]} == case["response"]


def _filled(case: dict[str, Any], federation: Federation) -> dict[str, Any]:
    role = federation.role_arn(ROLE)
    text = json.dumps(case)
    names = {
        "<role-arn in upper case throughout>": role.upper(),
        "<role-arn>": role,
        "<other-role-arn>": federation.role_arn("other"),
        "<account-id>": federation.account,
        "<issuer-host>": federation.url.removeprefix("https://"),
        "<issuer-url>": federation.url,
    }
    for name, value in names.items():
        text = text.replace(name, value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def _claims(recorded: dict[str, Any]) -> dict[str, Any]:
    """The recorded claims with their times counted from now, in the form in which they were sent."""
    now = time.time()
    claims: dict[str, Any] = {}
    for name, value in recorded.items():
        claim, _, kind = name.partition("_offset_s")
        if name.endswith("_form"):
            continue
        claims[claim] = value if claim == name and not kind else math.floor(now + value)
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
    return signing.token(case["header"], text)


def _one_key(**members: Any) -> dict[str, Any]:
    return {"keys": [signing.jwk("RS256") | members]}


def _certificate_only() -> dict[str, Any]:
    return {"keys": [{"kty": "RSA", "kid": "RS256", "x5c": [signing.certificate()]}]}


# What the record says of each JWK Set, up to its first colon.
JWK_SETS: dict[str, Callable[[], dict[str, Any]]] = {
    "six keys": signing.six_keys,
    "JWKS holds only one RSA key": _one_key,
    "single RSA key, kid RS256, but the JWK alg says RS512 while the token is RS256": lambda: _one_key(alg="RS512"),
    "single RSA key, kid RS256, use is enc": lambda: _one_key(use="enc"),
    "single RSA key, use sig plus key_ops [sign]": lambda: _one_key(key_ops=["sign"]),
    "single RSA key, use sig plus key_ops [verify]": lambda: _one_key(key_ops=["verify"]),
    "the same RSA key listed twice under the same kid": lambda: {"keys": [signing.jwk("RS256")] * 2},
    "single RSA JWK with only kty, kid and x5c (no n/e, no alg/use)": _certificate_only,
    "same 101 RSA + 1 EC key document; ES256 token signed by the EC key": lambda: {
        "keys": [*signing.other_rsa_keys(101), signing.jwk("ES256")]
    },
}
