"""What the issuer must publish, worked out from KMS's public keys by other code than Jobpass's."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

# Curve, length of a coordinate in bytes (RFC 7518, section 6.2.1).
CURVES = {"secp256r1": ("P-256", 32), "secp384r1": ("P-384", 48), "secp521r1": ("P-521", 66)}

DISCOVERY = """\
{
  "authorization_endpoint": "urn:jobpass:programmatic-authorization",
  "claims_supported": [
    "iss",
    "sub",
    "aud",
    "iat",
    "nbf",
    "exp",
    "jti"
  ],
  "id_token_signing_alg_values_supported": [
    "%(algorithm)s"
  ],
  "issuer": "%(issuer)s",
  "jwks_uri": "%(base)s/.well-known/jwks.json",
  "response_types_supported": [
    "id_token"
  ],
  "scopes_supported": [
    "openid"
  ],
  "subject_types_supported": [
    "public"
  ]
}
"""
RSA_KEY = """\
    {
      "alg": "%(alg)s",
      "e": "%(e)s",
      "kid": "%(kid)s",
      "kty": "RSA",
      "n": "%(n)s",
      "use": "sig"
    }"""
EC_KEY = """\
    {
      "alg": "%(alg)s",
      "crv": "%(crv)s",
      "kid": "%(kid)s",
      "kty": "EC",
      "use": "sig",
      "x": "%(x)s",
      "y": "%(y)s"
    }"""


def discovery_document(issuer: str, algorithm: str) -> bytes:
    """The discovery document, byte for byte (OpenID Connect Discovery 1.0, sections 3 and 4)."""
    return (DISCOVERY % {"issuer": issuer, "base": issuer.removesuffix("/"), "algorithm": algorithm}).encode()


def jwk_set(keys: list[dict[str, str]]) -> bytes:
    """The JWK Set of these keys, byte for byte."""
    texts = [(RSA_KEY if key["kty"] == "RSA" else EC_KEY) % key for key in sorted(keys, key=lambda key: key["kid"])]
    return ('{\n  "keys": [\n' + ",\n".join(texts) + "\n  ]\n}\n").encode()


def issuer_keys(kms: Any, issuer_name: str) -> list[str]:
    """The ARNs of the keys that bear the issuer's tag."""
    arns = [key["KeyArn"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
    tag = {"TagKey": "jobpass:issuer", "TagValue": issuer_name}
    return [arn for arn in arns if tag in kms.list_resource_tags(KeyId=arn)["Tags"]]


def jwk(kms: Any, key_arn: str, algorithm: str) -> dict[str, str]:
    """The JWK of a KMS key, from the DER that GetPublicKey gives."""
    return jwk_of(kms.get_public_key(KeyId=key_arn)["PublicKey"], algorithm)


def jwk_of(der: bytes, algorithm: str) -> dict[str, str]:
    """The JWK of a public key, from its DER (RFC 5280, section 4.1, SubjectPublicKeyInfo)."""
    members = _members(load_der_public_key(der))
    return members | {"alg": algorithm, "use": "sig", "kid": thumbprint(members)}


def thumbprint(members: dict[str, str]) -> str:
    """SHA-256 of the required members, in the order of their names, without blanks (RFC 7638, section 3)."""
    required = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}[members["kty"]]
    text = "{" + ",".join(f'"{name}":"{members[name]}"' for name in required) + "}"
    return _base64url(hashlib.sha256(text.encode()).digest())


def _members(key: object) -> dict[str, str]:
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _shortest(numbers.n), "e": _shortest(numbers.e)}
    if isinstance(key, ec.EllipticCurvePublicKey):
        curve, length = CURVES[key.curve.name]
        point = key.public_numbers()
        x, y = (_base64url(number.to_bytes(length, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": curve, "x": x, "y": y}
    raise TypeError(f"no key of a kind that IAM accepts: {type(key).__name__}")


def _shortest(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
