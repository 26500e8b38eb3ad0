"""Reconciliation: the ring as it was stored, corrected by what KMS and the published documents bear witness to.

The table may be a restored copy, or emptied; a key may have been disabled, deleted or revoked behind the ring's back; a
run may have died between making a key and writing it down. What is written on the keys themselves outlives all of that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey

# What the configuration permits at the most: a key of unknown past may have signed a token that lives so long.
MAX_TOKEN_LIFETIME_SECONDS = 43_200
# A key that nobody published and that is older was retained by an issuer of this name that is gone: its policy names
# roles that are gone too.
ADOPTION_SECONDS = 7200


@dataclass(frozen=True, slots=True)
class WitnessedKey:
    """A KMS key that bears the issuer's tag.

    `usable` says that KMS would sign with it, `revoked` that it bears the mark of a revocation. `jwk` is None for a key
    that waits for its deletion, of which KMS shows nothing.
    """

    key_arn: str
    usable: bool
    revoked: bool
    jwk: Mapping[str, str] | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Published:
    """What lies in the bucket: the `kid`s of the JWK Set, and the copy of the ring that is left beside it.

    `bodies` has the documents themselves by their keys, those that are there.
    """

    kids: tuple[str, ...]
    ring: KeyRing | None
    bodies: Mapping[str, bytes] = field(default_factory=dict)


NOTHING_PUBLISHED = Published((), None)


def reconcile(
    ring: KeyRing, witnessed: Iterable[WitnessedKey], published: Published, table_id: str, now: int
) -> KeyRing:
    """Return the ring that agrees with its witnesses; the same ring where it already did.

    Raises:
        ValueError: a JWK Set is published of which no key can be found, so that a new ring would break every trust.
    """
    keys = {key.key_arn: key for key in witnessed}
    if published.kids and not ring.keys and not keys:
        raise ValueError(
            "a JWK Set is published, but neither table nor KMS knows a key of it: refusing to begin a second ring; "
            "see the runbook on restored tables"
        )
    ring = _caught_up(ring, published, table_id, now)
    if published.kids:
        ring = replace(ring, served=published.kids, founded=ring.founded or not ring.keys)
        if not ring.founded and not ring.first_set:
            # From a first run that died: what it published is what others may hold.
            ring = replace(ring, first_set=published.kids)
    for key in ring.keys:
        ring = _corrected(ring, key, keys.get(key.key_arn), now)
    known = {key.key_arn for key in ring.keys}
    strangers = sorted((key for arn, key in keys.items() if arn not in known), key=lambda key: key.created_at)
    for stranger in strangers:
        ring = _adopted(ring, stranger, published, now)
    return ring


def _caught_up(ring: KeyRing, published: Published, table_id: str, now: int) -> KeyRing:
    """Take the bucket's copy of the ring where the table lags behind it, and void the registrations of such a table.

    The copy is written after the table, so only a table that was restored or emptied can be behind. One that was
    restored to the very last ring is told by its identifier: jobs that were ended since might live again in it.
    """
    copy = published.ring
    if copy is None:
        return ring if ring.table_id == table_id else replace(ring, table_id=table_id)
    if copy.version > ring.version or copy.table_id != table_id:
        latest = copy if copy.version > ring.version else ring
        # By the table's old word a retired key may have signed until this moment: its time begins anew.
        keys = tuple(key.moved(key.state, now) if key.state is KeyState.RETIRED else key for key in latest.keys)
        ring = replace(latest, keys=keys, void_before=now)
    return ring if ring.table_id == table_id else replace(ring, table_id=table_id)


def _corrected(ring: KeyRing, key: SigningKey, witness: WitnessedKey | None, now: int) -> KeyRing:
    usable = witness is not None and witness.usable
    if witness is not None and witness.revoked and key.state is not KeyState.REVOKED:
        return ring.with_key(replace(key, usable=False)).revoked(key.kid, now, "revoked in KMS").disabled(key.kid, now)
    if key.state is KeyState.REVOKED and usable:
        # Enabled again behind our back: the plan will disable it anew.
        return ring.with_key(replace(key, disabled_at=None, usable=False))
    if key.state is KeyState.ACTIVE and not usable:
        ring = ring.retired(key.kid, now)
        key = ring.key(key.kid)
    return ring if key.usable == usable else ring.with_key(replace(key, usable=usable))


def _adopted(ring: KeyRing, witness: WitnessedKey, published: Published, now: int) -> KeyRing:
    """Take in a key of ours that the ring does not know: made by a run that died, or after a backup was taken."""
    if witness.jwk is None:
        return ring
    kid = witness.jwk["kid"]
    if any(key.kid == kid for key in ring.keys):
        return ring
    if witness.revoked:
        key = SigningKey.new(witness.key_arn, witness.jwk, KeyState.REVOKED, now)
        return ring.with_key(replace(key, usable=False, disabled_at=now, reason="revoked in KMS"))
    if kid in published.kids:
        # It may have signed tokens that live: published until none of them can. Since when it is, nobody knows.
        key = SigningKey.new(witness.key_arn, witness.jwk, KeyState.RETIRED, now)
        key = replace(key, usable=witness.usable, token_lifetime_seconds=MAX_TOKEN_LIFETIME_SECONDS)
        return ring.with_key(key)
    if witness.usable and now - witness.created_at <= ADOPTION_SECONDS:
        return ring.with_key(SigningKey.new(witness.key_arn, witness.jwk, KeyState.PREPARED, now))
    return ring
