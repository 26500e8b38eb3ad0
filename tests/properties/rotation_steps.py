"""What may befall a key ring: time, runs that die, operators, races, and hands on KMS and the table."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from jobpass_issuer.domain.key_ring import EMPTY, KeyState
from jobpass_issuer.domain.rotation import RotationPolicy
from tests.properties.rotation_world import ConflictError, CrashError, World

HOUR = 3600
DAY = 86400
Step = Callable[[World], None]


def wait(seconds: int) -> Step:
    def step(world: World) -> None:
        world.now += seconds

    return step


def run(crash_after: int | None) -> Step:
    def step(world: World) -> None:
        world.effects_left = crash_after
        with suppress(CrashError):
            world.rotation().settle()
        world.effects_left = None

    return step


def issue(world: World) -> None:
    world.issue()


def rotate_now(world: World) -> None:
    world.rotation().settle(lambda ring, _: replace(ring, rotation_wanted=True))


def revoke(index: int, crash_after: int | None) -> Step:
    def step(world: World) -> None:
        live = [key for key in world.ring.keys if key.state is not KeyState.REVOKED]
        if not live:
            return
        kid = live[index % len(live)].kid
        world.effects_left = crash_after
        before = world.ring
        with suppress(CrashError):
            world.rotation().settle(lambda ring, now: ring.revoked(kid, now, "test"))
        world.effects_left = None
        if world.ring != before:
            world.revoked.add(kid)

    return step


def change_algorithm(name: str) -> Step:
    def step(world: World) -> None:
        world.policy = replace(world.policy, algorithm=name)

    return step


def two_at_once(world: World) -> None:
    def other() -> None:
        world.rotation().settle()

    world.before_write = other
    with suppress(ConflictError):
        world.rotation().settle()
    world.before_write = None


def disable_behind_our_back(index: int) -> Step:
    def step(world: World) -> None:
        keys = list(world.keys.values())
        if keys:
            keys[index % len(keys)].enabled = False

    return step


def restore_table(index: int, same_table: bool) -> Step:
    """An earlier state of the table comes back.

    DynamoDB restores into a table of another identifier. That somebody writes an old ring into the table itself is told
    by the copy's version, unless the last run died between the table and the copy: then the old ring may be as new as
    the copy, and nothing tells it.
    """

    def step(world: World) -> None:
        copy = world.published.ring
        if world.history:
            old = world.history[index % len(world.history)]
            in_place = same_table and copy is not None and copy.version > old.version
            world.ring = old
            world.table += "" if in_place else "'"
        world.issue()
        with suppress(CrashError):
            world.rotation().settle()

    return step


def empty_table(world: World) -> None:
    world.ring = EMPTY
    world.rotation().settle()


def live(policy: RotationPolicy, schedule: list[Step], founding: int | None = None) -> World:
    """Found a ring and let all of this befall it, with a token issued whenever one can be.

    `founding` is after how many effects the first run dies.
    """
    world = World(policy)
    for step in [run(founding), *schedule]:
        step(world)
        world.issue()
    return world
