"""Key rotation carried out: the plan's steps, one after the other, each written down before the next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.domain.alteration import Altered, altered
from jobpass_issuer.domain.documents import published_documents
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.reconciliation import Published, WitnessedKey, reconcile
from jobpass_issuer.domain.rotation import (
    Action,
    Activate,
    Disable,
    Forget,
    Prepare,
    Publish,
    Remove,
    Retire,
    RotationPolicy,
    ScheduleDeletion,
    plan,
)

# A run takes a handful; more means that the plan never comes to rest, which must not bill by the minute.
MAX_STEPS = 50


class RingStore(Protocol):
    """Where the ring is kept."""

    def read(self) -> KeyRing:
        """Return the ring as it is now."""

    def write(self, ring: KeyRing, expected_version: int) -> None:
        """Keep the ring if the one that is there still has the expected version."""

    def table_id(self) -> str:
        """Return what tells this table from a restored copy."""


class KeyStore(Protocol):
    """Where the keys are."""

    def create(self, algorithm: str) -> tuple[str, Mapping[str, str]]:
        """Make a key and return its ARN and JWK."""

    def witness(self, known: Sequence[str]) -> list[WitnessedKey]:
        """Return what is known of the keys with these ARNs, and of all others of this issuer."""

    def revoke(self, key_arn: str, reason: str) -> None:
        """Disable a key and write the revocation on it."""

    def schedule_deletion(self, key_arn: str) -> None:
        """Let a key be deleted after the longest wait."""


class DocumentStore(Protocol):
    """Where the documents are."""

    def published(self) -> Published:
        """Return what is published."""

    def publish(self, documents: Mapping[str, bytes]) -> None:
        """Write the documents that differ, and return once they are served."""

    def leave_copy(self, ring: KeyRing) -> None:
        """Leave a copy of the ring beside the documents, if the one there differs."""


class KeyRotation:
    """Brings the ring to where the policy and the time want it, and does what an operator asks.

    May be stopped at any point, and run twice at once: every outcome is written on condition that nobody else wrote
    meanwhile, and whoever comes next plans from what is written.
    """

    def __init__(
        self,
        rings: RingStore,
        keys: KeyStore,
        documents: DocumentStore,
        *,
        issuer: Issuer,
        policy: RotationPolicy,
        clock: Callable[[], int],
        report: Callable[[Action | Altered, KeyRing], None],
        at_rest: Callable[[KeyRing, int], None] = lambda _ring, _now: None,
    ) -> None:
        self._rings = rings
        self._keys = keys
        self._documents = documents
        self._issuer = issuer
        self._policy = policy
        self._clock = clock
        self._report = report
        self._at_rest = at_rest

    @property
    def policy(self) -> RotationPolicy:
        """How long a key is in each of its states, and the algorithm that the deployment wants."""
        return self._policy

    def now(self) -> int:
        """Return the moment, in Unix seconds."""
        return self._clock()

    def look(self) -> KeyRing:
        """Return the ring as it is stored."""
        return self._rings.read()

    def settle(self, change: Callable[[KeyRing, int], KeyRing] = lambda ring, _: ring) -> KeyRing:
        """Apply a change to the ring, carry out every step that is then due, and return the ring at rest.

        Raises:
            DependencyError: an AWS call failed, or another run wrote the ring meanwhile; the next run goes on.
            ValueError: the change is not possible, or a second ring would arise over living trust.
        """
        stored = self._rings.read()
        ring = self._reconciled(stored)
        ring = change(ring, self._clock())
        refused: dict[Action, DependencyError] = {}
        for _ in range(MAX_STEPS):
            step = next((each for each in plan(ring, self._policy, self._clock()) if each not in refused), None)
            if step is not None and (decided := self._decided(step, ring)) is not None:
                ring = decided
                self._report(step, ring)
                continue
            stored = ring = self._kept(ring, stored)
            if step is None:
                break
            try:
                after = self._done(step, ring)
            except DependencyError as error:
                if not isinstance(step, Disable):
                    raise
                # KMS will not hear of it; all the more must the key leave the set. The run fails at its end.
                refused[step] = error
                continue
            # Kept at once: what was done must not be done again.
            stored = ring = self._kept(after, stored)
            self._report(step, ring)
        else:
            raise RuntimeError(f"the plan did not come to rest within {MAX_STEPS} steps")
        self._see_to_documents(ring)
        if refused:
            raise next(iter(refused.values()))
        self._at_rest(ring, self._clock())
        return ring

    def _reconciled(self, ring: KeyRing) -> KeyRing:
        witnessed = self._keys.witness([key.key_arn for key in ring.keys])
        published = self._documents.published()
        found = reconcile(ring, witnessed, published, self._rings.table_id(), self._clock())
        # Said before anything is put right: afterwards nobody could see it.
        changed = altered(self._issuer, ring, published, {key.kid for key in found.keys})
        if changed.places:
            self._report(changed, found)
        return found.with_token_lifetime(self._policy.max_token_lifetime_seconds)

    def _see_to_documents(self, ring: KeyRing) -> None:
        """See to the documents, whoever touched them, and leave a copy of the ring beside them.

        A restored or emptied table is told, and mended, by that copy.
        """
        self._documents.publish(published_documents(self._issuer, ring))
        self._documents.leave_copy(ring)

    def _kept(self, ring: KeyRing, stored: KeyRing) -> KeyRing:
        """Return the ring as it is kept, under the next version; an unchanged one is not written."""
        if ring == stored:
            return ring
        following = ring.next_version(stored.version)
        self._rings.write(following, stored.version)
        return following

    def _decided(self, step: Action, ring: KeyRing) -> KeyRing | None:
        """Return the ring after a step that is the ring's alone, or None for one that acts on AWS."""
        now = self._clock()
        match step:
            case Activate(kid):
                return ring.activated(kid, now, self._policy.max_token_lifetime_seconds)
            case Retire(kid):
                return ring.retired(kid, now, self._policy.max_token_lifetime_seconds)
            case Remove(kid):
                return ring.removed(kid, now)
            case Forget(kid):
                return ring.forgotten(kid)
            case _:
                return None

    def _done(self, step: Action, ring: KeyRing) -> KeyRing:
        """Act on AWS and return the ring that knows of it."""
        match step:
            case Prepare(algorithm):
                return self._prepare(algorithm, ring)
            case Publish():
                # The copy first: no set is ever out of which an emptied table could learn nothing.
                self._documents.leave_copy(ring)
                self._documents.publish(published_documents(self._issuer, ring))
                return ring.seen_served(self._clock())
            case Disable(kid):
                key = ring.key(kid)
                self._keys.revoke(key.key_arn, key.reason or "revoked")
                return ring.disabled(kid, self._clock())
            case ScheduleDeletion(kid):
                self._keys.schedule_deletion(ring.key(kid).key_arn)
                return ring.deletion_scheduled(kid, self._clock())
        raise TypeError(step)

    def _prepare(self, algorithm: str, ring: KeyRing) -> KeyRing:
        key_arn, jwk = self._keys.create(algorithm)
        return ring.with_key(SigningKey.new(key_arn, jwk, KeyState.PREPARED, self._clock()))
