"""Rings and keys in any state, for tests of the rotation."""

from dataclasses import replace
from typing import Any

from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.reconciliation import WitnessedKey
from jobpass_issuer.domain.rotation import RotationPolicy

HOUR = 3600
DAY = 86400
NOW = 1_800_000_000
POLICY = RotationPolicy("RS256", 90 * DAY, DAY, HOUR, 300)


def key(kid: str, state: KeyState, algorithm: str = "RS256", **changes: Any) -> SigningKey:
    """A key that came into its state a moment ago, and has been served for long unless it is told otherwise."""
    since = changes.pop("since", NOW)
    made = SigningKey.new(f"arn:{kid}", {"kid": kid, "alg": algorithm}, state, since)
    return replace(made, **{"served_at": NOW - 30 * DAY, **changes})


def prepared(kid: str = "reserve", **changes: Any) -> SigningKey:
    """A key in reserve."""
    return key(kid, KeyState.PREPARED, **changes)


def active(kid: str = "active", **changes: Any) -> SigningKey:
    """The key that signs."""
    return key(kid, KeyState.ACTIVE, **{"token_lifetime_seconds": HOUR, **changes})


def retired(kid: str = "retired", **changes: Any) -> SigningKey:
    """A key that signed tokens of an hour."""
    return key(kid, KeyState.RETIRED, **{"token_lifetime_seconds": HOUR, **changes})


def revoked(kid: str = "revoked", **changes: Any) -> SigningKey:
    """A key that was revoked, disabled and scheduled for its deletion."""
    settled = {"usable": False, "disabled_at": NOW, "deleted_at": NOW}
    return key(kid, KeyState.REVOKED, **{**settled, **changes})


def removed(kid: str = "removed", **changes: Any) -> SigningKey:
    """A key that is out of the set and scheduled for its deletion."""
    return key(kid, KeyState.REMOVED, **{"usable": False, "deleted_at": NOW, **changes})


def ring(*keys: SigningKey, **changes: Any) -> KeyRing:
    """A founded ring whose published keys are served."""
    made = KeyRing(version=5, keys=keys, founded=True, table_id="table-1")
    return replace(made, **{"served": made.published_kids, **changes})


def witness(signing_key: SigningKey, **changes: Any) -> WitnessedKey:
    """What KMS says of a key that nobody touched."""
    made = WitnessedKey(signing_key.key_arn, signing_key.usable, False, signing_key.jwk, NOW - 90 * DAY)
    return replace(made, **changes)
