"""What CloudWatch makes of log lines as they come: metrics of embedded ones, and those of metric filters."""

from typing import Any

from local.seam.cloudwatch import embedded_metrics, filter_pattern
from local.seam.cloudwatch.embedded_metrics import Datum
from local.seam.cloudwatch.filter_pattern import InvalidPatternError
from local.seam.controls import Controls
from local.seam.ministack_parts import part, replace

LogEvent = dict[str, Any]


def install(controls: Controls) -> None:
    """Date what is logged now by the emulator's clock, and take the metrics from it."""
    append = part("_append_log_events")
    pass_on = part("_fanout_to_subscription_filters")

    def append_dated(stream: dict[str, Any], events: list[LogEvent]) -> None:
        for event in events:
            event["timestamp"] = int(controls.moved(event["timestamp"] / 1000) * 1000)
        append(stream, events)

    def pass_on_and_measure(group: str, stream: str, events: list[LogEvent]) -> None:
        pass_on(group, stream, events)
        for event in events:
            seconds = controls.moved(event["timestamp"] / 1000) if "timestamp" in event else controls.now()
            measure(group, event.get("message", ""), seconds, controls)

    replace("_append_log_events", append_dated)
    replace("_fanout_to_subscription_filters", pass_on_and_measure)


def measure(group: str, message: str, seconds: float, controls: Controls) -> None:
    """Put the metrics of one line that came at this time."""
    for datum in embedded_metrics.metrics(message):
        put(datum, controls.moved(datum.seconds))
    for (filter_group, _name), metric_filter in part("_metric_filters").items():
        if filter_group == group:
            for datum in filtered(metric_filter, message, seconds):
                put(datum, seconds)


def filtered(metric_filter: dict[str, Any], message: str, seconds: float) -> list[Datum]:
    """What a metric filter makes of one line: its value where the pattern matches, its default where it does not."""
    try:
        matches = filter_pattern.compiled(metric_filter.get("filterPattern") or "")(message)
    except InvalidPatternError:
        return []
    found = []
    for transformation in metric_filter.get("metricTransformations") or ():
        value = _value(transformation.get("metricValue"), message) if matches else transformation.get("defaultValue")
        dimensions = {
            name: str(filter_pattern.field(message, selector))
            for name, selector in (transformation.get("dimensions") or {}).items()
        }
        if value is None or (dimensions and not matches):
            continue
        unit = transformation.get("unit") or "None"
        names = transformation["metricNamespace"], transformation["metricName"]
        found.append(Datum(*names, dimensions, (float(value),), unit, seconds))
    return found


def put(datum: Datum, seconds: float) -> None:
    """Put a metric at a time, and let the alarms see it."""
    values = list(datum.values)
    part("_store_datum")(datum.namespace, datum.name, datum.dimensions, seconds, datum.unit, None, values, None, None)


def _value(written: Any, message: str) -> float | None:
    value = filter_pattern.field(message, str(written)) if str(written).startswith("$") else written
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
