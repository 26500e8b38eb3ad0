"""The key ring: its states, what belongs in the set, and that it is stored and read without loss."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState, SigningKey
from tests.domain.rings import DAY, HOUR, NOW, active, prepared, removed, retired, revoked, ring

WHOLE = ring(active(), prepared(), retired(), revoked(reason="leaked"), removed(), rotation_wanted=True, void_before=7)


def test_a_ring_survives_being_stored() -> None:
    assert KeyRing.from_document(json.loads(json.dumps(WHOLE.to_document()))) == WHOLE
    assert KeyRing.from_document(json.loads(json.dumps(EMPTY.to_document()))) == EMPTY


def test_prepared_active_and_retired_keys_are_published_and_no_others() -> None:
    assert [key.kid for key in WHOLE.published] == ["active", "reserve", "retired"]
    assert WHOLE.published_kids == ("active", "reserve", "retired")
    assert EMPTY.published_kids == ()


def test_the_order_of_published_kids_is_not_that_of_their_making() -> None:
    assert ring(active("b"), prepared("a")).published_kids == ("a", "b")


def test_only_an_active_key_signs() -> None:
    assert WHOLE.active == active()
    assert ring(prepared(), retired(), revoked(), removed()).active is None


def test_activation_retires_the_key_that_signed_and_founds_the_ring() -> None:
    before = ring(active(), prepared(), founded=False, rotation_wanted=True)
    after = before.activated("reserve", NOW + 1, 2 * HOUR)

    assert [key.state for key in after.keys] == [KeyState.RETIRED, KeyState.ACTIVE]
    assert [key.since(key.state) for key in after.keys] == [NOW + 1, NOW + 1]
    assert (after.founded, after.rotation_wanted) == (True, False)
    assert after.key("reserve").token_lifetime_seconds == 2 * HOUR
    assert after.key("active").token_lifetime_seconds == HOUR


def test_the_longest_token_that_a_key_may_have_signed_is_not_forgotten() -> None:
    longer = ring(active()).with_token_lifetime(2 * HOUR)

    assert longer.key("active").token_lifetime_seconds == 2 * HOUR
    assert longer.with_token_lifetime(HOUR) is longer
    assert ring(prepared()).with_token_lifetime(HOUR) == ring(prepared())


def test_times_of_earlier_states_are_kept() -> None:
    after = ring(active(since=NOW - DAY)).retired("active", NOW).removed("active", NOW + HOUR)

    assert after.key("active").changed_at == {"active": NOW - DAY, "retired": NOW, "removed": NOW + HOUR}
    assert after.key("active").since(KeyState.PREPARED) == 0


def test_a_key_is_retired_for_the_longest_token_that_it_may_have_signed() -> None:
    assert ring(prepared()).retired("reserve", NOW, HOUR).key("reserve").token_lifetime_seconds == HOUR
    assert ring(active()).retired("active", NOW, HOUR - 1).key("active").token_lifetime_seconds == HOUR


def test_a_revocation_has_its_reason_and_leaves_other_keys_alone() -> None:
    after = ring(active(), prepared()).revoked("active", NOW, "leaked")

    assert (after.key("active").state, after.key("active").reason) == (KeyState.REVOKED, "leaked")
    assert after.key("reserve") == prepared()
    assert after.active is None


@pytest.mark.parametrize("step", [KeyRing.disabled, KeyRing.deletion_scheduled])
def test_a_key_that_kms_was_told_to_refuse_is_not_usable(step: Callable[[KeyRing, str, int], KeyRing]) -> None:
    assert ring(revoked(usable=True)).key("revoked").usable
    assert not step(ring(revoked(usable=True)), "revoked", NOW).key("revoked").usable


def test_a_publication_marks_published_keys_alone_and_only_their_first_time() -> None:
    before = ring(active(), prepared(served_at=None), removed(served_at=None), served=("active", "removed"))
    after = before.seen_served(NOW + 5)

    assert after.served == ("active", "reserve")
    assert [key.served_at for key in after.keys] == [NOW - 30 * DAY, NOW + 5, None]


def test_a_version_that_was_ahead_of_the_stored_one_stays_ahead() -> None:
    """A ring taken from its copy must not look older than that copy."""
    assert replace(EMPTY, version=9).next_version(3).version == 10
    assert replace(EMPTY, version=3).next_version(3).version == 4


def test_an_unknown_kid_is_an_error() -> None:
    with pytest.raises(KeyError, match="stranger"):
        WHOLE.key("stranger")


def test_a_key_is_put_in_its_own_place_and_a_new_one_at_the_end() -> None:
    changed = replace(active(), usable=False)

    assert ring(active(), prepared()).with_key(changed).keys == (changed, prepared())
    assert ring(active()).with_key(prepared()).keys == (active(), prepared())


def test_a_forgotten_key_is_gone() -> None:
    assert ring(active(), removed()).forgotten("removed").keys == (active(),)


def test_a_new_key_takes_its_name_and_algorithm_from_its_jwk() -> None:
    made = SigningKey.new("arn:x", {"kid": "x", "alg": "ES256"}, KeyState.PREPARED, NOW)

    assert (made.kid, made.algorithm, made.since(KeyState.PREPARED), made.served_at) == ("x", "ES256", NOW, None)
