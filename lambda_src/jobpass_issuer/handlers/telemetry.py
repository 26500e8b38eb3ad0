"""One logger and one way to count and measure a function, named by POWERTOOLS_* in its environment."""

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()


def count(name: str, reason: str | None = None) -> None:
    """Count one event, by its reason where it has one.

    Each event is a record of its own: a set of metrics shares its dimensions, and one event's reason would stand
    beside another's.
    """
    with single_metric(name, MetricUnit.Count, 1) as metric:
        if reason:
            metric.add_dimension("Reason", reason)


def measure(name: str, value: float, unit: MetricUnit) -> None:
    """Report a value as it is now, with no dimension but the function's own."""
    with single_metric(name, unit, value):
        pass
