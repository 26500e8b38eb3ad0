"""The key ring: every signing key of the issuer, each in its state, and the steps from one state to the next."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self


class KeyState(StrEnum):
    """Where a signing key is in its life."""

    PREPARED = "prepared"  # published, not yet signing
    ACTIVE = "active"  # signs
    RETIRED = "retired"  # signs no more, published until its last token can no longer be taken
    REVOKED = "revoked"  # disabled and out of the set at once
    REMOVED = "removed"  # out of the set after its time, its deletion scheduled


PUBLISHED = frozenset({KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRED})


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One asymmetric KMS key; all times are Unix seconds.

    `changed_at` has the time at which it last came into each of its states, `served_at` when it was first seen in the
    JWK Set that relying parties get, `disabled_at` and `deleted_at` when KMS was told so. `token_lifetime_seconds` is
    the longest life that a token it signed may have. `usable` is false once KMS would not sign with it. The public JWK
    is kept because KMS refuses GetPublicKey for a key that waits for deletion.
    """

    kid: str
    key_arn: str
    algorithm: str
    state: KeyState
    jwk: Mapping[str, str]
    changed_at: Mapping[str, int]
    served_at: int | None = None
    disabled_at: int | None = None
    deleted_at: int | None = None
    token_lifetime_seconds: int = 0
    usable: bool = True
    reason: str | None = None

    def moved(self, state: KeyState, now: int) -> "SigningKey":
        """Return this key in another state."""
        return replace(self, state=state, changed_at={**self.changed_at, state.value: now})

    def since(self, state: KeyState) -> int:
        """Return when it last came into a state; 0 where it never did."""
        return self.changed_at.get(state.value, 0)

    @classmethod
    def new(cls, key_arn: str, jwk: Mapping[str, str], state: KeyState, now: int) -> Self:
        """Return a key that comes into the ring."""
        return cls(jwk["kid"], key_arn, jwk["alg"], state, jwk, {state.value: now})

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same key."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the key that `to_document` wrote."""
        return cls(**{**document, "state": KeyState(document["state"])})


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All signing keys.

    `version` grows with every change that is stored. `founded` says that a key of it has signed; `first_set` has the
    `kid`s of the first JWK Set that it published, where that is known, and `served` those of the last that relying
    parties were seen to get. Registrations made before `void_before` count no more. `rotation_wanted` is an operator's
    word that the next step need not wait for its date. `table_id` is the table that the ring was written to: a restored
    copy of the table has another.
    """

    version: int = 0
    keys: tuple[SigningKey, ...] = ()
    founded: bool = False
    first_set: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    void_before: int = 0
    rotation_wanted: bool = False
    table_id: str = ""

    @property
    def active(self) -> SigningKey | None:
        """The key that signs, or None where there is none."""
        return next((key for key in self.keys if key.state is KeyState.ACTIVE), None)

    @property
    def published(self) -> tuple[SigningKey, ...]:
        """The keys that belong in the JWK Set."""
        return tuple(key for key in self.keys if key.state in PUBLISHED)

    @property
    def published_kids(self) -> tuple[str, ...]:
        """The `kid`s that belong in the JWK Set, in order."""
        return tuple(sorted(key.kid for key in self.published))

    def next_version(self, stored_version: int) -> "KeyRing":
        """Return the ring as the successor of a stored one; a version that was ahead of it stays ahead."""
        return replace(self, version=max(self.version, stored_version) + 1)

    def key(self, kid: str) -> SigningKey:
        """Return a key by its `kid`.

        Raises:
            KeyError: the ring has no such key.
        """
        for key in self.keys:
            if key.kid == kid:
                return key
        raise KeyError(kid)

    def with_key(self, key: SigningKey) -> "KeyRing":
        """Return the ring with a key added to its end, or put in the place of the one with its `kid`."""
        if any(each.kid == key.kid for each in self.keys):
            return self._changed(key.kid, lambda _: key)
        return replace(self, keys=(*self.keys, key))

    def activated(self, kid: str, now: int, token_lifetime_seconds: int) -> "KeyRing":
        """Return the ring in which this key signs, and the one that signed until now is retired."""
        current = self.active
        ring = self if current is None else self.retired(current.kid, now)
        ring = ring.with_key(ring.key(kid).moved(KeyState.ACTIVE, now)).with_token_lifetime(token_lifetime_seconds)
        return replace(ring, founded=True, rotation_wanted=False)

    def with_token_lifetime(self, seconds: int) -> "KeyRing":
        """Return the ring whose active key may sign tokens of this life; a longer one that it had is not forgotten."""
        if self.active is None or self.active.token_lifetime_seconds >= seconds:
            return self
        return self._changed(self.active.kid, lambda key: replace(key, token_lifetime_seconds=seconds))

    def retired(self, kid: str, now: int, token_lifetime_seconds: int = 0) -> "KeyRing":
        """Return the ring in which this key signs no more but stays published, for tokens of at least this life."""
        key = self.key(kid).moved(KeyState.RETIRED, now)
        lifetime = max(key.token_lifetime_seconds, token_lifetime_seconds)
        return self.with_key(replace(key, token_lifetime_seconds=lifetime))

    def removed(self, kid: str, now: int) -> "KeyRing":
        """Return the ring without this key in its set."""
        return self._moved(kid, KeyState.REMOVED, now)

    def revoked(self, kid: str, now: int, reason: str) -> "KeyRing":
        """Return the ring in which this key counts no more."""
        return self._changed(kid, lambda key: replace(key.moved(KeyState.REVOKED, now), reason=reason))

    def disabled(self, kid: str, now: int) -> "KeyRing":
        """Return the ring that knows that KMS has disabled this key."""
        return self._changed(kid, lambda key: replace(key, disabled_at=now, usable=False))

    def deletion_scheduled(self, kid: str, now: int) -> "KeyRing":
        """Return the ring that knows that KMS will delete this key."""
        return self._changed(kid, lambda key: replace(key, deleted_at=now, usable=False))

    def forgotten(self, kid: str) -> "KeyRing":
        """Return the ring without any memory of this key."""
        return replace(self, keys=tuple(key for key in self.keys if key.kid != kid))

    def seen_served(self, now: int) -> "KeyRing":
        """Return the ring that knows that relying parties now get exactly its published keys."""
        keys = tuple(
            replace(key, served_at=now) if key.state in PUBLISHED and key.served_at is None else key
            for key in self.keys
        )
        first_set = self.first_set if self.first_set or self.founded else self.published_kids
        return replace(self, keys=keys, served=self.published_kids, first_set=first_set)

    def _moved(self, kid: str, state: KeyState, now: int) -> "KeyRing":
        return self._changed(kid, lambda key: key.moved(state, now))

    def _changed(self, kid: str, change: Callable[[SigningKey], SigningKey]) -> "KeyRing":
        return replace(self, keys=tuple(change(key) if key.kid == kid else key for key in self.keys))

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same ring."""
        return {**asdict(replace(self, keys=())), "keys": [key.to_document() for key in self.keys]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the ring that `to_document` wrote."""
        keys = tuple(SigningKey.from_document(each) for each in document["keys"])
        return cls(**{**document, "keys": keys, **{name: tuple(document[name]) for name in ("served", "first_set")}})


EMPTY = KeyRing()
