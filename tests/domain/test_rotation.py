"""The plan: which steps are due, and both sides of every moment at which they become so."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, SigningKey
from jobpass_issuer.domain.rotation import (
    REMEMBERED_SECONDS,
    Action,
    Activate,
    Disable,
    Forget,
    Prepare,
    Publish,
    Remove,
    Retire,
    ScheduleDeletion,
    plan,
)
from tests.domain.rings import DAY, HOUR, NOW, POLICY, active, prepared, removed, retired, revoked, ring

Plan = tuple[Action, ...]
ES256 = replace(POLICY, algorithm="ES256")


def _due(current: KeyRing, now: int = NOW) -> Plan:
    return plan(current, POLICY, now)


def test_a_ring_at_rest_has_nothing_due() -> None:
    assert _due(ring(active(), prepared())) == ()
    assert _due(ring(active(), prepared(), retired(), revoked(), removed())) == ()


def test_a_new_issuer_prepares_two_keys_then_publishes_then_activates() -> None:
    two = replace(EMPTY, keys=(prepared("a", served_at=None), prepared("b", served_at=None)))
    published = two.seen_served(NOW)

    assert _due(EMPTY) == (Prepare("RS256"), Prepare("RS256"))
    assert _due(replace(EMPTY, keys=two.keys[:1])) == (Prepare("RS256"),)
    assert _due(two) == (Publish(),)
    assert _due(published) == (Activate("a"),)
    assert _due(published.activated("a", NOW, HOUR)) == ()


def test_a_key_signs_until_its_age_is_the_rotations() -> None:
    current = ring(active(since=NOW), prepared())

    assert _due(current, NOW + 90 * DAY - 1) == ()
    assert _due(current, NOW + 90 * DAY) == (Activate("reserve"),)


def test_a_reserve_becomes_ripe_when_it_has_been_served_for_the_publish_ahead_time() -> None:
    """From its first being seen, not from its making."""
    current = ring(active(since=NOW - 100 * DAY), prepared(since=NOW - 50 * DAY, served_at=NOW))

    assert _due(current, NOW + DAY - 1) == ()
    assert _due(current, NOW + DAY) == (Activate("reserve"),)


@pytest.mark.parametrize(
    "reserve",
    [prepared(served_at=None), prepared(usable=False), prepared(algorithm="ES256")],
    ids=["never served", "refused by KMS", "another algorithm"],
)
def test_a_due_key_signs_on_rather_than_give_way_to_one_that_cannot_replace_it(reserve: SigningKey) -> None:
    assert not any(isinstance(step, Activate) for step in _due(ring(active(since=NOW - 100 * DAY), reserve)))


def test_a_reserve_that_is_not_in_the_set_as_it_is_served_is_not_ripe() -> None:
    """Of a restored ring it may be gone from there long since."""
    assert _due(ring(active(since=NOW - 100 * DAY), prepared(), served=("active",))) == (Publish(),)


def test_a_wanted_rotation_need_not_wait_for_its_date_but_for_its_reserve() -> None:
    ripe = ring(active(), prepared(), rotation_wanted=True)
    young = ring(active(), prepared(served_at=NOW - DAY + 1), rotation_wanted=True)

    assert _due(ripe) == (Activate("reserve"),)
    assert _due(young) == ()
    assert _due(young, NOW + 1) == (Activate("reserve"),)
    assert _due(replace(ripe, rotation_wanted=False)) == ()


def test_of_several_reserves_the_one_served_longest_is_next() -> None:
    current = ring(active(), prepared("late", served_at=NOW - 2 * DAY), prepared("early"), rotation_wanted=True)

    assert _due(current) == (Activate("early"),)


def test_a_surplus_reserve_is_kept_and_no_third_is_made() -> None:
    assert _due(ring(active(), prepared("a"), prepared("b"))) == ()


def test_after_an_activation_a_new_reserve_is_prepared_before_anything_is_published() -> None:
    assert _due(ring(active(), retired())) == (Prepare("RS256"),)


def test_an_unusable_reserve_is_retired_and_replaced() -> None:
    """Were the table lost with the word of its activation, it might have signed."""
    assert _due(ring(active(), prepared(usable=False))) == (Retire("reserve"), Prepare("RS256"))


def test_an_unusable_reserve_that_nobody_ever_saw_is_deleted_and_removed_at_once() -> None:
    unseen = ring(active(), prepared(usable=False, served_at=None), served=("active",))

    assert _due(unseen) == (Prepare("RS256"), ScheduleDeletion("reserve"))
    assert _due(unseen.deletion_scheduled("reserve", NOW)) == (Prepare("RS256"), Remove("reserve"))


def test_an_unusable_reserve_that_is_in_the_set_stays_there_for_a_while_though_nobody_wrote_down_since_when() -> None:
    assert _due(ring(active(), prepared(usable=False, served_at=None)))[0] == Retire("reserve")


def test_a_retired_key_stays_until_nobody_takes_its_last_token() -> None:
    """Its longest token, STS's five minutes, everybody's clock, and the copies that relying parties may hold."""
    current = ring(active(), prepared(), retired(since=NOW, token_lifetime_seconds=7200))
    end = NOW + 7200 + 300 + 300 + 300

    assert _due(current, end - 1) == ()
    assert _due(current, end) == (ScheduleDeletion("retired"),)
    assert POLICY.retired_seconds(current.key("retired")) == end - NOW


def test_a_key_is_scheduled_for_deletion_before_it_leaves_the_set() -> None:
    """Else a table restored from when it signed would sign with a key that nobody knows."""
    current = ring(active(), prepared(), retired(since=NOW - DAY))
    scheduled = current.deletion_scheduled("retired", NOW)

    assert _due(current) == (ScheduleDeletion("retired"),)
    assert _due(scheduled) == (Remove("retired"),)
    assert _due(scheduled.removed("retired", NOW)) == (Publish(),)


def test_a_removed_key_of_which_kms_was_not_told_is_scheduled_for_deletion_before_the_set_goes_out() -> None:
    current = ring(active(), prepared(), removed(deleted_at=None), served=("active", "removed", "reserve"))

    assert _due(current) == (ScheduleDeletion("removed"), Publish())


def test_a_deleted_key_is_forgotten_a_day_after_kms_has_deleted_it() -> None:
    current = ring(active(), prepared(), removed(deleted_at=NOW), revoked(deleted_at=NOW + 9))

    assert REMEMBERED_SECONDS == 31 * DAY
    assert _due(current, NOW + 31 * DAY - 1) == ()
    assert _due(current, NOW + 31 * DAY) == (Forget("removed"),)
    assert _due(current, NOW + 31 * DAY + 9) == (Forget("removed"), Forget("revoked"))


def test_a_deleted_key_that_is_still_served_is_not_forgotten() -> None:
    current = ring(active(), prepared(), removed(deleted_at=NOW), served=("active", "removed", "reserve"))

    assert _due(current, NOW + 31 * DAY) == (Publish(),)


def test_a_change_of_algorithm_prepares_a_key_of_the_new_one_while_the_old_signs() -> None:
    current = ring(active(), prepared())

    assert plan(current, ES256, NOW) == (Prepare("ES256"),)


def test_a_change_of_algorithm_waits_for_its_new_key_with_both_published() -> None:
    young = prepared("new", algorithm="ES256", served_at=NOW)
    current = ring(active(), prepared(), young)

    assert plan(current, ES256, NOW + DAY - 1) == ()
    assert plan(current, ES256, NOW + DAY) == (Activate("new"),)


def test_a_reserve_of_the_algorithm_that_was_left_goes_once_the_new_one_signs() -> None:
    changed = ring(retired(), prepared("old"), active("new", algorithm="ES256"), prepared("next", algorithm="ES256"))

    assert plan(changed, ES256, NOW) == (Retire("old"),)


def test_back_to_the_old_algorithm_takes_its_reserve_at_once() -> None:
    assert plan(ring(active(algorithm="ES256"), prepared()), POLICY, NOW) == (Activate("reserve"),)


def test_a_revocation_promotes_the_reserve_before_anything_that_could_fail() -> None:
    current = ring(active(), prepared()).revoked("active", NOW, "leaked")

    assert _due(current) == (Activate("reserve"),)


def test_a_revoked_key_is_disabled_and_withdrawn_before_anything_else_is_done() -> None:
    fresh = revoked(disabled_at=None, deleted_at=None)
    shown = ring(fresh, active(), served=("active", "revoked"))

    assert _due(shown) == (Disable("revoked"), Publish())
    assert _due(shown.disabled("revoked", NOW)) == (Publish(),)
    assert _due(shown.disabled("revoked", NOW).seen_served(NOW)) == (Prepare("RS256"), ScheduleDeletion("revoked"))


def test_a_reserve_of_another_algorithm_is_promoted_when_there_is_no_other() -> None:
    current = ring(revoked(), prepared(), prepared("other", algorithm="ES256"))

    assert _due(current) == (Activate("reserve"),)
    assert _due(current.revoked("reserve", NOW, "both")) == (Activate("other"),)


def test_a_second_revocation_goes_back_to_the_last_retired_key_that_works() -> None:
    first, last = retired("first", since=NOW - 900), retired("last", since=NOW - 600)
    young = prepared(served_at=NOW)

    assert _due(ring(revoked(), young, first, last)) == (Activate("last"),)
    assert _due(ring(revoked(), young, first, replace(last, usable=False))) == (Activate("first"),)


def test_a_second_revocation_waits_until_its_reserve_is_ripe_rather_than_sign_with_a_key_that_nobody_knows() -> None:
    current = ring(revoked(), prepared(served_at=NOW))

    assert _due(current, NOW + DAY - 1) == ()
    assert _due(current, NOW + DAY) == (Activate("reserve"),)


def test_a_ring_without_any_usable_key_prepares_one_and_does_not_activate_it() -> None:
    assert _due(ring(revoked())) == (Prepare("RS256"),)
    assert _due(ring(revoked(), prepared(served_at=None))) == (Publish(),)


def test_a_set_that_differs_from_the_ring_is_published() -> None:
    current = ring(active(), prepared())

    assert _due(replace(current, served=())) == (Publish(),)
    assert _due(replace(current, served=("active", "reserve", "stranger"))) == (Publish(),)


def test_everything_at_once_comes_in_its_order() -> None:
    current = ring(
        active(),
        prepared(usable=False),
        retired(since=NOW - DAY),
        revoked("bad", disabled_at=None, deleted_at=None),
        removed("gone", deleted_at=NOW - 40 * DAY),
    )

    assert _due(current) == (
        Disable("bad"),
        Retire("reserve"),
        Prepare("RS256"),
        ScheduleDeletion("retired"),
        Forget("gone"),
    )


def test_a_revoked_key_is_marked_before_its_deletion_after_which_kms_takes_no_mark() -> None:
    assert ScheduleDeletion("bad") not in _due(
        ring(active(), prepared(), revoked("bad", disabled_at=None, deleted_at=None))
    )
    assert ScheduleDeletion("bad") in _due(ring(active(), prepared(), revoked("bad", disabled_at=NOW, deleted_at=None)))
