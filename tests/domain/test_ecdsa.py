"""ECDSA signatures from DER to JWS, against vectors and against `cryptography`."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.ecdsa import der_to_joined

VECTORS = Path(__file__).parents[1] / "vectors/ecdsa"


def _vectors(name: str) -> list[Any]:
    cases: list[dict[str, Any]] = json.loads((VECTORS / name).read_text("utf-8"))
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", _vectors("signatures.json"))
def test_r_and_s_stand_side_by_side_in_full_length(case: dict[str, Any]) -> None:
    assert der_to_joined(bytes.fromhex(case["der"]), case["component_length"]).hex() == case["joined"]


def test_the_vectors_hold_every_form_of_length() -> None:
    seconds = {bytes.fromhex(param.values[0]["der"])[1] for param in _vectors("signatures.json")}

    assert 0x81 in seconds
    assert any(second < 0x80 for second in seconds)


@pytest.mark.parametrize("case", _vectors("malformed.json"))
def test_what_is_no_signature_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="signature"):
        der_to_joined(bytes.fromhex(case["der"]), 32)


def test_every_beginning_of_a_signature_is_refused() -> None:
    (case,) = _vectors("signatures.json")[0].values
    der = bytes.fromhex(case["der"])

    for length in range(len(der)):
        with pytest.raises(ValueError, match="signature"):
            der_to_joined(der[:length], 32)


@pytest.mark.parametrize(
    ("curve", "algorithm"),
    [(ec.SECP256R1(), "ES256"), (ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")],
    ids=["P-256", "P-384", "P-521"],
)
def test_real_signatures_keep_their_numbers(curve: ec.EllipticCurve, algorithm: str) -> None:
    length = ALGORITHMS[algorithm].component_length
    assert length is not None
    key = ec.generate_private_key(curve)

    for index in range(50):
        der = key.sign(index.to_bytes(2), ec.ECDSA(SHA256()))
        joined = der_to_joined(der, length)
        assert (int.from_bytes(joined[:length]), int.from_bytes(joined[length:])) == decode_dss_signature(der)
        assert len(joined) == 2 * length
