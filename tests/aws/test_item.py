"""DynamoDB items: nothing lost on the way there and back, and what DynamoDB itself must see."""

import pytest

from jobpass_issuer.aws.item import (
    KEPT_AFTER_END_SECONDS,
    RING_KEY,
    job_key,
    registration_item,
    registration_of,
    ring_item,
    ring_of,
)
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing
from jobpass_issuer.domain.registration import Registration
from tests.domain.examples import JOB_ID, NOW, REGISTRATION, RING, SECRET, registration


@pytest.mark.parametrize(
    "held",
    [REGISTRATION, registration(source_identity=None, roles=(), audiences=()), registration(fields={"team": "équipe"})],
    ids=["whole", "bare", "beyond ASCII"],
)
def test_a_registration_survives_its_item(held: Registration) -> None:
    assert registration_of(registration_item(held)) == held


def test_the_items_own_end_is_the_registrations() -> None:
    item = {**registration_item(REGISTRATION), "ended_at": {"N": str(NOW + 5)}}

    assert registration_of(item) == registration(ended_at=NOW + 5)


def test_dynamodb_sees_the_platform_and_when_it_may_delete_the_item() -> None:
    item = registration_item(REGISTRATION)

    assert item["pk"] == job_key(JOB_ID)["pk"] == {"S": f"job#{JOB_ID}"}
    assert item["platform"] == {"S": "ci-server"}
    assert item["delete_after"] == {"N": str(REGISTRATION.expires_at + KEPT_AFTER_END_SECONDS)}
    assert KEPT_AFTER_END_SECONDS > 0


def test_the_secret_is_nowhere_in_the_item() -> None:
    assert SECRET not in str(registration_item(REGISTRATION))


@pytest.mark.parametrize("ring", [EMPTY, RING], ids=["empty", "two keys"])
def test_a_ring_survives_its_item(ring: KeyRing) -> None:
    item = ring_item(ring)

    assert ring_of(item) == ring
    assert item["pk"] == RING_KEY["pk"]
    assert item["version"] == {"N": str(ring.version)}


def test_no_job_is_kept_where_the_ring_is() -> None:
    assert job_key("ring")["pk"] != RING_KEY["pk"]
