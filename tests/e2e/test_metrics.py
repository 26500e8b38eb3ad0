"""What the functions count comes to CloudWatch, where alarms watch it."""

from typing import Any

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of

OWN = "Jobpass"
# The token function's log is counted by a filter, which has no dimensions: the namespace tells issuers apart.
GRANTS = f"{OWN}/jobpass-token"


def counted(deployment: Deployment, name: str, namespace: str = OWN) -> dict[tuple[tuple[str, str], ...], float]:
    """The sums of a metric in all of time, by its dimensions."""
    cloudwatch, sums = deployment.aws.client("cloudwatch"), {}
    for metric in cloudwatch.list_metrics(Namespace=namespace, MetricName=name)["Metrics"]:
        stat: dict[str, Any] = {"Metric": metric, "Period": 86400 * 30, "Stat": "Sum"}
        results = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "sum", "MetricStat": stat}], StartTime=0, EndTime=4102444800
        )["MetricDataResults"]
        dimensions = tuple(sorted((each["Name"], each["Value"]) for each in metric["Dimensions"]))
        sums[dimensions] = sum(results[0]["Values"])
    return sums


def test_a_grant_and_a_refusal_are_counted(deployment: Deployment, platform: Platform) -> None:
    service, reason = ("service", "jobpass-token"), ("Reason", "invalid_token")
    job = platform.register(Job(MAIN_BRANCH))
    before = counted(deployment, "TokenGranted", GRANTS).get((), 0), counted(deployment, "TokenRefused")

    token_of(ask_for_token(deployment, QUERY, bearer(job)))
    assert ask_for_token(deployment, QUERY, [("Authorization", "Bearer x")]).status == 401

    assert counted(deployment, "TokenGranted", GRANTS)[()] == before[0] + 1
    refused = counted(deployment, "TokenRefused")
    assert refused[reason, service] == before[1].get((reason, service), 0) + 1
