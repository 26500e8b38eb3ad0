"""A world in which a key ring lives: KMS, table, documents and clock in memory, failing where a test says so."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobpass_issuer.domain.alteration import Altered
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing
from jobpass_issuer.domain.reconciliation import NOTHING_PUBLISHED, Published, WitnessedKey
from jobpass_issuer.domain.rotation import TOLERANCE_SECONDS, Action, RotationPolicy
from jobpass_issuer.handlers.key_rotation import KeyRotation

ISSUER = Issuer("https://issuer.example.com")
JWKS = ".well-known/jwks.json"


class CrashError(Exception):
    """The function died here."""


class ConflictError(Exception):
    """Another run wrote the ring meanwhile."""


@dataclass
class Key:
    """A key as KMS has it."""

    arn: str
    jwk: Mapping[str, str]
    created_at: int
    enabled: bool = True
    pending_deletion: bool = False
    revoked: bool = False

    @property
    def usable(self) -> bool:
        """Whether KMS signs with it."""
        return self.enabled and not self.pending_deletion


@dataclass(frozen=True)
class Token:
    """An ID token that was issued."""

    kid: str
    issued_at: int
    expires_at: int

    @property
    def dead_at(self) -> int:
        """From when on STS takes it no more."""
        return self.expires_at + TOLERANCE_SECONDS


@dataclass
class World:
    """Everything outside the rotation, and what happened in it."""

    policy: RotationPolicy
    now: int = 1_000_000
    keys: dict[str, Key] = field(default_factory=dict)
    ring: KeyRing = EMPTY
    table: str = "table-1"
    published: Published = NOTHING_PUBLISHED
    served: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    actions: list[Action] = field(default_factory=list)
    effects_left: int | None = None
    history: list[KeyRing] = field(default_factory=list)
    before_write: Callable[[], None] | None = None

    def effect(self) -> None:
        """Count one effect on the outside; die where the test said so."""
        if self.effects_left is not None:
            if self.effects_left == 0:
                self.effects_left = None
                raise CrashError
            self.effects_left -= 1

    def rotation(self) -> KeyRotation:
        """A run of the keys function in this world."""
        return KeyRotation(
            _Rings(self),
            _Keys(self),
            _Documents(self),
            issuer=ISSUER,
            policy=self.policy,
            clock=lambda: self.now,
            report=self._note,
        )

    def _note(self, step: Action | Altered, _ring: KeyRing) -> None:
        # Nothing that runs, crashes or restores leave behind may pass for somebody else's doing.
        assert not isinstance(step, Altered), step
        self.actions.append(step)

    def issue(self, lifetime_seconds: int | None = None) -> Token | None:
        """Issue a token as the token function does, or None where it would answer 503."""
        active = self.ring.active
        if active is None or not self.keys[active.key_arn].usable:
            return None
        lifetime = self.policy.max_token_lifetime_seconds if lifetime_seconds is None else lifetime_seconds
        token = Token(active.kid, self.now, self.now + lifetime)
        self.tokens.append(token)
        return token

    def violations(self) -> list[str]:
        """Every token that some copy of the JWK Set fails, though it is neither dead nor revoked."""
        if not self.served:
            return [f"{token} was issued before anything was published" for token in self.tokens]
        stale = self.policy.publish_ahead_seconds
        ends = [start for start, _ in self.served[1:]] + [self.now]
        found = []
        for (start, kids), end in zip(self.served, ends, strict=True):
            for token in self.tokens:
                # A copy is fresh while its age is less than its lifetime (RFC 9111, section 4.2).
                held_while_it_lives = start <= min(token.dead_at, self.now) and token.issued_at < end + stale
                if held_while_it_lives and token.kid not in kids and token.kid not in self.revoked:
                    found.append(f"{token} is not in the set served from {start} to {end}")
        return found


class _Rings:
    def __init__(self, world: World) -> None:
        self._world = world

    def read(self) -> KeyRing:
        return self._world.ring

    def write(self, ring: KeyRing, expected_version: int) -> None:
        if self._world.before_write is not None:
            interfere, self._world.before_write = self._world.before_write, None
            interfere()
        self._world.effect()
        if self._world.ring.version != expected_version:
            raise ConflictError
        self._world.history.append(self._world.ring)
        self._world.ring = ring
        self._world.effect()

    def table_id(self) -> str:
        return self._world.table


class _Keys:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, algorithm: str) -> tuple[str, Mapping[str, str]]:
        self._world.effect()
        number = len(self._world.keys)
        key = Key(f"arn:{number}", {"kid": f"kid-{number}", "alg": algorithm}, self._world.now)
        self._world.keys[key.arn] = key
        self._world.effect()
        return key.arn, key.jwk

    def witness(self, known: Sequence[str]) -> list[WitnessedKey]:
        return [
            WitnessedKey(key.arn, key.usable, key.revoked, None if key.pending_deletion else key.jwk, key.created_at)
            for key in self._world.keys.values()
        ]

    def revoke(self, key_arn: str, reason: str) -> None:
        self._world.effect()
        self._world.keys[key_arn].enabled = False
        self._world.keys[key_arn].revoked = True
        self._world.effect()

    def schedule_deletion(self, key_arn: str) -> None:
        self._world.effect()
        self._world.keys[key_arn].pending_deletion = True
        self._world.effect()


class _Documents:
    def __init__(self, world: World) -> None:
        self._world = world

    def published(self) -> Published:
        return self._world.published

    def publish(self, documents: Mapping[str, bytes]) -> None:
        world = self._world
        world.effect()
        kids = tuple(sorted(jwk["kid"] for jwk in json.loads(documents[JWKS])["keys"]))
        if not world.served or world.served[-1][1] != frozenset(kids):
            world.served.append((world.now, frozenset(kids)))
        world.published = replace(world.published, kids=kids)
        world.effect()

    def leave_copy(self, ring: KeyRing) -> None:
        world = self._world
        if world.published.ring != ring:
            world.effect()
            world.published = replace(world.published, ring=ring)
            world.effect()
