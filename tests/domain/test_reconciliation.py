"""Reconciliation: the ring corrected by what KMS and the published documents bear witness to."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState
from jobpass_issuer.domain.reconciliation import (
    ADOPTION_SECONDS,
    MAX_TOKEN_LIFETIME_SECONDS,
    NOTHING_PUBLISHED,
    Published,
    WitnessedKey,
    reconcile,
)
from tests.domain.rings import DAY, NOW, active, prepared, removed, retired, revoked, ring, witness

RING = ring(active(), prepared())
PUBLISHED = Published(RING.published_kids, RING)
WITNESSES = [witness(key) for key in RING.keys]


def _reconciled(
    current: KeyRing = RING,
    witnessed: list[WitnessedKey] = WITNESSES,
    published: Published = PUBLISHED,
    table_id: str = "table-1",
) -> KeyRing:
    return reconcile(current, witnessed, published, table_id, NOW)


def test_a_ring_that_agrees_with_its_witnesses_stays_as_it_is() -> None:
    assert _reconciled() == RING


def test_an_empty_ring_of_a_new_issuer_learns_its_table_and_nothing_else() -> None:
    assert _reconciled(EMPTY, [], NOTHING_PUBLISHED) == replace(EMPTY, table_id="table-1")


def test_no_second_ring_begins_over_a_published_set_of_which_no_key_is_found() -> None:
    with pytest.raises(ValueError, match="second ring"):
        _reconciled(EMPTY, [], Published(("a",), None))


def test_an_emptied_table_takes_the_copy_and_voids_its_registrations() -> None:
    found = _reconciled(EMPTY)

    assert found == replace(RING, void_before=NOW)


def test_an_older_table_takes_the_copy_and_voids_its_registrations() -> None:
    older = ring(prepared("active"), version=2)

    assert _reconciled(older) == replace(RING, void_before=NOW)


def test_a_newer_table_than_the_copy_keeps_its_own_ring() -> None:
    """The copy is written last: a run that died before it leaves it behind."""
    newer = replace(RING, version=6)

    assert _reconciled(newer) == newer


def test_another_table_of_the_same_version_is_a_restored_one() -> None:
    found = _reconciled(table_id="table-2")

    assert found == replace(RING, void_before=NOW, table_id="table-2")


@pytest.mark.parametrize("table_id", ["table-1", "table-2"])
def test_the_time_of_retired_keys_begins_anew_in_a_restored_table(table_id: str) -> None:
    """By the table's old word they may have signed until this moment."""
    long_since = ring(active(), prepared(), retired(since=NOW - DAY))
    witnessed = [witness(each) for each in long_since.keys]
    older = replace(long_since, version=long_since.version - (table_id == "table-1"))
    found = _reconciled(older, witnessed, Published(long_since.published_kids, long_since), table_id)

    assert found.key("retired").since(KeyState.RETIRED) == NOW
    assert found.key("active") == active()


def test_a_table_without_any_copy_beside_it_is_taken_at_its_word() -> None:
    assert _reconciled(published=Published(RING.published_kids, None)) == RING


def test_what_lies_in_the_bucket_counts_as_served_whatever_the_ring_says() -> None:
    assert _reconciled(replace(RING, served=("x",))).served == RING.published_kids
    assert _reconciled(published=NOTHING_PUBLISHED).served == RING.served


def test_an_active_key_that_kms_would_not_sign_with_is_retired() -> None:
    found = _reconciled(witnessed=[witness(active(), usable=False), WITNESSES[1]])

    assert (found.key("active").state, found.key("active").usable) == (KeyState.RETIRED, False)
    assert found.key("active").since(KeyState.RETIRED) == NOW


def test_an_active_key_that_is_gone_is_retired_and_not_usable() -> None:
    found = _reconciled(witnessed=WITNESSES[1:])

    assert (found.key("active").state, found.key("active").usable) == (KeyState.RETIRED, False)


@pytest.mark.parametrize("usable", [True, False])
def test_a_reserve_is_as_usable_as_kms_says(usable: bool) -> None:
    current = ring(active(), prepared(usable=not usable))
    found = _reconciled(current, [WITNESSES[0], witness(prepared(), usable=usable)])

    assert found.key("reserve") == prepared(usable=usable)


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.PREPARED, KeyState.RETIRED, KeyState.REMOVED])
def test_a_revocation_that_is_written_on_the_key_counts_in_every_state(state: KeyState) -> None:
    """A restored ring knows nothing of it."""
    current = ring(replace(active(), state=state), prepared())
    found = _reconciled(current, [witness(active(), revoked=True, usable=False), WITNESSES[1]])
    key = found.key("active")

    assert (key.state, key.reason, key.usable, key.disabled_at) == (KeyState.REVOKED, "revoked in KMS", False, NOW)


def test_a_revoked_key_that_was_enabled_again_is_to_be_disabled_anew() -> None:
    current = ring(active(), prepared(), revoked(reason="leaked"))
    found = _reconciled(current, [*WITNESSES, witness(revoked(), usable=True, revoked=True)])

    assert found.key("revoked") == revoked(reason="leaked", disabled_at=None)


def test_a_revoked_key_that_stayed_disabled_is_left_alone() -> None:
    current = ring(active(), prepared(), revoked(reason="leaked"))

    assert _reconciled(current, [*WITNESSES, witness(revoked(), usable=False, revoked=True)]) == current


def test_keys_that_wait_for_their_deletion_or_are_deleted_change_nothing() -> None:
    current = ring(active(), prepared(), removed("waiting"), removed("deleted"))

    assert _reconciled(current, [*WITNESSES, witness(removed("waiting"), jwk=None)]) == current


@pytest.mark.parametrize("age_seconds", [0, ADOPTION_SECONDS])
def test_a_key_that_a_dead_run_made_comes_into_reserve(age_seconds: int) -> None:
    found = _reconciled(witnessed=[*WITNESSES, witness(prepared("made"), created_at=NOW - age_seconds)])

    assert found.keys[:2] == RING.keys
    assert (found.key("made").state, found.key("made").served_at) == (KeyState.PREPARED, None)


def test_a_stranger_that_is_published_may_have_signed_and_is_retired_for_the_longest_time() -> None:
    stranger = witness(prepared("made"))
    found = _reconciled(witnessed=[*WITNESSES, stranger], published=Published(("active", "made", "reserve"), None))
    key = found.key("made")

    assert (key.state, key.usable, key.token_lifetime_seconds) == (KeyState.RETIRED, True, MAX_TOKEN_LIFETIME_SECONDS)
    assert key.since(KeyState.RETIRED) == NOW


def test_a_stranger_that_was_revoked_is_remembered_as_such() -> None:
    stranger = witness(prepared("made"), revoked=True, usable=False)
    key = _reconciled(witnessed=[*WITNESSES, stranger]).key("made")

    assert (key.state, key.usable, key.disabled_at) == (KeyState.REVOKED, False, NOW)


def test_a_stranger_that_kms_would_not_sign_with_is_left_out() -> None:
    assert _reconciled(witnessed=[*WITNESSES, witness(prepared("made"), usable=False)]) == RING


def test_a_stranger_that_waits_for_its_deletion_is_left_out() -> None:
    assert _reconciled(witnessed=[*WITNESSES, witness(prepared("made"), jwk=None)]) == RING


def test_a_stranger_with_the_material_of_a_known_key_is_left_out() -> None:
    assert _reconciled(witnessed=[*WITNESSES, witness(active(), key_arn="arn:other")]) == RING


def test_a_key_that_an_issuer_of_this_name_left_behind_is_left_alone() -> None:
    """Its policy names roles that are gone with that issuer: it would never sign for this one."""
    stranger = witness(prepared("retained"), created_at=NOW - ADOPTION_SECONDS - 1)

    assert _reconciled(witnessed=[*WITNESSES, stranger]) == RING


def test_strangers_come_in_by_their_age() -> None:
    young, old = witness(prepared("young"), created_at=NOW), witness(prepared("old"), created_at=NOW - 3600)
    found = _reconciled(witnessed=[*WITNESSES, young, old])

    assert [key.kid for key in found.keys] == ["active", "reserve", "old", "young"]


def test_an_emptied_table_without_a_copy_retires_what_is_published_and_is_no_new_issuer() -> None:
    """Which of them signed is not known; none may be activated as if nobody held a copy."""
    found = _reconciled(EMPTY, WITNESSES, Published(RING.published_kids, None))

    assert [key.state for key in found.keys] == [KeyState.RETIRED, KeyState.RETIRED]
    assert (found.founded, found.served) == (True, RING.published_kids)


def test_reconciling_twice_changes_nothing_more() -> None:
    once = _reconciled(EMPTY, [*WITNESSES, witness(retired("made"))], Published(("active", "made", "reserve"), None))

    assert _reconciled(once, [*WITNESSES, witness(retired("made"))], Published(once.served, None)) == once
