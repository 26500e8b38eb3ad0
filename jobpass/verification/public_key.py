"""A JWK's public key as the rules of verification want it, by cryptography."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from jobpass.explain.jwk import PublicKey, public_key, verifies


@dataclass(frozen=True, slots=True)
class LibraryKey:
    """A public key of cryptography's."""

    key: PublicKey

    @property
    def key_type(self) -> str:
        """The type as a JWK has it."""
        return "RSA" if isinstance(self.key, rsa.RSAPublicKey) else "EC"

    @property
    def bits(self) -> int:
        """How long the key is."""
        return self.key.key_size

    def verifies(self, algorithm: str, data: bytes, signature: bytes) -> bool:
        """Whether a signature is the key's."""
        return verifies(algorithm, self.key, data, signature)


def read_key(jwk: Mapping[str, Any]) -> LibraryKey | None:
    """Return the key of a JWK, None where it holds none."""
    key = public_key(jwk)
    return None if key is None else LibraryKey(key)
