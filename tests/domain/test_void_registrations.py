"""Registrations of a restored past are void; those made since are not."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.issuance import authenticate
from tests.domain.examples import NOW, RING, TOKEN, registration


@pytest.mark.parametrize("registered_at", [NOW - 1000, NOW - 1])
def test_a_registration_from_before_the_table_was_restored_is_void(registered_at: int) -> None:
    ring = replace(RING, void_before=NOW)

    with pytest.raises(InvalidTokenError, match="void since the table was restored: register the job anew"):
        authenticate(TOKEN, registration(registered_at=registered_at), ring, NOW + 60)


@pytest.mark.parametrize("registered_at", [NOW, NOW + 1])
def test_a_registration_made_since_the_table_was_restored_counts(registered_at: int) -> None:
    found = registration(registered_at=registered_at)

    assert authenticate(TOKEN, found, replace(RING, void_before=NOW), NOW + 60) == found


def test_without_a_ring_or_a_restoration_every_registration_counts() -> None:
    found = registration(registered_at=1)

    assert authenticate(TOKEN, found, None, NOW) == found
    assert authenticate(TOKEN, found, RING, NOW) == found


def test_a_wrong_secret_is_not_told_that_the_registration_is_void() -> None:
    wrong = registration(registered_at=1, secret_sha256="0" * 64)

    with pytest.raises(InvalidTokenError, match="unknown"):
        authenticate(TOKEN, wrong, replace(RING, void_before=NOW), NOW)
