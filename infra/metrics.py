"""The metrics that alarms and the dashboard read, by where they come from."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.issuer_function import METRICS_NAMESPACE

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
QUARTER = Duration.minutes(15)
HOUR = Duration.hours(1)


def own(service: str, name: str, period: Duration = FIVE_MINUTES, statistic: str = "Sum") -> cloudwatch.Metric:
    """Return a metric that a function of the issuer writes, for all reasons together."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
    )


def signatures(algorithm: str, period: Duration = MINUTE) -> cloudwatch.Metric:
    """Return how often KMS signed, verified, encrypted or decrypted with keys of this kind, whoever asked.

    They share one quota in the account and Region (KMS developer guide, "Request quotas").
    """
    kind = "Rsa" if algorithm.startswith("RS") else "Ecc"
    return cloudwatch.Metric(
        namespace="AWS/Usage",
        metric_name="CallCount",
        dimensions_map={
            "Service": "KMS",
            "Type": "API",
            "Resource": f"CryptographicOperations{kind}",
            "Class": "None",
        },
        statistic="Sum",
        period=period,
    )


def total(label: str, period: Duration, **metrics: cloudwatch.IMetric) -> cloudwatch.MathExpression:
    """Return the sum of metrics; one without a value counts as nothing."""
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        using_metrics=metrics,
        label=label,
        period=period,
    )
