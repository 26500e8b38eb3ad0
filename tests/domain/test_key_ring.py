"""The key ring: which key signs, which keys are published, and that a ring survives its document."""

import json

import pytest

from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState
from tests.domain.examples import RING, signing_key

EVERY_STATE = KeyRing(7, tuple(signing_key(f"kid-{state}", state) for state in KeyState))


def test_the_active_key_signs() -> None:
    assert EVERY_STATE.active == signing_key("kid-active", KeyState.ACTIVE)


@pytest.mark.parametrize("state", [state for state in KeyState if state is not KeyState.ACTIVE])
def test_no_key_in_another_state_signs(state: KeyState) -> None:
    assert KeyRing(1, (signing_key(state=state),)).active is None


def test_every_key_but_a_revoked_one_is_published() -> None:
    assert [key.kid for key in EVERY_STATE.published] == ["kid-prepared", "kid-active", "kid-retired"]


def test_an_empty_ring_has_no_key() -> None:
    assert (EMPTY.version, EMPTY.active, EMPTY.published) == (0, None, ())


@pytest.mark.parametrize("ring", [EMPTY, RING, EVERY_STATE], ids=["empty", "two", "every state"])
def test_a_ring_survives_its_document_as_json(ring: KeyRing) -> None:
    assert KeyRing.from_document(json.loads(json.dumps(ring.to_document()))) == ring


def test_a_state_that_nobody_knows_is_refused() -> None:
    document = RING.to_document()
    document["keys"][0]["state"] = "deleted"

    with pytest.raises(ValueError, match="deleted"):
        KeyRing.from_document(document)
