"""Public keys from the DER that KMS shows to JWK members, held to `cryptography` and joserfc."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

from jobpass_issuer.aws.public_key import jwk_members
from jobpass_issuer.domain import jwk

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
_MODULI = {2048: 2**2047 + 9, 3072: 2**3071 + 9, 4096: 2**4095 + 9}  # no keys to use, but of the right size


def _der(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _curve_key(curve: ec.EllipticCurve, short_x: bool = False, short_y: bool = False) -> ec.EllipticCurvePublicKey:
    """A key whose coordinates begin with a zero byte where wanted; one in 256 does (in two for P-521's first bit)."""
    top = 8 * ((curve.key_size + 7) // 8 - 1)
    for secret in range(2, 100_000):
        key = ec.derive_private_key(secret, curve).public_key()
        numbers = key.public_numbers()
        if (not short_x or numbers.x < 2**top) and (not short_y or numbers.y < 2**top):
            return key
    raise AssertionError


@pytest.mark.parametrize("size", _MODULI)
@pytest.mark.parametrize("exponent", [3, 65537])
def test_an_rsa_key_is_what_cryptography_says(size: int, exponent: int) -> None:
    key = rsa.RSAPublicNumbers(exponent, _MODULI[size]).public_key()

    members = jwk_members(_der(key))

    assert members == RSAKey.import_key(key).as_dict(private=False)
    assert jwk.thumbprint(members) == RSAKey.import_key(key).thumbprint()


@pytest.mark.parametrize(
    ("curve", "name", "length"),
    [(ec.SECP256R1(), "P-256", 32), (ec.SECP384R1(), "P-384", 48), (ec.SECP521R1(), "P-521", 66)],
    ids=["P-256", "P-384", "P-521"],
)
@pytest.mark.parametrize(("short_x", "short_y"), [(False, False), (True, False), (False, True)])
def test_a_curves_key_keeps_the_leading_zeros_of_its_coordinates(
    curve: ec.EllipticCurve, name: str, length: int, short_x: bool, short_y: bool
) -> None:
    key = _curve_key(curve, short_x, short_y)

    members = jwk_members(_der(key))

    assert members["crv"] == name
    assert members == ECKey.import_key(key).as_dict(private=False)
    assert {len(members[each]) for each in ("x", "y")} == {(length * 8 + 5) // 6}


@pytest.mark.parametrize(
    "curve", [ec.SECP256K1(), ec.SECP224R1(), ec.BrainpoolP256R1()], ids=lambda curve: str(curve.name)
)
def test_a_curve_that_iam_does_not_accept_is_refused(curve: ec.EllipticCurve) -> None:
    with pytest.raises(ValueError, match="which IAM does not accept"):
        jwk_members(_der(_curve_key(curve)))


def test_an_edwards_key_is_refused() -> None:
    with pytest.raises(ValueError, match="which IAM does not accept"):
        jwk_members(_der(ed25519.Ed25519PrivateKey.generate().public_key()))


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_bytes_after_the_key_are_refused(kind: str) -> None:
    key = rsa.RSAPublicNumbers(3, _MODULI[2048]).public_key() if kind == "RSA" else _curve_key(ec.SECP256R1())

    with pytest.raises(ValueError, match="after its end"):
        jwk_members(_der(key) + b"\0")


def test_a_compressed_point_is_refused() -> None:
    der = _der(_curve_key(ec.SECP256R1()))
    compressed = b"\x30\x39" + der[2:23] + b"\x03\x22\x00\x02" + der[27:59]

    with pytest.raises(ValueError, match="no uncompressed point"):
        jwk_members(compressed)


@pytest.mark.parametrize("data", [b"", b"\0", b"nonsense", b"\x30\x03\x02\x01\x01"])
def test_what_is_no_public_key_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not the DER"):
        jwk_members(data)
