"""The metrics that alarms and the dashboard read, by where they come from."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs

from infra.issuer_function import METRICS_NAMESPACE, IssuerFunction
from jobpass_issuer.domain.issuance_record import KEY, GrantRecord

GRANTED = "TokenGranted"

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


def granted(token: IssuerFunction, period: Duration = FIVE_MINUTES) -> cloudwatch.Metric:
    """Return how many tokens a token function has granted: what `count_grants` counts."""
    return cloudwatch.Metric(
        namespace=f"{METRICS_NAMESPACE}/{token.service}", metric_name=GRANTED, statistic="Sum", period=period
    )


def count_grants(token: IssuerFunction) -> None:
    """Count the grants that a token function writes down.

    By a filter of its log, since a metric that the function wrote would be paid for with each token. A filter gives no
    dimension but members of the record: issuers are told apart by the namespace.
    """
    logs.MetricFilter(
        token,
        "Grants",
        log_group=token.logs,
        filter_pattern=logs.FilterPattern.string_value(f"$.{KEY}.kind", "=", GrantRecord.KIND),
        metric_namespace=f"{METRICS_NAMESPACE}/{token.service}",
        metric_name=GRANTED,
        metric_value="1",
        unit=cloudwatch.Unit.COUNT,
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
