"""Tokens that no relying party may take: each is one step away from a good one."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from tests.e2e import known_answers
from tests.e2e.asking import unverified

HOUR = 3600
HASHES: dict[str, hashes.HashAlgorithm] = {"RS256": hashes.SHA256(), "ES256": hashes.SHA256(), "ES512": hashes.SHA512()}
CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES512": ec.SECP521R1()}
# RFC 7518, section 3.4: R and S, each as long as the curve's order.
COORDINATE_BYTES = {"ES256": 32, "ES512": 66}

Signer = Callable[[bytes], bytes]


def encoded(octets: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    """What a part of a token holds."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signing_input(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Header and claims, as they are signed (RFC 7515, section 5.1)."""
    return ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))


def kms_signer(kms: Any, key_arn: str, algorithm: str) -> Signer:
    """The issuer's own key, in the hands of somebody who may use it: for good signatures over bad claims."""
    digest = {"RS256": "sha256", "ES256": "sha256", "ES512": "sha512"}[algorithm]
    kind = "RSASSA_PKCS1_V1_5" if algorithm == "RS256" else "ECDSA"

    def sign(message: bytes) -> bytes:
        answer = kms.sign(
            KeyId=key_arn,
            Message=hashlib.new(digest, message).digest(),
            MessageType="DIGEST",
            SigningAlgorithm=f"{kind}_SHA_{digest[3:]}",
        )
        signature: bytes = answer["Signature"]
        return signature if algorithm == "RS256" else _joined(signature, algorithm)

    return sign


class Stranger:
    """Somebody with a key of their own, of the same kind as the issuer's."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._key = (
            rsa.generate_private_key(65537, 2048)
            if algorithm == "RS256"
            else ec.generate_private_key(CURVES[algorithm])
        )
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.jwk = known_answers.jwk_of(der, algorithm)

    def sign(self, message: bytes) -> bytes:
        """A signature that their own public key proves."""
        digest = HASHES[self._algorithm]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), digest)
        return _joined(self._key.sign(message, ec.ECDSA(digest)), self._algorithm)


def _joined(signature: bytes, algorithm: str) -> bytes:
    length = COORDINATE_BYTES[algorithm]
    return b"".join(number.to_bytes(length, "big") for number in decode_dss_signature(signature))


@dataclass(frozen=True)
class Forge:
    """A good token, the issuer's signature, and a stranger with a public JWK Set of their own."""

    good: str
    issuer_key: bytes
    issuer_signature: Signer
    stranger: Stranger
    stranger_set_url: str

    @property
    def header(self) -> dict[str, Any]:
        """The good token's."""
        return unverified(self.good)[0]

    @property
    def claims(self) -> dict[str, Any]:
        """The good token's."""
        return unverified(self.good)[1]

    @property
    def algorithm(self) -> str:
        """The issuer's."""
        return str(self.header["alg"])

    def reissued(self, *, without: str = "", **claims: object) -> str:
        """The token with other claims, truly signed by the issuer's key."""
        changed = {name: value for name, value in {**self.claims, **claims}.items() if name != without}
        return self._compact(self.header, changed, self.issuer_signature)

    def by_stranger(self, **header: object) -> str:
        """The token with another header, truly signed by the stranger's key."""
        return self._compact({**self.header, **header}, self.claims, self.stranger.sign)

    def by_secret(self, secret: bytes) -> str:
        """The token as HS256, with what everybody can read as the secret."""
        return self._compact(
            {**self.header, "alg": "HS256"},
            self.claims,
            lambda message: hmac.new(secret, message, hashlib.sha256).digest(),
        )

    def by_nobody(self, algorithm: str) -> str:
        """The token with a name for no algorithm, and no signature."""
        return self._compact({**self.header, "alg": algorithm}, self.claims, lambda _: b"")

    def public_key(self, encoding: Encoding) -> bytes:
        """The issuer's public key."""
        key = load_der_public_key(self.issuer_key)
        return key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)

    def _compact(self, header: Mapping[str, Any], claims: Mapping[str, Any], sign: Signer) -> str:
        text = signing_input(header, claims)
        return f"{text}.{encoded(sign(text.encode()))}"


def _other_slash(forge: Forge) -> str:
    issuer = str(forge.claims["iss"])
    return issuer[:-1] if issuer.endswith("/") else f"{issuer}/"


def _hours(issued: int, begins: int, ends: int) -> dict[str, Any]:
    now = int(time.time())
    return {"iat": now + issued * HOUR, "nbf": now + begins * HOUR, "exp": now + ends * HOUR}


def _claim_changed(forge: Forge) -> str:
    header, _, signature = forge.good.split(".")
    changed = {**forge.claims, "sub": forge.claims["sub"] + "x"}
    return f"{header}.{signing_input({}, changed).split('.')[1]}.{signature}"


def _signature_changed(forge: Forge) -> str:
    head, _, signature = forge.good.rpartition(".")
    octets = bytearray(decoded(signature))
    octets[len(octets) // 2] ^= 1
    return f"{head}.{encoded(bytes(octets))}"


def _zeros(forge: Forge) -> str:
    return f"{forge.good.rpartition('.')[0]}.{encoded(bytes(2 * COORDINATE_BYTES[forge.algorithm]))}"


def _in_der(forge: Forge) -> str:
    """The form that KMS gives, in place of the form of RFC 7518, section 3.4."""
    head, _, signature = forge.good.rpartition(".")
    octets = decoded(signature)
    half = len(octets) // 2
    r, s = (int.from_bytes(part, "big") for part in (octets[:half], octets[half:]))
    return f"{head}.{encoded(encode_dss_signature(r, s))}"


class Bad(NamedTuple):
    """How a bad token is made, and what a verifier says of it: a pattern, since each has its own words."""

    make: Callable[[Forge], str]
    because: str


AUDIENCE = r"\baud"
ISSUER = r"\biss"
END = "exp"
START = r"nbf|not yet valid|not valid yet"
SIGNATURE = r"signature"
ALGORITHM = r"alg"
KEY = r"\bkey\b"
FORM = r"segments|invalid (jwt|compact jws|json web signature)|decode|padding"
# joserfc refuses a header for its length before it reads it.
LENGTH = "header size"

# By what is wrong with them.
BAD = {
    "for another audience": Bad(lambda forge: forge.reissued(aud="vault.example.org"), AUDIENCE),
    "for an audience that begins like ours": Bad(
        lambda forge: forge.reissued(aud=f"{forge.claims['aud']}.example.org"), AUDIENCE
    ),
    "without an audience": Bad(lambda forge: forge.reissued(without="aud"), AUDIENCE),
    "by another issuer": Bad(lambda forge: forge.reissued(iss="https://issuer.example.org"), ISSUER),
    "by an issuer that differs by a slash": Bad(lambda forge: forge.reissued(iss=_other_slash(forge)), ISSUER),
    "without an issuer": Bad(lambda forge: forge.reissued(without="iss"), ISSUER),
    "expired": Bad(lambda forge: forge.reissued(**_hours(-3, -3, -2)), END),
    "without an end": Bad(lambda forge: forge.reissued(without="exp"), END),
    "not yet valid": Bad(lambda forge: forge.reissued(**_hours(0, 1, 2)), START),
    "another claim under the old signature": Bad(_claim_changed, SIGNATURE),
    "one bit of the signature": Bad(_signature_changed, SIGNATURE),
    "alg none": Bad(lambda forge: forge.by_nobody("none"), ALGORITHM),
    "alg None": Bad(lambda forge: forge.by_nobody("None"), ALGORITHM),
    "alg none over the old signature": Bad(
        lambda forge: forge.by_nobody("none") + forge.good.rpartition(".")[2], ALGORITHM
    ),
    "no signature": Bad(lambda forge: forge.good.rpartition(".")[0] + ".", SIGNATURE),
    "HS256 with the public key in PEM": Bad(lambda forge: forge.by_secret(forge.public_key(Encoding.PEM)), ALGORITHM),
    "HS256 with the public key in DER": Bad(lambda forge: forge.by_secret(forge.public_key(Encoding.DER)), ALGORITHM),
    "HS256 with nothing": Bad(lambda forge: forge.by_secret(b""), ALGORITHM),
    "a stranger's key under our kid": Bad(lambda forge: forge.by_stranger(), SIGNATURE),
    "a stranger's key under its own kid": Bad(lambda forge: forge.by_stranger(kid=forge.stranger.jwk["kid"]), KEY),
    "a jwk of its own": Bad(lambda forge: forge.by_stranger(jwk=forge.stranger.jwk), f"{SIGNATURE}|{LENGTH}"),
    "a jwk and a kid of its own": Bad(
        lambda forge: forge.by_stranger(jwk=forge.stranger.jwk, kid=forge.stranger.jwk["kid"]), f"{KEY}|{LENGTH}"
    ),
    "a jku of its own": Bad(lambda forge: forge.by_stranger(jku=forge.stranger_set_url), SIGNATURE),
    "a jku and a kid of its own": Bad(
        lambda forge: forge.by_stranger(jku=forge.stranger_set_url, kid=forge.stranger.jwk["kid"]), KEY
    ),
    "cut by its last letters": Bad(lambda forge: forge.good[:-4], f"{SIGNATURE}|{FORM}"),
    "cut by its signature": Bad(lambda forge: forge.good.rpartition(".")[0], FORM),
    "cut by half": Bad(lambda forge: forge.good[: len(forge.good) // 2], FORM),
}
# Elliptic curves have mistakes of their own: KMS's form of a signature, and the one that careless arithmetic proves.
BAD_ON_CURVES = BAD | {
    "a signature in DER": Bad(_in_der, f"{SIGNATURE}|{FORM}"),
    "a signature of zeros": Bad(_zeros, SIGNATURE),
}
