"""What a million ID tokens cost: AWS's list prices of us-east-1, and what a token uses of each service.

Prices are those of the services' public price pages in November 2026, without free tiers, taxes and discounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

MILLION = 1_000_000
# AWS KMS pricing: $0.03 for 10,000 requests with RSA_2048, $0.15 with the other asymmetric keys that sign.
KMS_RSA_2048, KMS_OTHER = 3.00, 15.00
# Amazon DynamoDB pricing, on-demand: a strongly consistent read of up to 4 KB is one unit.
DYNAMODB_READ_UNITS = 0.125
# AWS Lambda pricing, arm64: a million requests, and a GB-second of the first tier.
LAMBDA_REQUESTS, LAMBDA_GB_SECOND = 0.20, 0.0000133334
# The same for provisioned concurrency: a GB-second kept started, and one that works.
PROVISIONED_GB_SECOND, PROVISIONED_WORK_GB_SECOND = 0.0000033334, 0.0000077778
# Amazon CloudWatch pricing: a GB of logs, of which each event counts 26 bytes more ("Log events", PutLogEvents).
LOGS_GB, EVENT_BYTES = 0.50, 26
# AWS Lambda developer guide, "Configure Lambda function memory": one vCPU at 1,769 MB.
MB_OF_ONE_CPU = 1_769


class Tier(NamedTuple):
    """A price for a million up to so many of a month; the last one is for all beyond."""

    up_to: float
    price: float


# Amazon API Gateway pricing.
HTTP_API = (Tier(300 * MILLION, 1.00), Tier(float("inf"), 0.90))
REST_API = (
    Tier(333 * MILLION, 3.50),
    Tier(1_000 * MILLION, 2.80),
    Tier(20_000 * MILLION, 2.38),
    Tier(float("inf"), 1.51),
)


@dataclass(frozen=True, slots=True)
class Token:
    """What one token uses; `cpu_ms` is at one whole CPU, `wait_ms` the time that AWS's answers take.

    `log_bytes` and `log_events` are the function's, `access_log_bytes` the gateway's one line.
    """

    cpu_ms: float
    log_bytes: float
    wait_ms: float = 20.0
    log_events: int = 2
    access_log_bytes: float = 57.0
    read_units: int = 2
    memory_mb: int = 256

    @property
    def duration_ms(self) -> float:
        """How long the function works on it: a share of a CPU makes its own part longer."""
        return self.wait_ms + self.cpu_ms / min(1.0, self.memory_mb / MB_OF_ONE_CPU)

    @property
    def stored_bytes(self) -> float:
        """What CloudWatch counts of its log lines. Lambda adds a `timestamp` of 41 bytes to a JSON line without one."""
        return self.log_bytes + self.log_events * (EVENT_BYTES + 41) + self.access_log_bytes + EVENT_BYTES


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars for a million tokens, by service."""

    kms: float
    gateway: float
    dynamodb: float
    function_requests: float
    function_time: float
    logs: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.kms + self.gateway + self.dynamodb + self.function_requests + self.function_time + self.logs


def cost(
    token: Token, *, kms: float = KMS_RSA_2048, gateway: Sequence[Tier] = HTTP_API, monthly: float = MILLION
) -> Cost:
    """Return the cost of a million tokens where so many are made a month."""
    gb_seconds = token.memory_mb / 1024 * token.duration_ms / 1000
    return Cost(
        kms=kms,
        gateway=average(gateway, monthly),
        dynamodb=token.read_units * DYNAMODB_READ_UNITS,
        function_requests=LAMBDA_REQUESTS,
        function_time=gb_seconds * LAMBDA_GB_SECOND * MILLION,
        logs=token.stored_bytes * MILLION / 1e9 * LOGS_GB,
    )


def average(tiers: Sequence[Tier], monthly: float) -> float:
    """Return the price of a million on the average of a month with so many."""
    paid, before = 0.0, 0.0
    for tier in tiers:
        within = min(monthly, tier.up_to) - before
        if within <= 0:
            break
        paid += within * tier.price
        before = tier.up_to
    return paid / monthly


def monthly_at_quota(quota_per_second: float, peak_factor: float) -> float:
    """Return how many tokens a month fit a quota where the busiest second has so many times the average's."""
    return quota_per_second / peak_factor * 30 * 86_400


def kept_started(memory_mb: int, count: int) -> float:
    """Return what so much provisioned concurrency costs a month of 30 days, whether it works or not."""
    return memory_mb / 1024 * count * PROVISIONED_GB_SECOND * 30 * 86_400
