"""Signing: PyJWT assembles the JWS, KMS makes the signature, on an instance of its own."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jwt.algorithms import Algorithm as JwsAlgorithm
from jwt.api_jws import PyJWS

from jobpass_issuer.aws.failure import DependencyError, KeyUnusableError, required, translated
from jobpass_issuer.domain.algorithm import ALGORITHMS, Algorithm
from jobpass_issuer.domain.ecdsa import der_to_joined
from jobpass_issuer.domain.key_ring import SigningKey

_UNUSABLE = frozenset({"DisabledException", "KMSInvalidStateException", "NotFoundException"})


class KmsAlgorithm(JwsAlgorithm):
    """A JWS algorithm whose private keys stay in KMS: a key is named by its ARN."""

    def __init__(self, kms: Any, algorithm: Algorithm) -> None:
        self._kms = kms
        self._algorithm = algorithm

    def prepare_key(self, key: str) -> str:
        """Return the key's ARN unchanged."""
        return key

    def sign(self, msg: bytes, key: str) -> bytes:
        """Return the signature of a JWS signing input.

        The digest is sent, not the message: KMS takes 4,096 bytes of message, and a token with tags may be longer.

        Raises:
            KeyUnusableError: the key is disabled, waits for its deletion, or is gone.
            DependencyError: KMS failed.
        """
        try:
            with translated("kms:Sign"):
                answer = self._kms.sign(
                    KeyId=key,
                    Message=hashlib.new(self._algorithm.digest, msg).digest(),
                    MessageType="DIGEST",
                    SigningAlgorithm=self._algorithm.signing_algorithm,
                )
        except DependencyError as error:
            if error.reason in _UNUSABLE:
                raise KeyUnusableError(error.operation, error.reason) from None
            raise
        signature: bytes = required(answer, "Signature", "kms:Sign")
        if self._algorithm.component_length is None:
            return signature
        try:
            return der_to_joined(signature, self._algorithm.component_length)
        except ValueError as error:
            raise DependencyError("kms:Sign", "MalformedSignature") from error

    def verify(self, msg: bytes, key: str, sig: bytes) -> bool:
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
    """Makes signed ID tokens."""

    def __init__(self, kms: Any) -> None:
        # A private instance: registering on PyJWT's module would change what every other user of it accepts.
        self._jws = PyJWS(algorithms=[])
        for name, algorithm in ALGORITHMS.items():
            self._jws.register_algorithm(name, KmsAlgorithm(kms, algorithm))

    def sign(self, claims: Mapping[str, Any], key: SigningKey) -> str:
        """Return the ID token in its compact form (RFC 7515, section 3.1).

        Raises:
            KeyUnusableError: the key is disabled, waits for its deletion, or is gone.
            DependencyError: KMS failed.
        """
        payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        return self._jws.encode(payload, key.key_arn, algorithm=key.algorithm, headers={"kid": key.kid})
