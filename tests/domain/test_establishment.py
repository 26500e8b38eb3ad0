"""The first ring of an issuer: one key that signs and one in reserve, both published."""

import pytest

from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.establishment import FIRST_STATES, first_ring
from jobpass_issuer.domain.key_ring import KeyState
from tests.domain.examples import NOW

KEYS = [(f"arn:{index}", jwk.published(jwk.rsa(0xC0FFEE + index, 65537), "RS256")) for index in range(3)]


def test_the_first_key_signs_and_the_second_waits_published() -> None:
    ring = first_ring(KEYS[:2], ALGORITHMS["RS256"], NOW)

    assert ring.version == 1
    assert [key.state for key in ring.keys] == [KeyState.ACTIVE, KeyState.PREPARED]
    assert [key.key_arn for key in ring.published] == ["arn:0", "arn:1"]
    assert ring.active is not None
    assert ring.active.kid == KEYS[0][1]["kid"]
    assert [key.changed_at for key in ring.keys] == [{"active": NOW}, {"prepared": NOW}]
    assert {key.algorithm for key in ring.keys} == {"RS256"}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_keys_is_refused(count: int) -> None:
    assert len(FIRST_STATES) == 2
    with pytest.raises(ValueError, match="zip"):
        first_ring(KEYS[:count], ALGORITHMS["RS256"], NOW)
