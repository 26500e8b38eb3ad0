"""The data points of a metric, or of simple arithmetic on metrics, by periods that have ended."""

from collections.abc import Mapping
from typing import Any

from local.seam.cloudwatch import metric_math
from local.seam.ministack_parts import part

Values = dict[int, float | None]


def of_alarm(alarm: Mapping[str, Any], starts: list[int]) -> Values:
    """The values that an alarm watches, by the starts of periods; None where there is none."""
    queries = alarm.get("Metrics")
    if not queries:
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        return of_metric(alarm, int(alarm["Period"]), statistic, alarm.get("Unit"), starts)
    known: dict[str, Values] = {}
    for query in queries:
        if "MetricStat" in query:
            stat = query["MetricStat"]
            known[query["Id"]] = of_metric(stat["Metric"], int(stat["Period"]), stat["Stat"], stat.get("Unit"), starts)
    returned = next((query for query in queries if _true(query.get("ReturnData", True))), queries[0])
    expressions = {query["Id"]: query["Expression"] for query in queries if "Expression" in query}
    return metric_math.evaluate(returned["Id"], expressions, known, starts)


def of_metric(metric: Mapping[str, Any], period: int, statistic: str, unit: str | None, starts: list[int]) -> Values:
    """One statistic of one metric, its dimensions exactly those that are named."""
    points = [point for point in _points(metric) if unit in (None, "", point.get("Unit"))]
    values: Values = {}
    for start in starts:
        within = [point for point in points if start <= point["Timestamp"] < start + period]
        statistics = part("_calc_stats")(within)
        values[start] = part("_stat_value")(statistics, statistic, within) if statistics else None
    return values


def size(alarm: Mapping[str, Any]) -> int:
    """How many points its metrics have, which grows with each."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics") or () if "MetricStat" in query]
    return sum(len(_points(metric)) for metric in metrics or [alarm])


def _points(metric: Mapping[str, Any]) -> list[dict[str, Any]]:
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions") or ()}
    key = metric.get("Namespace"), metric.get("MetricName"), part("_dims_key")(dimensions)
    return part("_metrics").get(key) or []


def period_of(alarm: Mapping[str, Any]) -> int:
    """The seconds of an alarm's period."""
    for query in alarm.get("Metrics") or ():
        if "MetricStat" in query:
            return int(query["MetricStat"]["Period"])
    return int(alarm.get("Period") or 60)


def _true(value: object) -> bool:
    return str(value).lower() == "true"
