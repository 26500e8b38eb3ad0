"""`AWS::CloudWatch::Alarm` on metric math, which ministack refuses."""

from typing import Any

from local.seam.cloudwatch import metric_math
from local.seam.ministack_parts import part, replace

Properties = dict[str, Any]


def install() -> None:
    """Take alarms on metric math, where it is of the kind that is evaluated here."""
    make = part("_cw_metric_alarm_record")

    def record(name: str, properties: Properties) -> dict[str, Any]:
        queries = properties.get("Metrics")
        if not queries:
            made: dict[str, Any] = make(name, properties)
            return made
        for query in queries:
            if "Expression" in query:
                metric_math.check(query["Expression"])
        single = {key: value for key, value in properties.items() if key != "Metrics"}
        made = make(name, {**single, "MetricName": "-", "Namespace": "-"})
        return {**made, "MetricName": None, "Namespace": None, "Statistic": None, "Metrics": queries}

    replace("_cw_metric_alarm_record", record)
