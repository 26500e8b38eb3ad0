"""An answer's `Date` corrects the clock, and an absurd one fails no call: neither this one nor those after it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from jobpass_issuer.aws.signature import Clock


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 01 Jan 1901 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 99999999999999999999 Jan 2024 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:99999999999999999999 GMT",
        "Mon, 01 Jan 2024 00:00:00 +9999",
        "no date",
        "",
        None,
    ],
)
def test_an_absurd_date_leaves_the_clock_as_it_is(date: str | None) -> None:
    clock = Clock()

    assert not clock.corrected(date)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_date_that_can_be_is_gone_by_and_can_be_corrected_again() -> None:
    clock = Clock()
    for off in (timedelta(days=400), timedelta()):
        assert clock.corrected(format_datetime(datetime.now(UTC) + off, usegmt=True))
        assert abs(clock.now() - datetime.now(UTC) - off) < timedelta(seconds=5)
