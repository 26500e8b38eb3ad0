"""One logger and one way to count and measure a function, named by POWERTOOLS_* in its environment."""

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

logger = Logger()


def count(name: str, reason: str | None = None) -> None:
    """Count one event, in all and by its reason where it has one: an alarm watches all, a person asks for the reasons.

    Each event is a record of its own: a set of metrics shares its dimensions, and one event's reason would stand
    beside another's.
    """
    metrics = EphemeralMetrics()
    metrics.add_metric(name, MetricUnit.Count, 1)
    if reason:
        metrics.add_dimensions(service=str(metrics.service), Reason=reason)
    metrics.flush_metrics()


def measure(name: str, value: float, unit: MetricUnit) -> None:
    """Report a value as it is now, with no dimension but the function's own."""
    with single_metric(name, unit, value):
        pass
