"""The key ring: every signing key of the issuer, each in its state."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class KeyState(StrEnum):
    """Where a signing key is in its life."""

    PREPARED = "prepared"  # published, not yet signing
    ACTIVE = "active"  # signs
    RETIRED = "retired"  # signs no more, published until its last token can no longer be taken
    REVOKED = "revoked"  # disabled and out of the set at once


PUBLISHED = frozenset({KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRED})


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One asymmetric KMS key; `changed_at` has the Unix time at which it came into each of its states.

    The public JWK is kept here because KMS refuses GetPublicKey for a key that waits for its deletion.
    """

    kid: str
    key_arn: str
    algorithm: str
    state: KeyState
    jwk: Mapping[str, str]
    changed_at: Mapping[str, int]

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same key."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the key that `to_document` wrote."""
        return cls(**{**document, "state": KeyState(document["state"])})


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All signing keys; `version` grows by one with every change that is stored."""

    version: int
    keys: tuple[SigningKey, ...]

    @property
    def active(self) -> SigningKey | None:
        """The key that signs, or None where there is none."""
        return next((key for key in self.keys if key.state is KeyState.ACTIVE), None)

    @property
    def published(self) -> tuple[SigningKey, ...]:
        """The keys that belong in the JWK Set."""
        return tuple(key for key in self.keys if key.state in PUBLISHED)

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same ring."""
        return {"version": self.version, "keys": [key.to_document() for key in self.keys]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the ring that `to_document` wrote."""
        return cls(document["version"], tuple(SigningKey.from_document(each) for each in document["keys"]))


EMPTY = KeyRing(0, ())
