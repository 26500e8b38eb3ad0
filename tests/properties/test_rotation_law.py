"""The law of rotation: every living token's key is in every copy of the JWK Set that anybody may hold."""

import os
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobpass_issuer.domain import rotation
from jobpass_issuer.domain.key_ring import EMPTY, KeyState
from jobpass_issuer.domain.rotation import RotationPolicy, plan
from tests.properties.rotation_steps import (
    DAY,
    HOUR,
    Step,
    change_algorithm,
    disable_behind_our_back,
    empty_table,
    issue,
    live,
    restore_table,
    revoke,
    rotate_now,
    run,
    two_at_once,
    wait,
)
from tests.properties.rotation_world import CrashError, World

SCHEDULES = int(os.environ.get("JOBPASS_ROTATION_SCHEDULES", "8000"))

policies = st.builds(
    lambda algorithm, rotate, cache, ahead, lifetime: RotationPolicy(algorithm, rotate, cache + ahead, lifetime, cache),
    st.sampled_from(["RS256", "ES256"]),
    st.integers(DAY, 120 * DAY),
    st.integers(60, HOUR),
    st.integers(0, 3 * DAY),
    st.integers(60, 12 * HOUR),
)
crash_points = st.none() | st.integers(0, 14)
happenings = st.one_of(
    st.integers(1, 40 * DAY).map(wait),
    st.integers(1, 2 * HOUR).map(wait),
    crash_points.map(run),
    st.just(issue),
    st.just(rotate_now),
    st.builds(revoke, st.integers(0, 9), crash_points),
    st.sampled_from(["RS256", "ES256"]).map(change_algorithm),
    st.just(two_at_once),
    st.integers(0, 9).map(disable_behind_our_back),
    st.builds(restore_table, st.integers(0, 30), st.booleans()),
    st.just(empty_table),
)


@settings(max_examples=SCHEDULES, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies, st.lists(happenings, max_size=25), crash_points)
def test_no_living_token_is_ever_missing_from_a_copy(
    policy: RotationPolicy, schedule: list[Step], founding: int | None
) -> None:
    """Whatever is waited, revoked, crashed, raced and changed."""
    world = live(policy, schedule, founding)

    assert world.violations() == []


@settings(max_examples=SCHEDULES // 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies, st.lists(happenings, max_size=15))
def test_every_plan_ends_and_a_second_run_changes_nothing(policy: RotationPolicy, schedule: list[Step]) -> None:
    """A ring at rest stays at rest until time or somebody moves it, and no step acts on AWS for nothing."""
    world = live(policy, schedule)
    world.rotation().settle()
    ring, taken, keys = world.ring, len(world.actions), dict(world.keys)
    world.rotation().settle()

    assert plan(ring, world.policy, world.now) == ()
    assert (world.ring, len(world.actions), world.keys) == (ring, taken, keys)


@settings(max_examples=SCHEDULES // 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies, st.lists(happenings, max_size=10), st.integers(0, 9))
def test_two_runs_at_once_leave_one_consistent_ring(policy: RotationPolicy, schedule: list[Step], wait: int) -> None:
    """Whoever loses the race writes nothing; the next run has one active key at the most and a key in reserve."""
    world = live(policy, schedule)
    world.now += wait * DAY
    two_at_once(world)
    world.rotation().settle()
    states = [key.state for key in world.ring.keys]

    assert states.count(KeyState.ACTIVE) <= 1
    assert KeyState.PREPARED in states
    assert len({key.kid for key in world.ring.keys}) == len(states)


def _cycle(world: World, run: Callable[[], object]) -> None:
    """A whole life: founding, a rotation, a retirement, a revocation, and the oblivion of what was deleted."""
    run()
    for seconds in (world.policy.rotate_every_seconds, world.policy.publish_ahead_seconds, 13 * HOUR, 40 * DAY):
        world.now += seconds
        world.issue()
        run()
    active = world.ring.active
    assert active is not None
    world.revoked.add(active.kid)
    world.rotation().settle(lambda ring, now: ring.revoked(active.kid, now, "test"))
    for seconds in (DAY, 40 * DAY):
        world.now += seconds
        world.issue()
        run()


def test_a_run_killed_at_any_effect_is_completed_by_the_next() -> None:
    """Every effect of a whole life, one after the other: the end is the same ring, and the law holds throughout."""
    policy = RotationPolicy("RS256", 90 * DAY, DAY, HOUR, 300)
    whole = World(policy)
    _cycle(whole, whole.rotation().settle)
    wanted = [(key.state, key.algorithm) for key in whole.ring.keys if key.state is not KeyState.REMOVED]
    for effects in range(40):
        world = World(policy)

        def killed_once_then_again(world: World = world, effects: int = effects) -> None:
            world.effects_left = effects
            with suppress(CrashError):
                world.rotation().settle()
            world.effects_left = None
            world.rotation().settle()

        _cycle(world, killed_once_then_again)
        found = [(key.state, key.algorithm) for key in world.ring.keys if key.state is not KeyState.REMOVED]

        assert world.violations() == []
        assert set(found) == set(wanted)
        assert plan(world.ring, policy, world.now) == ()


def test_the_law_catches_a_key_that_signs_before_it_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the law on purpose: were every key in reserve ripe at once, the violation is seen."""
    monkeypatch.setattr(rotation, "_is_ripe", lambda key, *_: key.usable)
    policy = RotationPolicy("RS256", DAY, DAY, HOUR, 300)
    world = World(policy)
    world.rotation().settle()
    world.now += DAY
    world.rotation().settle()
    world.now += 1
    rotate_now(world)
    world.issue()

    assert world.violations() != []


def test_a_restored_table_revives_nothing_that_was_revoked() -> None:
    """The revocation is on the key itself; registrations of the restored past are void."""
    world = World(RotationPolicy("RS256", 90 * DAY, DAY, HOUR, 300))
    world.rotation().settle()
    world.now += 2 * DAY
    before = world.ring
    revoked = before.active
    assert revoked is not None
    world.rotation().settle(lambda ring, now: ring.revoked(revoked.kid, now, "leaked"))
    world.now += HOUR
    world.ring, world.table = before, "table-2"

    assert world.issue() is None
    world.rotation().settle()
    assert world.ring.key(revoked.kid).state is KeyState.REVOKED
    assert revoked.kid not in world.ring.published_kids
    assert world.ring.void_before == world.now
    assert world.issue() is not None


@pytest.mark.parametrize("revoked_until", range(15))
@pytest.mark.parametrize("removed_until", range(9))
@pytest.mark.parametrize("meanwhile", [0, HOUR])
def test_no_table_signs_with_a_key_that_a_revocation_took_out_of_the_set(
    removed_until: int, revoked_until: int, meanwhile: int
) -> None:
    """The removal of the first key dies, then a revocation of the second, then the table is as when the first signed.

    A set without the first key may be out by then, so KMS must have been told before that it is to sign no more.
    """
    happened = [rotate_now, wait(720), run(removed_until), revoke(1, revoked_until), wait(meanwhile)]
    world = live(RotationPolicy("RS256", DAY, 60, 60, 60), happened)
    founded = next(index for index, ring in enumerate(world.history) if ring.active is not None)
    restore_table(founded, same_table=False)(world)

    assert world.violations() == []


def test_an_emptied_table_is_filled_from_the_keys_and_begins_no_second_ring() -> None:
    """What is published stays published, and one of those keys signs on."""
    world = World(RotationPolicy("RS256", 90 * DAY, DAY, HOUR, 300))
    world.rotation().settle()
    published, keys = world.published.kids, set(world.keys)
    world.now += 2 * DAY
    world.ring = EMPTY
    world.rotation().settle()

    assert set(published) <= set(world.ring.published_kids)
    assert world.ring.active is not None
    assert world.ring.active.kid in published
    assert set(world.keys) == keys


def test_a_published_set_without_any_key_is_no_reason_to_begin_anew() -> None:
    """Trust lives, but nothing that it trusts is left: an operator must decide."""
    world = World(RotationPolicy("RS256", 90 * DAY, DAY, HOUR, 300))
    world.rotation().settle()
    world.ring = EMPTY
    world.keys.clear()

    with pytest.raises(ValueError, match="second ring"):
        world.rotation().settle()
    assert world.ring == EMPTY
