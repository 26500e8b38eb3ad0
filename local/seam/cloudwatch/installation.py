"""CloudWatch sewn into ministack."""

import functools
from collections.abc import Mapping

from local.seam.cloudwatch import alarm_resource, filter_log_events, insights, log_metrics
from local.seam.cloudwatch.alarms import Alarms
from local.seam.controls import Controls
from local.seam.ministack_parts import part, replace


def install(controls: Controls) -> None:
    """Measure logs, search them, and evaluate alarms from now on."""
    log_metrics.install(controls)
    filter_log_events.install()
    insights.install()
    alarm_resource.install()
    replace("record_metric", functools.partial(_record_metric, controls))
    alarms = Alarms(controls)
    replace("_evaluate_alarm", alarms.evaluate)
    replace("_dispatch_alarm_actions", alarms.act)
    alarms.watch()


def _record_metric(
    controls: Controls,
    namespace: str,
    metric_name: str,
    value: float,
    unit: str = "None",
    dimensions: Mapping[str, str] | None = None,
) -> None:
    """A service's own metric, by the emulator's clock."""
    part("_store_datum")(namespace, metric_name, dict(dimensions or {}), controls.now(), unit, value, None, None, None)
