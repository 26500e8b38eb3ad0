"""EventBridge's rules: the states in which they are on, and targets that let EventBridge in or do not.

Ministack knows a rule as on in the state ENABLED alone, and asks no target's policy.
"""

import json
import logging
import time
import uuid
from typing import Any

from local.seam.ministack_parts import part, replace
from local.seam.service_permission import may_be_invoked

SERVICE = "events.amazonaws.com"
# In this state a rule takes read-only management events too (EventBridge User Guide, "Receiving read-only management
# events from AWS services").
ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

Record = dict[str, Any]

_READ_ONLY_KEY = "_ReadOnlyManagementEvent"
_log = logging.getLogger("jobpass.events")


def install() -> None:
    """Match events against rules in either state, and deliver to CloudWatch Logs too."""
    invoke = part("_invoke_target")

    def invoke_target(target: dict[str, Any], record: Record, rule: dict[str, Any], view: Any = None) -> None:
        if target.get("Arn", "").split(":")[2:3] == ["logs"]:
            _write_to_logs(target["Arn"], view or part("_pattern_event_view")(record))
        else:
            invoke(target, record, rule, view)

    replace("_invoke_target", invoke_target)
    replace("_dispatch_event", dispatch)


def publish(
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    resources: list[str],
    *,
    seconds: float,
    read_only_management: bool = False,
) -> None:
    """Put an event of an AWS service on the default bus of the present account and Region."""
    dispatch(
        {
            "EventId": str(uuid.uuid4()),
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": int(seconds),
            "Resources": resources,
            "Account": part("get_account_id")(),
            "Region": part("get_region")(),
            _READ_ONLY_KEY: read_only_management,
        }
    )


def dispatch(record: Record, view: Any = None) -> None:
    """Send an event to the targets of every rule that is on for it and whose pattern it matches."""
    seen = set(record.get("_DispatchPath") or ())
    view = view or part("_pattern_event_view")(record)
    for key, rule in part("_rules").items():
        here = rule.get("EventBusName", "default") == record.get("EventBusName", "default") and key not in seen
        pattern = rule.get("EventPattern")
        if not (here and pattern and _is_on(rule, record)):
            continue
        if part("_matches_pattern_view")(pattern, view, f"rule {key}"):
            for target in part("_targets").get(key, ()):
                if may_be_invoked(target.get("Arn", ""), SERVICE, rule["Arn"]):
                    part("_invoke_target")(target, record, rule, view)
                else:
                    _log.warning("the policy of %s does not let EventBridge's rule %s in", target.get("Arn"), key)


def _is_on(rule: dict[str, Any], record: Record) -> bool:
    return rule.get("State") == ALL_MANAGEMENT_EVENTS or (
        rule.get("State") == "ENABLED" and not record.get(_READ_ONLY_KEY)
    )


def _write_to_logs(arn: str, view: Any) -> None:
    group = arn.partition(":log-group:")[2].removesuffix(":*")
    stream = str(uuid.uuid4())
    moment = int(time.time() * 1000)
    part("_create_log_stream")({"logGroupName": group, "logStreamName": stream})
    status, _headers, body = part("_put_log_events")(
        {
            "logGroupName": group,
            "logStreamName": stream,
            "logEvents": [{"timestamp": moment, "message": json.dumps(view.event_with_detail())}],
        }
    )
    if status >= 400:
        _log.warning("no event in %s: %s", group, body)
