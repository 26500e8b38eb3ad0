"""Metric alarms: evaluated period by period, by the emulator's clock, with their actions and their event."""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.seam import event_bus
from local.seam.cloudwatch import alarm_state, series
from local.seam.cloudwatch.queue_metrics import QueueMetrics
from local.seam.controls import Controls
from local.seam.ministack_parts import part
from local.seam.service_permission import may_be_invoked

Alarm = dict[str, Any]

SERVICE = "cloudwatch.amazonaws.com"
# How often alarms are looked at; AWS does once a period, at most every ten seconds.
TICK_SECONDS = 0.5

_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_COMPARES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_log = logging.getLogger("jobpass.alarms")


class Alarms:
    """Looks at the alarms of every account and Region."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._lock = threading.RLock()
        self._seen: dict[int, tuple[object, ...]] = {}
        self._queues = QueueMetrics(controls)

    def watch(self) -> None:
        """Look at all of them for ever, from a thread of its own."""
        threading.Thread(target=self._watch, name="jobpass-alarms", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            self._queues.put()
            for (account, region, _name), alarm in part("_alarms").all_items():
                with part("request_scope")(account, region):
                    self.evaluate(alarm)

    def evaluate(self, alarm: Alarm) -> None:
        """Bring one alarm into the state that its data points lead to, and act on a change."""
        try:
            with self._lock:
                self._evaluate(alarm)
        except Exception:  # noqa: BLE001 - one alarm's trouble is not the others'
            _log.exception("alarm %s was not evaluated", alarm.get("AlarmName"))

    def _evaluate(self, alarm: Alarm) -> None:
        period, periods = series.period_of(alarm), int(alarm.get("EvaluationPeriods") or 1)
        end = int(self._controls.now() // period) * period
        # What the last look saw already leads nowhere else.
        seen = end, series.size(alarm), alarm["StateValue"], alarm.get("AlarmConfigurationUpdatedTimestamp")
        if self._seen.get(id(alarm)) == seen:
            return
        self._seen[id(alarm)] = seen
        starts = [end - period * back for back in range(periods + alarm_state.FURTHER_PERIODS, 0, -1)]
        values = series.of_alarm(alarm, starts)
        compare, threshold = _COMPARES[alarm["ComparisonOperator"]], float(alarm["Threshold"])
        breaching = [None if values[at] is None else compare(values[at], threshold) for at in starts]  # type: ignore[arg-type]
        state = alarm_state.state(
            breaching,
            periods,
            int(alarm.get("DatapointsToAlarm") or periods),
            alarm.get("TreatMissingData") or "missing",
        )
        if state is not None and state != alarm["StateValue"]:
            there = [f"{values[at]}" for at in starts if values[at] is not None][-periods:]
            reason = f"Threshold Crossed: {len(there)} datapoints [{', '.join(there)}] against {threshold}."
            self._change(alarm, state, reason)

    def _change(self, alarm: Alarm, state: str, reason: str) -> None:
        before = alarm["StateValue"]
        alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": int(self._controls.now())}
        part("_record_history")(alarm["AlarmName"], before, state, reason)
        self.act(alarm, before, state, reason)
        part("_evaluate_parent_alarms")(alarm)

    def act(self, alarm: Alarm, before: str, state: str, reason: str) -> None:
        """Tell the event bus, then the actions for the new state, of a change that has happened."""
        seconds = self._controls.now()
        event_bus.publish(
            "aws.cloudwatch",
            "CloudWatch Alarm State Change",
            _detail(alarm, before, state, reason, seconds),
            [alarm["AlarmArn"]],
            seconds=seconds,
        )
        if not alarm.get("ActionsEnabled", True):
            return
        message = json.dumps(_message(alarm, before, state, reason, seconds))
        subject = f'{state}: "{alarm["AlarmName"]}" in {_REGIONS.get(_region(), _region())}'[:100]
        for action in alarm.get(_ACTIONS[state]) or ():
            if action.split(":")[2:3] != ["sns"]:
                continue
            if may_be_invoked(action, SERVICE, alarm["AlarmArn"]):
                part("_fanout")(action, str(uuid.uuid4()), message, subject)
            else:
                _log.warning("the policy of %s does not let the alarm %s in", action, alarm["AlarmName"])


_REGIONS = {"us-east-1": "US East (N. Virginia)"}


def _region() -> str:
    return str(part("get_region")())


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _message(alarm: Alarm, before: str, state: str, reason: str, seconds: float) -> dict[str, Any]:
    """What an alarm's notification says (CloudWatch User Guide, "Notifying users on alarm changes")."""
    trigger = {
        name: alarm.get(name)
        for name in ("Period", "EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold",
                     "TreatMissingData")
        if alarm.get(name) is not None
    }  # fmt: skip
    if alarm.get("Metrics"):
        trigger["Metrics"] = alarm["Metrics"]
    else:
        trigger |= {
            "MetricName": alarm.get("MetricName"),
            "Namespace": alarm.get("Namespace"),
            "StatisticType": "ExtendedStatistic" if alarm.get("ExtendedStatistic") else "Statistic",
            "Statistic": (alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "").upper(),
            "Unit": alarm.get("Unit"),
            "Dimensions": [
                {"name": dimension["Name"], "value": dimension["Value"]} for dimension in alarm.get("Dimensions") or ()
            ],
        }
    return {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": part("get_account_id")(),
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": _written(seconds),
        "Region": _REGIONS.get(_region(), _region()),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": before,
        **{actions: alarm.get(actions) or [] for actions in _ACTIONS.values()},
        "Trigger": trigger,
    }


def _detail(alarm: Alarm, before: str, state: str, reason: str, seconds: float) -> dict[str, Any]:
    """What the event of a change says (CloudWatch User Guide, "Alarm events and EventBridge")."""
    return {
        "alarmName": alarm["AlarmName"],
        "configuration": {"description": alarm.get("AlarmDescription") or ""},
        "previousState": {"value": before},
        "state": {"value": state, "reason": reason, "timestamp": _written(seconds)},
    }
