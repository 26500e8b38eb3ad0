"""When credentials and tokens are renewed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.job.freshness import credentials_left_seconds, credentials_renewal, token_renewal

TIMES = st.floats(0, 4e9)
LIVES = st.floats(0, 43200)


@pytest.mark.parametrize(
    ("life_seconds", "left_seconds"), [(43200, 960), (3600, 960), (1920, 960), (1918, 959), (900, 450), (0, 0)]
)
def test_credentials_are_renewed_before_the_sdks_would(life_seconds: float, left_seconds: float) -> None:
    assert credentials_left_seconds(life_seconds) == left_seconds
    assert credentials_renewal(1000.0, 1000.0 + life_seconds) == 1000.0 + life_seconds - left_seconds


def test_credentials_that_were_never_good_are_renewed_at_their_end() -> None:
    assert credentials_renewal(1000.0, 900.0) == 900.0


@pytest.mark.parametrize(("issued", "ends", "expected"), [(1000, 1300, 1150), (1000, 4600, 2800), (1000, 900, 900)])
def test_a_token_is_renewed_halfway(issued: float, ends: float, expected: float) -> None:
    assert token_renewal(issued, ends) == expected


@given(drawn_at=TIMES, life_seconds=LIVES)
def test_a_renewal_lies_within_the_life(drawn_at: float, life_seconds: float) -> None:
    ends = drawn_at + life_seconds
    for due in (credentials_renewal(drawn_at, ends), token_renewal(drawn_at, ends)):
        assert drawn_at - 1e-3 <= due <= ends + 1e-3
