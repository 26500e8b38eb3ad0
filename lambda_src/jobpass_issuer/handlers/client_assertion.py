"""Client assertions: how a platform without AWS credentials proves itself, by a signature (RFC 7523)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from ecdsa import BadSignatureError, NIST256p, VerifyingKey
from jwt.algorithms import Algorithm
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from jobpass_issuer.domain import client_assertion, rsa
from jobpass_issuer.domain.client_assertion import Proof
from jobpass_issuer.domain.jwk import from_base64url
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.handlers import request

PublicKey = Mapping[str, str]


class _Verification(Algorithm):
    """A JWS algorithm that verifies with a public JWK, and has nothing to sign with."""

    def prepare_key(self, key: PublicKey) -> PublicKey:
        """Return the JWK unchanged."""
        return key

    def sign(self, msg: bytes, key: PublicKey) -> bytes:
        """Refuse: the private key is the platform's."""
        raise NotImplementedError

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> Any:
        """Refuse: it is one already."""
        raise NotImplementedError

    @staticmethod
    def from_jwk(jwk: Any) -> Any:
        """Refuse: keys come from the deployment alone."""
        raise NotImplementedError


class _Rs256(_Verification):
    def verify(self, msg: bytes, key: PublicKey, sig: bytes) -> bool:
        """Whether the signature is the key's for the message (RFC 7518, section 3.3)."""
        modulus, exponent = (int.from_bytes(from_base64url(key[name]), "big") for name in ("n", "e"))
        return rsa.signature_holds(modulus, exponent, msg, sig)


class _Es256(_Verification):
    def verify(self, msg: bytes, key: PublicKey, sig: bytes) -> bool:
        """Whether the signature, R and S in 32 bytes each, is the key's for the message (RFC 7518, section 3.4)."""
        point = from_base64url(key["x"]) + from_base64url(key["y"])
        known = VerifyingKey.from_string(point, NIST256p, hashlib.sha256)
        try:
            return bool(known.verify(sig, msg))
        except BadSignatureError:
            return False
        except TypeError:
            # The sum that must have R as its coordinate is the point at infinity, which has none: the signer's own
            # doing, since it takes the private key.
            return False


# A private instance that knows two algorithms: not `none`, and none in which a public key would be the secret.
_JWS = PyJWS(algorithms=[])
_JWS.register_algorithm("RS256", _Rs256())
_JWS.register_algorithm("ES256", _Es256())


def prove(event: request.Event, platforms: Mapping[str, Platform], issuer_url: str, now: int) -> Proof:
    """Return the platform that the request's client assertion proves; whether it is the first use is not asked here.

    Raises:
        InvalidClientError: there is no assertion, or it proves no platform of this issuer now.
    """
    assertion = client_assertion.from_authorization(request.header(event, "authorization"))
    platform, key = client_assertion.claimed_key(assertion, platforms)
    # PyJWT's types know the keys of another library alone.
    public_key: Any = key
    try:
        _JWS.decode(assertion.text, public_key, algorithms=[key["alg"]])
    except PyJWTError:
        raise client_assertion.unproven() from None
    return client_assertion.proven(assertion.claims, platform, issuer_url, now)
