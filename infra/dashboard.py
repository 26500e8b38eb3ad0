"""The few graphs that an operator wants: is it answering, how fast, what gives out, and is all of it accounted for."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.issuer_api import IssuerApi
from infra.issuer_function import IssuerFunction
from infra.metrics import FIVE_MINUTES, HOUR, MINUTE, granted, own, signatures
from jobpass.configuration import Configuration

_WIDTH = 12
_FINDINGS = ("ForeignSign", "KeyTouched", "KeyCallRefused", "UnrecordedSign", "UnsignedGrant", "UnsignedAttempt")


class IssuerDashboard(Construct):
    """One dashboard, named after the issuer; `functions` are by purpose, the canary among them where there is one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        api: IssuerApi,
        functions: Mapping[str, IssuerFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        token, jobs, keys, audit = (functions[purpose] for purpose in ("token", "jobs", "keys", "audit"))
        quota = configuration.alarms.kms_quota_per_second
        age = own(keys.service, "ActiveKeyAgeSeconds", HOUR, "Maximum")
        days = cloudwatch.MathExpression(
            expression="age / 86400", using_metrics={"age": age}, label="days that the active key signs", period=HOUR
        )
        services = [each.service for purpose, each in functions.items() if purpose != "canary"]
        rows = [
            [
                _graph(
                    "Tokens and denials",
                    [granted(token)]
                    + [own(token.service, name) for name in ("CredentialsDrawn", "TokenRefused", "CredentialsRefused")]
                    + [own(jobs.service, name) for name in ("JobRegistered", "JobEnded")],
                ),
                _graph("Latency: what a caller waits", _latencies(api, token), unit="ms"),
            ],
            [
                _graph(
                    "Signatures of KMS in a minute, the whole account's, against the quota",
                    [signatures(configuration.signing.algorithm), granted(token, MINUTE)],
                    limit=quota * MINUTE.to_seconds(),
                ),
                _graph(
                    "Errors",
                    [
                        own(service, name).with_(label=f"{service} {name}")
                        for service in services
                        for name in ("Fault", "DependencyFailure")
                    ]
                    + [_of_api(api, "5xx", "Sum"), token.function.metric_throttles(period=FIVE_MINUTES)],
                ),
            ],
            [
                _graph(
                    "Keys",
                    [days, own(keys.service, "PublishedKeys", HOUR, "Maximum")],
                    limit=configuration.signing.rotate_every_days,
                ),
                _graph(
                    "Audit",
                    [own(audit.service, name) for name in ("AuditedTokens", "AuditRan", "AuditIncomplete", *_FINDINGS)],
                ),
            ],
        ]
        if "canary" in functions:
            names = ("CanaryGranted", "CanaryRefused", "CanaryFailed")
            rows.append([_graph("Canary", [own(functions["canary"].service, name) for name in names])])
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=configuration.name,
            default_interval=Duration.hours(12),
            widgets=[list[cloudwatch.IWidget](row) for row in rows],
        )


def _latencies(api: IssuerApi, token: IssuerFunction) -> list[cloudwatch.IMetric]:
    whole = [_of_api(api, "Latency", statistic) for statistic in ("p50", "p99")]
    return [*whole, token.function.metric_duration(period=FIVE_MINUTES, statistic="p99", label="token function p99")]


def _of_api(api: IssuerApi, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiId": api.api.api_id},
        statistic=statistic,
        period=FIVE_MINUTES,
        label=f"API {name}" if statistic == "Sum" else f"API {name} {statistic}",
    )


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], *, unit: str | None = None, limit: float | None = None
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(metrics),
        left_y_axis=cloudwatch.YAxisProps(min=0, label=unit) if unit else cloudwatch.YAxisProps(min=0),
        left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="limit")] if limit is not None else None,
        width=_WIDTH,
        height=6,
    )
