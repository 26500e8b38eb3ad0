"""Signing: PyJWT assembles the JWS, KMS makes the signature, on an instance of its own."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jwt.algorithms import Algorithm as JwsAlgorithm
from jwt.api_jws import PyJWS

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, KeyUnusableError, request_id_of, required
from jobpass_issuer.aws.json_service import JsonService
from jobpass_issuer.domain.algorithm import ALGORITHMS, Algorithm
from jobpass_issuer.domain.ecdsa import der_to_joined
from jobpass_issuer.domain.issuance_record import user_agent
from jobpass_issuer.domain.key_ring import SigningKey

_OPERATION = "kms:Sign"
_UNUSABLE = frozenset({"DisabledException", "KMSInvalidStateException", "NotFoundException"})


_encoded = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(slots=True)
class _Signing:
    """One signature: by which key, of which token, and once it is made the request ID of KMS's answer."""

    key_arn: str
    jti: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """An ID token in its compact form, and the request ID of the call that signed it; its `repr` hides the token."""

    text: str = field(repr=False)
    kms_request_id: str


class KmsAlgorithm(JwsAlgorithm):
    """A JWS algorithm whose private keys stay in KMS: what stands for a key is one signature that is asked of it."""

    def __init__(self, kms: JsonService, algorithm: Algorithm) -> None:
        self._kms = kms
        self._algorithm = algorithm

    def prepare_key(self, key: _Signing) -> _Signing:
        """Return it unchanged."""
        return key

    def sign(self, msg: bytes, key: _Signing) -> bytes:
        """Return the signature of a JWS signing input.

        The digest is sent, not the message: KMS takes 4,096 bytes of message, and a token with tags may be longer.

        Raises:
            KeyUnusableError: the key is disabled, waits for its deletion, or is gone.
            DependencyError: KMS failed.
        """
        members = {
            "KeyId": key.key_arn,
            "Message": b64encode(hashlib.new(self._algorithm.digest, msg).digest()).decode("ascii"),
            "MessageType": "DIGEST",
            "SigningAlgorithm": self._algorithm.signing_algorithm,
        }
        try:
            # CloudTrail keeps the user agent. SigV4 does not cover that header.
            answer = self._kms.call("Sign", members, user_agent(key.jti))
        except DependencyError as error:
            if error.reason in _UNUSABLE:
                raise KeyUnusableError(error.operation, error.reason, request_id=error.request_id) from None
            raise
        key.request_id = request_id_of(answer) or ""
        try:
            signature = b64decode(required(answer, "Signature", _OPERATION), validate=True)
        except (TypeError, ValueError):
            raise DependencyError(_OPERATION, MALFORMED, request_id=key.request_id) from None
        if self._algorithm.component_length is None:
            return signature
        try:
            return der_to_joined(signature, self._algorithm.component_length)
        except ValueError as error:
            raise DependencyError(_OPERATION, "MalformedSignature", request_id=key.request_id) from error

    def verify(self, msg: bytes, key: _Signing, sig: bytes) -> bool:
        """Refuse: relying parties verify, with the public key; whoever asks this function has lost the way."""
        raise NotImplementedError

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> Any:
        """Refuse: the key ring has the JWK."""
        raise NotImplementedError

    @staticmethod
    def from_jwk(jwk: Any) -> Any:
        """Refuse: the private key is in KMS."""
        raise NotImplementedError


class KmsSigner:
    """Makes signed ID tokens, and says in the user agent of each call of KMS which: CloudTrail keeps that."""

    def __init__(self, kms: JsonService) -> None:
        # A private instance: registering on PyJWT's module would change what every other user of it accepts.
        self._jws = PyJWS(algorithms=[])
        for name, algorithm in ALGORITHMS.items():
            self._jws.register_algorithm(name, KmsAlgorithm(kms, algorithm))

    def sign(self, claims: Mapping[str, Any], key: SigningKey) -> SignedToken:
        """Return the ID token (RFC 7515, section 3.1).

        Raises:
            KeyUnusableError: the key is disabled, waits for its deletion, or is gone.
            DependencyError: KMS failed.
        """
        payload = _encoded(claims).encode()
        signing: Any = _Signing(key.key_arn, claims["jti"])
        text = self._jws.encode(payload, signing, algorithm=key.algorithm, headers={"kid": key.kid})
        return SignedToken(text, signing.request_id)
