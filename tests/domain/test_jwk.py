"""Public keys as JWKs, against the examples of the RFCs."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.domain import jwk

VECTORS = Path(__file__).parents[1] / "vectors/jwk"


def _vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return document


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("name", "thumbprint"),
    [
        ("rfc7638-3.1", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        ("rfc7517-a.1", "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"),
    ],
)
def test_the_thumbprint_is_that_of_rfc_7638_whatever_stands_beside_the_key(name: str, thumbprint: str) -> None:
    key = _vector(name)

    assert jwk.thumbprint(key) == thumbprint
    assert jwk.thumbprint(dict(reversed(list(key.items())))) == thumbprint
    assert jwk.thumbprint({**key, "kid": "other", "use": "sig", "x5t": "x"}) == thumbprint


def test_an_rsa_key_is_its_numbers_in_as_few_bytes_as_hold_them() -> None:
    vector = _vector("rfc7638-3.1")
    modulus = int.from_bytes(_bytes(vector["n"]))

    assert jwk.rsa(modulus, 65537) == {"kty": "RSA", "n": vector["n"], "e": "AQAB"}
    assert jwk.rsa(255, 3) == {"kty": "RSA", "n": "_w", "e": "Aw"}
    assert jwk.rsa(256, 3)["n"] == "AQA"


def test_a_curves_key_is_its_coordinates() -> None:
    vector = _vector("rfc7517-a.1")

    assert jwk.elliptic_curve("P-256", _bytes(vector["x"]), _bytes(vector["y"])) == {
        name: vector[name] for name in ("kty", "crv", "x", "y")
    }


@pytest.mark.parametrize(("curve", "length"), [("P-256", 32), ("P-384", 48), ("P-521", 66)])
def test_leading_zero_bytes_of_coordinates_are_kept(curve: str, length: int) -> None:
    short = (1).to_bytes(length)
    key = jwk.elliptic_curve(curve, short, short)

    assert _bytes(key["x"]) == _bytes(key["y"]) == short


def test_a_published_key_has_what_a_relying_party_needs_and_never_key_ops() -> None:
    rsa = jwk.published(jwk.rsa(0xC0FFEE, 65537), "RS256")
    curve = jwk.published(jwk.elliptic_curve("P-256", bytes(32), bytes(32)), "ES256")

    assert set(rsa) == {"kty", "n", "e", "kid", "use", "alg"}
    assert set(curve) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (rsa["use"], rsa["alg"], rsa["kid"]) == ("sig", "RS256", jwk.thumbprint(rsa))
    assert curve["alg"] == "ES256"


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"\0", "AA"), (b"\xff\xfe", "__4"), (b"abc", "YWJj"), (b"\xfb\xff", "-_8")]
)
def test_base64url_has_no_padding(data: bytes, text: str) -> None:
    assert jwk.base64url(data) == text
