"""Assertions that prove nothing, each made anew: what people have tried on verifiers of JWTs."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.handlers.platform_keys import (
    ABSENT,
    BUILDHOST,
    CUBE_KEY,
    EC_KEY,
    FARM_KEY,
    RSA_KEY,
    PrivateKey,
    assertion,
    claims,
    encoded,
    header,
    resigned,
    signature,
    signature_of,
)

# The order of P-256's base point.
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
STRANGER = ec.generate_private_key(ec.SECP256R1())


def high_s(text: str) -> str:
    """The same assertion with the other S that belongs to its R."""
    made = signature_of(text)
    return resigned(text, made[:32] + (N - int.from_bytes(made[32:], "big")).to_bytes(32, "big"))


def _ec_numbers(r: int, s: int) -> str:
    return resigned(assertion(), r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _joined_over(key: PrivateKey, change: Callable[[bytes], bytes]) -> str:
    text = assertion(key)
    return resigned(text, change(signature_of(text)))


def _hs256(secret: bytes, alg: str = "HS256", kid: str = "rsa-1") -> str:
    signing_input = f"{encoded({'alg': alg, 'kid': kid, 'typ': 'JWT'})}.{encoded(claims())}"
    return resigned(f"{signing_input}.", hmac.digest(secret, signing_input.encode(), "sha256"))


def _pem(key: PrivateKey, form: serialization.PublicFormat) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def _infinity() -> str:
    """A signature by which the sum that is to give R is the point at infinity; its maker knows the private key."""
    text = assertion()
    digest = int.from_bytes(hashlib.sha256(text.rpartition(".")[0].encode()).digest(), "big")
    private = EC_KEY.private_numbers().private_value
    r = -digest * pow(private, -1, N) % N
    return resigned(text, r.to_bytes(32, "big") + (1).to_bytes(32, "big"))


def _der(made: bytes) -> bytes:
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in (made[:32], made[32:])))


def _raw(said: str, claimed: str, key: PrivateKey = EC_KEY) -> str:
    signing_input = ".".join(base64.urlsafe_b64encode(each.encode()).rstrip(b"=").decode() for each in (said, claimed))
    return resigned(f"{signing_input}.", signature(key, signing_input.encode()))


def _forged_by_cube_root() -> str:
    """The digest behind a short padding, and what a cube root leaves behind it, for the key with the exponent 3."""
    said, claimed = header(CUBE_KEY, kid="cube"), claims(iss="farm", sub="farm")
    signing_input = f"{encoded(said)}.{encoded(claimed)}"
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signing_input.encode()).digest()
    block = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
    target = int.from_bytes(block + bytes(256 - len(block)), "big")
    low, high = 0, 1 << 700
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < target else (low, middle)
    assert (low**3).to_bytes(256, "big").startswith(block)
    return resigned(f"{signing_input}.", low.to_bytes(256, "big"))


_NOW = int(time.time())
ATTACKS: dict[str, Callable[[], str]] = {
    "another key": lambda: assertion(STRANGER),
    "another platform's key": lambda: assertion(FARM_KEY),
    "another platform's name": lambda: assertion(claimed=claims(iss="farm", sub="farm")),
    "another platform's subject": lambda: assertion(claimed=claims(sub="farm")),
    "another platform's issuer": lambda: assertion(claimed=claims(iss="farm")),
    "a platform without keys": lambda: assertion(claimed=claims(iss="ci-server", sub="ci-server")),
    "an unknown platform": lambda: assertion(claimed=claims(iss="nobody", sub="nobody")),
    "an unknown kid": lambda: assertion(said=header(kid="ec-2")),
    "the kid of the other key": lambda: assertion(said=header(kid="rsa-1")),
    "the other key's algorithm": lambda: assertion(said=header(alg="RS256")),
    "an RSA signature under an EC kid": lambda: assertion(RSA_KEY, header(RSA_KEY, kid="ec-1")),
    "no kid": lambda: assertion(said=header(kid=ABSENT)),
    "alg none": lambda: resigned(assertion(said=header(alg="none")), b""),
    "alg none with a signature": lambda: assertion(said=header(alg="none")),
    "alg nOnE": lambda: assertion(said=header(alg="nOnE")),
    "no alg": lambda: assertion(said=header(alg=ABSENT)),
    "HS256 with the public key in PEM": lambda: _hs256(_pem(RSA_KEY, serialization.PublicFormat.SubjectPublicKeyInfo)),
    "HS256 with the public key in PKCS #1": lambda: _hs256(_pem(RSA_KEY, serialization.PublicFormat.PKCS1)),
    "HS256 with the modulus": lambda: _hs256(BUILDHOST.public_keys[1]["n"].encode()),
    "HS256 with the JWK": lambda: _hs256(json.dumps(BUILDHOST.public_keys[1]).encode()),
    "HS256 with nothing": lambda: _hs256(b""),
    "a MAC called RS256": lambda: _hs256(_pem(RSA_KEY, serialization.PublicFormat.SubjectPublicKeyInfo), "RS256"),
    "a MAC called ES256": lambda: _hs256(BUILDHOST.public_keys[0]["x"].encode(), "ES256", "ec-1"),
    "a jku of its own": lambda: assertion(STRANGER, header(jku="https://attacker.example/jwks.json")),
    "a jku beside a good signature": lambda: assertion(said=header(jku="https://attacker.example/jwks.json")),
    "a jwk of its own": lambda: assertion(STRANGER, header(jwk=BUILDHOST.public_keys[0])),
    "an x5u of its own": lambda: assertion(said=header(x5u="https://attacker.example/chain.pem")),
    "an x5c of its own": lambda: assertion(said=header(x5c=["MIIB"])),
    "crit": lambda: assertion(said=header(crit=["exp"])),
    "crit and b64": lambda: assertion(said=header(crit=["b64"], b64=False)),
    "a type of another token": lambda: assertion(said=header(typ="at+jwt")),
    "a member twice in the header": lambda: _raw(
        '{"alg": "ES256", "kid": "ec-2", "kid": "ec-1"}', json.dumps(claims())
    ),
    "a claim twice": lambda: _raw(json.dumps(header()), json.dumps(claims())[:-1] + ', "sub": "buildhost"}'),
    "a number that is none": lambda: _raw(json.dumps(header()), json.dumps(claims())[:-1] + ', "x": NaN}'),
    "another audience": lambda: assertion(claimed=claims(aud="https://another.example")),
    "the API as audience": lambda: assertion(claimed=claims(aud="https://api.example.com")),
    "a list of audiences": lambda: assertion(claimed=claims(aud=[claims()["aud"]])),
    "no audience": lambda: assertion(claimed=claims(aud=ABSENT)),
    "expired": lambda: assertion(claimed=claims(iat=_NOW - 120, exp=_NOW - 60)),
    "too long a life": lambda: assertion(claimed=claims(iat=_NOW, exp=_NOW + 3600)),
    "an endless life": lambda: assertion(claimed=claims(exp=10**200)),
    "no expiry": lambda: assertion(claimed=claims(exp=ABSENT)),
    "made tomorrow": lambda: assertion(claimed=claims(iat=_NOW + 86_400, exp=_NOW + 86_460)),
    "valid from tomorrow": lambda: assertion(claimed=claims(nbf=_NOW + 86_400)),
    "an expiry in text": lambda: assertion(claimed=claims(exp=str(_NOW + 60))),
    "an expiry that is true": lambda: assertion(claimed=claims(exp=True)),
    "an expiry of a fraction": lambda: assertion(claimed=claims(exp=_NOW + 60.5)),
    "no jti": lambda: assertion(claimed=claims(jti=ABSENT)),
    "a short jti": lambda: assertion(claimed=claims(jti="1")),
    "a very long jti": lambda: assertion(claimed=claims(jti="x" * 1500)),
    "a jti that is a number": lambda: assertion(claimed=claims(jti=10**30)),
    "a very long assertion": lambda: assertion(claimed=claims(x="x" * 5000)),
    "r = 0": lambda: _ec_numbers(0, 1),
    "s = 0": lambda: _ec_numbers(1, 0),
    "r = s = 0": lambda: _ec_numbers(0, 0),
    "r = s = 1": lambda: _ec_numbers(1, 1),
    "r = n": lambda: _ec_numbers(N, 1),
    "s = n": lambda: _ec_numbers(1, N),
    "r and s beyond all": lambda: _ec_numbers(2**256 - 1, 2**256 - 1),
    "the point at infinity": _infinity,
    "r and s exchanged": lambda: _joined_over(EC_KEY, lambda made: made[32:] + made[:32]),
    "r and s in DER": lambda: _joined_over(EC_KEY, _der),
    "an EC signature too short": lambda: _joined_over(EC_KEY, lambda made: made[:-1]),
    "an EC signature too long": lambda: _joined_over(EC_KEY, lambda made: made + b"\0"),
    "r and s with leading zeros": lambda: _joined_over(EC_KEY, lambda made: b"\0" + made[:32] + b"\0" + made[32:]),
    "an RSA signature cut short": lambda: _joined_over(RSA_KEY, lambda made: made[:-1]),
    "an RSA signature with a zero before": lambda: _joined_over(RSA_KEY, lambda made: b"\0" + made),
    "an RSA signature of zero": lambda: resigned(assertion(RSA_KEY), bytes(256)),
    "an RSA signature of one": lambda: resigned(assertion(RSA_KEY), bytes(255) + b"\1"),
    "an RSA signature turned": lambda: _joined_over(RSA_KEY, lambda made: made[::-1]),
    "an RSA signature of one byte": lambda: _joined_over(RSA_KEY, lambda made: made[:1]),
    "a cube root": _forged_by_cube_root,
    "claims of another assertion": lambda: ".".join(
        [assertion().split(".")[0], assertion().split(".")[1], assertion().split(".")[2]]
    ),
    "padding": lambda: assertion() + "=",
    "a part too many": lambda: assertion() + ".e30",
    "a part too few": lambda: assertion().rpartition(".")[0],
    "no signature": lambda: resigned(assertion(), b""),
    "a request token": lambda: f"{'f' * 32}.{'x' * 43}",
    "nothing": lambda: "",
}
