"""A platform without AWS credentials: the assertions that it makes, and the keys that it may not make them with."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from jobpass.platform import Jobs, SettingsError
from tests.platform.api_server import ISSUER_URL, ApiServer, Scripted
from tests.platform.conftest import KEY, PEM

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey


def pem(key: PrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """A key as OpenSSL writes it."""
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def client(api: ApiServer, private_key: str | bytes = PEM, **changed: str) -> Jobs:
    """The client of the platform, one of its settings changed."""
    settings: dict[str, Any] = {"issuer_url": ISSUER_URL, "platform": "buildhost", "key_id": "key-1", **changed}
    return Jobs.by_assertion(api.url, private_key=private_key, **settings)


def parts(text: str) -> list[dict[str, Any]]:
    """Header and claims of an assertion."""
    encoded = text.removeprefix("Bearer ").split(".")[:2]
    return [json.loads(urlsafe_b64decode(each + "=" * (-len(each) % 4))) for each in encoded]


@pytest.mark.parametrize(
    ("algorithm", "key", "text"),
    [
        ("ES256", KEY, PEM),
        ("ES256", KEY, pem(KEY, PrivateFormat.TraditionalOpenSSL).decode()),
        ("RS256", RSA_KEY, pem(RSA_KEY)),
        ("RS256", RSA_KEY, pem(RSA_KEY, PrivateFormat.TraditionalOpenSSL)),
    ],
    ids=["EC", "EC of SEC 1", "RSA", "RSA of PKCS 1"],
)
def test_the_keys_type_decides_the_algorithm(
    algorithm: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, text: str | bytes, api: ApiServer
) -> None:
    api.public_keys["key-1"] = (algorithm, key.public_key())

    assert client(api, text).register("ci", {"ref": "main"}).job_id in api.jobs
    header, claims = parts(api.received[0].headers["authorization"])
    assert header == {"alg": algorithm, "kid": "key-1", "typ": "JWT"}
    assert set(claims) == {"iss", "sub", "aud", "jti", "iat", "exp"}
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("buildhost", "buildhost", ISSUER_URL)
    assert isinstance(claims["iat"], int)
    assert claims["exp"] == claims["iat"] + 60


def test_there_is_one_for_each_request_also_for_one_that_is_sent_again(api: ApiServer, jobs: Jobs) -> None:
    api.scripted = [Scripted(503)]
    job = jobs.register("ci", {"ref": "main"})
    jobs.show(job.job_id)
    jobs.end(job.job_id)

    made = [parts(each.headers["authorization"])[1]["jti"] for each in api.received]
    assert len(set(made)) == len(made) == 4
    assert {each.path.rsplit("/", 1)[0] for each in api.received} == {"/v1/assertion", "/v1/assertion/jobs"}


def test_another_key_proves_nobody(api: ApiServer, jobs: Jobs) -> None:
    api.public_keys["key-1"] = ("ES256", ec.generate_private_key(ec.SECP256R1()).public_key())

    with pytest.raises(Exception, match="API Gateway takes no call"):
        jobs.register("ci", {"ref": "main"})


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        (b"", "key_malformed", "hand over the PEM file whole"),
        (b"secret-of-a-key", "key_malformed", "hand over the PEM file whole"),
        (b'{"kty": "EC", "d": "secret-of-a-key"}', "key_malformed", "hand over the PEM file whole"),
        (PEM[:100], "key_malformed", "hand over the PEM file whole"),
        (
            KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "key_public",
            "`openssl genrsa` wrote",
        ),
        (
            RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1),
            "key_public",
            "`openssl genrsa` wrote",
        ),
        (
            KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "key_encrypted",
            "openssl pkey",
        ),
        (
            RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")),
            "key_encrypted",
            "openssl pkey",
        ),
        (pem(SHORT_KEY), "key_size", "openssl genrsa 3072"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "key_curve", "prime256v1"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "key_curve", "prime256v1"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "key_type", "openssl genrsa 3072"),
    ],
    ids=[
        *["nothing", "another text", "JWK", "PEM cut off", "public", "public of PKCS 1", "encrypted"],
        *["encrypted by OpenSSL", "short", "P-384", "secp256k1", "Ed25519"],
    ],
)
def test_a_key_that_the_issuer_takes_no_signature_of_is_refused(
    text: bytes, code: str, remedy: str, api: ApiServer
) -> None:
    with pytest.raises(SettingsError) as refused:
        client(api, text)

    assert refused.value.code == code
    assert remedy in refused.value.remedy
    assert "secret-of-a-key" not in f"{refused.value} {refused.value.remedy}"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"issuer_url": "http://oidc.example.com"}, "issuer_url"),
        ({"issuer_url": "oidc.example.com"}, "issuer_url"),
        ({"platform": ""}, "platform"),
        ({"key_id": ""}, "key_id"),
        ({"key_id": "my key"}, "key_id"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(changed: dict[str, str], code: str, api: ApiServer) -> None:
    with pytest.raises(SettingsError) as refused:
        client(api, **changed)

    assert refused.value.code == code
    assert refused.value.remedy


def test_a_key_shows_itself_to_nobody(api: ApiServer) -> None:
    jobs = client(api, pem(RSA_KEY))

    assert str(RSA_KEY.private_numbers().d) not in repr(vars(jobs._api._signer))
    assert repr(vars(jobs._api._signer)["_key"]) == "PrivateKey(RS256)"
