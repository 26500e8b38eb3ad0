"""One logger and one set of metrics a function, named by POWERTOOLS_* in its environment."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()


def count(name: str, reason: str | None = None) -> None:
    """Count one event, by its reason where it has one."""
    with_reason = {"Reason": reason} if reason else {}
    for dimension, value in with_reason.items():
        metrics.add_dimension(dimension, value)
    metrics.add_metric(name, MetricUnit.Count, 1)
