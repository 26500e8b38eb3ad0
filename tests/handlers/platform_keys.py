"""Two platforms that prove themselves by signatures, their keys, and the assertions that they make with them."""

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.jwk import base64url, elliptic_curve
from jobpass_issuer.domain.jwk import rsa as rsa_jwk
from jobpass_issuer.domain.platform import Platform
from tests.domain.examples import CI_SERVER, DEPLOYMENT, ISSUER_URL

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FARM_KEY = ec.generate_private_key(ec.SECP256R1())
# No configuration may have it, but if one did, a cube root must forge nothing.
CUBE_KEY = rsa.generate_private_key(public_exponent=3, key_size=2048)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
ABSENT = Ellipsis


def public_jwk(key: PrivateKey, kid: str) -> dict[str, str]:
    """The public half, as the deployment knows it."""
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_numbers()
        return {**rsa_jwk(public.n, public.e), "kid": kid, "alg": "RS256"}
    point = key.public_key().public_numbers()
    return {
        **elliptic_curve("P-256", point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")),
        "kid": kid,
        "alg": "ES256",
    }


def _platform(name: str, *keys: dict[str, str]) -> Platform:
    return replace(CI_SERVER, name=name, invocation_role=None, public_keys=keys)


BUILDHOST = _platform("buildhost", public_jwk(EC_KEY, "ec-1"), public_jwk(RSA_KEY, "rsa-1"))
FARM = _platform("farm", public_jwk(FARM_KEY, "ec-1"), public_jwk(CUBE_KEY, "cube"))
WITH_KEYS = Deployment(
    DEPLOYMENT.profiles, {**DEPLOYMENT.platforms, "buildhost": BUILDHOST, "farm": FARM}, DEPLOYMENT.roles
)


def header(key: PrivateKey = EC_KEY, **changes: Any) -> dict[str, Any]:
    """The header that goes with a key, some members changed, or left out."""
    chosen = {"alg": "RS256", "kid": "rsa-1"} if isinstance(key, rsa.RSAPrivateKey) else {"alg": "ES256", "kid": "ec-1"}
    return _given({**chosen, "typ": "JWT", **changes})


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that hold now, each time with another `jti`, some of them changed, or left out."""
    now = int(time.time())
    made = {
        "iss": "buildhost",
        "sub": "buildhost",
        "aud": ISSUER_URL,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 60,
    }
    return _given({**made, **changes})


def assertion(
    key: PrivateKey = EC_KEY,
    said: Mapping[str, Any] | None = None,
    claimed: Mapping[str, Any] | None = None,
) -> str:
    """An assertion signed by a key, whatever its header and its claims say."""
    signing_input = (
        f"{encoded(header(key) if said is None else said)}.{encoded(claims() if claimed is None else claimed)}"
    )
    return f"{signing_input}.{base64url(signature(key, signing_input.encode()))}"


def signature(key: PrivateKey, message: bytes) -> bytes:
    """A signature as JWS wants it (RFC 7518, sections 3.3 and 3.4)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    numbers = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def encoded(members: Mapping[str, Any]) -> str:
    """A part of a JWT."""
    return base64url(json.dumps(members).encode())


def resigned(text: str, made: bytes) -> str:
    """The assertion with another signature."""
    return f"{text.rpartition('.')[0]}.{base64url(made)}"


def signature_of(text: str) -> bytes:
    """The signature of an assertion."""
    part = text.rpartition(".")[2]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}
