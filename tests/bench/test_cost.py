"""What a million tokens cost, by figures that can be followed by hand."""

import pytest

from bench.cost import (
    HTTP_API,
    KMS_OTHER,
    MILLION,
    REST_API,
    Token,
    average,
    cost,
    kept_started,
    monthly_at_quota,
)

TOKEN = Token(cpu_ms=1.0, log_bytes=700, memory_mb=1_769)


def test_each_part_is_its_price_times_its_use() -> None:
    found = cost(TOKEN)

    assert (found.kms, found.gateway, found.dynamodb, found.function_requests) == (3.00, 1.00, 0.25, 0.20)
    # 1.7275 GB for 21 ms, and 700 + 2 (26 + 41) + 57 + 26 bytes.
    assert found.function_time == pytest.approx(1.7275390625 * 0.021 * 13.3334)
    assert found.logs == pytest.approx(917 * 0.0005)
    assert found.total == pytest.approx(4.45 + found.function_time + found.logs)


def test_a_share_of_a_cpu_makes_its_own_part_longer_and_not_the_wait() -> None:
    half = Token(cpu_ms=1.0, log_bytes=700, memory_mb=885)

    assert TOKEN.duration_ms == 21
    assert half.duration_ms == pytest.approx(22, abs=0.01)
    assert Token(cpu_ms=1.0, log_bytes=0, memory_mb=3_008).duration_ms == 21, "one thread has no use for a second CPU"


def test_an_elliptic_curve_costs_what_kms_asks_for_it_and_nothing_else_changes() -> None:
    assert cost(TOKEN, kms=KMS_OTHER).total - cost(TOKEN).total == pytest.approx(12.00)


@pytest.mark.parametrize(
    ("monthly", "price"),
    [(MILLION, 1.00), (300 * MILLION, 1.00), (600 * MILLION, 0.95), (3_000 * MILLION, 0.91)],
)
def test_a_tier_begins_where_the_one_before_ends(monthly: float, price: float) -> None:
    assert average(HTTP_API, monthly) == pytest.approx(price)


def test_a_rest_api_costs_more_at_every_volume() -> None:
    volumes = [10**exponent for exponent in range(6, 11)]
    assert all(average(REST_API, each) > average(HTTP_API, each) for each in volumes)


def test_the_quota_by_the_month() -> None:
    assert monthly_at_quota(1_000, 1) == 2_592_000_000
    assert monthly_at_quota(1_000, 10) == 259_200_000


def test_what_is_kept_started_costs_by_the_second() -> None:
    assert kept_started(256, 1) == pytest.approx(2.16, abs=0.01)
    assert kept_started(512, 3) == pytest.approx(6 * kept_started(256, 1))
