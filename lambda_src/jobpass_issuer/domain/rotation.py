"""Rotation: which steps the key ring takes next, decided from the ring, the policy and the time alone.

The law: at every instant, the `kid` of every token that is neither expired nor revoked is in every copy of the JWK Set
that a relying party may still hold. So a key is published before it signs, for longer than anybody holds a copy, and
stays published after it signed, until nobody takes its last token.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey

# STS takes a token for five minutes after its `exp` (observed); clocks of others, and ours, may be wrong by as much.
TOLERANCE_SECONDS = 300
CLOCK_SKEW_SECONDS = 300
# KMS's longest wait before it deletes, in days, and a day more before the ring forgets the key.
DELETION_WINDOW_DAYS = 30
REMEMBERED_SECONDS = (DELETION_WINDOW_DAYS + 1) * 86400


@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """How long a key is in each of its states, in seconds.

    `publish_ahead_seconds` is how long a key is published before it signs, and must be no shorter than
    `cache_seconds`, for which relying parties are told to hold a copy. AWS documents no such time for STS, so the
    default is a day.
    """

    algorithm: str
    rotate_every_seconds: int
    publish_ahead_seconds: int
    max_token_lifetime_seconds: int
    cache_seconds: int

    def retired_seconds(self, key: SigningKey) -> int:
        """How long a retired key stays published: until nobody takes its last token, by any copy or clock."""
        return key.token_lifetime_seconds + TOLERANCE_SECONDS + CLOCK_SKEW_SECONDS + self.cache_seconds


@dataclass(frozen=True, slots=True)
class Prepare:
    """Make a key in KMS and put it into the ring."""

    algorithm: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Write the documents of the ring, and see them served."""


@dataclass(frozen=True, slots=True)
class Activate:
    """Let this key sign from now on, and retire the one that did."""

    kid: str


@dataclass(frozen=True, slots=True)
class Retire:
    """Keep this key in reserve no longer; it stays published for as long as one that has signed."""

    kid: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take this key, with which KMS signs no more, out of the set."""

    kid: str


@dataclass(frozen=True, slots=True)
class Disable:
    """Have KMS refuse this revoked key, and write the revocation on it."""

    kid: str


@dataclass(frozen=True, slots=True)
class ScheduleDeletion:
    """Have KMS delete this key after its longest wait."""

    kid: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Strike this key, which KMS has deleted, from the ring."""

    kid: str


Action = Prepare | Publish | Activate | Retire | Remove | Disable | ScheduleDeletion | Forget


def plan(ring: KeyRing, policy: RotationPolicy, now: int) -> tuple[Action, ...]:
    """Return the steps that are due, in order; none where the ring is as it should be.

    Whoever carries them out may stop after any of them and plan anew: each step's outcome is in the ring, and what is
    done is not planned again.
    """
    return tuple(_steps(ring, policy, now))


def _steps(ring: KeyRing, policy: RotationPolicy, now: int) -> Iterator[Action]:
    successor = _successor(ring, policy, now)
    if successor is not None:
        yield Activate(successor.kid)
        return
    revoked = {key.kid for key in ring.keys if key.state is KeyState.REVOKED}
    yield from (Disable(kid) for kid in sorted(revoked) if ring.key(kid).disabled_at is None)
    if revoked & set(ring.served):
        # Before anything else that could fail: a key that nobody may trust is still shown.
        yield Publish()
        return
    # Not removed at once: were the table lost with the word of its last step, such a key might have signed in it.
    yield from (Retire(key.kid) for key in ring.keys if _is_surplus(key, ring, policy) and _was_shown(key, ring))
    # A new issuer begins with two: one that signs, one in reserve.
    missing = (1 if ring.founded else 2) - _reserve_size(ring, policy)
    if missing > 0:
        yield from [Prepare(policy.algorithm)] * missing
    yield from _farewells(ring, policy, now)
    if missing <= 0 and (ring.served != ring.published_kids or any(key.served_at is None for key in ring.published)):
        yield Publish()


def _farewells(ring: KeyRing, policy: RotationPolicy, now: int) -> Iterator[Action]:
    for key in ring.keys:
        has_served = _has_served_its_time(key, ring, policy, now)
        if has_served or key.state in {KeyState.REMOVED, KeyState.REVOKED}:
            if key.state is KeyState.REVOKED and key.disabled_at is None:
                # KMS takes no mark for a key that waits for its deletion, and the mark must outlive the table.
                continue
            # While the key is still in the set: a restored table may sign with it, which it must not be able to once
            # nobody knows the key. Removed first, it would be left out of a set that a revocation sends out at once.
            if key.deleted_at is None:
                yield ScheduleDeletion(key.kid)
            elif has_served:
                yield Remove(key.kid)
            elif key.kid not in ring.served and key.deleted_at + REMEMBERED_SECONDS <= now:
                yield Forget(key.kid)


def _reserve_size(ring: KeyRing, policy: RotationPolicy) -> int:
    """How many keys of the deployment's algorithm are in reserve."""
    return sum(key.state is KeyState.PREPARED and key.usable and key.algorithm == policy.algorithm for key in ring.keys)


def _successor(ring: KeyRing, policy: RotationPolicy, now: int) -> SigningKey | None:
    """The key that is to sign instead of the one that does, or None where none is or nothing is due."""
    active = ring.active
    if active is not None and not _is_due(active, ring, policy, now):
        return None
    ripe = [key for key in ring.keys if key.state is KeyState.PREPARED and _is_ripe(key, ring, policy, now)]
    ripe.sort(key=lambda key: (key.algorithm != policy.algorithm, key.served_at))
    if active is None and not ripe:
        # No reserve is old enough. A retired key that still works is in every copy: better than none at all.
        ripe = [key for key in ring.keys if key.state is KeyState.RETIRED and _is_ripe(key, ring, policy, now)]
        ripe.sort(key=lambda key: -key.since(KeyState.RETIRED))
    if active is not None:
        ripe = [key for key in ripe if key.algorithm == policy.algorithm]
    return ripe[0] if ripe else None


def _is_due(active: SigningKey, ring: KeyRing, policy: RotationPolicy, now: int) -> bool:
    due = active.since(KeyState.ACTIVE) + policy.rotate_every_seconds
    return ring.rotation_wanted or active.algorithm != policy.algorithm or now >= due


def _is_ripe(key: SigningKey, ring: KeyRing, policy: RotationPolicy, now: int) -> bool:
    """Whether KMS signs with this key and every copy that anybody may hold has it."""
    known_from = known_everywhere_from(key, ring, policy)
    return key.usable and known_from is not None and known_from <= now


def known_everywhere_from(key: SigningKey, ring: KeyRing, policy: RotationPolicy) -> int | None:
    """Return from when on every copy that anybody may hold has a key; None for one that is not served."""
    if key.served_at is None or key.kid not in ring.served:
        return None
    # Before the first set there was none: a key that was in it is in every copy there ever was.
    return key.served_at + (0 if key.kid in ring.first_set else policy.publish_ahead_seconds)


def due_at(ring: KeyRing, policy: RotationPolicy) -> int | None:
    """Return when the active key is to be replaced, by its age alone; None where no key signs."""
    return None if ring.active is None else ring.active.since(KeyState.ACTIVE) + policy.rotate_every_seconds


def published_until(key: SigningKey, policy: RotationPolicy) -> int | None:
    """Return when a retired key leaves the set; None for any other, whose end nobody knows yet."""
    if key.state is not KeyState.RETIRED:
        return None
    return key.since(KeyState.RETIRED) + policy.retired_seconds(key)


def _has_served_its_time(key: SigningKey, ring: KeyRing, policy: RotationPolicy, now: int) -> bool:
    until = published_until(key, policy)
    if until is not None:
        return now >= until
    return _is_surplus(key, ring, policy) and not _was_shown(key, ring)


def _was_shown(key: SigningKey, ring: KeyRing) -> bool:
    """Whether anybody may know the key."""
    return key.served_at is not None or key.kid in ring.served


def _is_surplus(key: SigningKey, ring: KeyRing, policy: RotationPolicy) -> bool:
    """Whether a key in reserve cannot sign, or is for an algorithm that the deployment has left."""
    left = ring.active is not None and ring.active.algorithm == policy.algorithm != key.algorithm
    return key.state is KeyState.PREPARED and (left or not key.usable)
