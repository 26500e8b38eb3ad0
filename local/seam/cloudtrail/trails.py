"""Which trails log an event, by their state, Region and event selectors (CloudTrail User Guide, "Filtering events")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.seam.cloudtrail.event import Event
from local.seam.cloudtrail.recorder import GLOBAL_SOURCES
from local.seam.ministack_parts import part


@dataclass(frozen=True)
class Trail:
    """A trail of an account, with the selectors that say what it logs."""

    account: str
    region: str
    name: str
    record: dict[str, Any]

    @property
    def selectors(self) -> list[dict[str, Any]]:
        """Basic or advanced event selectors, those of a new trail where none were put."""
        found: list[dict[str, Any]] = part("_event_selectors").get_scoped(
            self.account, self.region, self.name, part("_DEFAULT_EVENT_SELECTORS")
        )
        return found

    def logs(self, event: Event) -> bool:
        """Whether it logs an event of its account."""
        record = self.record
        if not record.get("IsLogging"):
            return False
        if event["eventSource"] in GLOBAL_SOURCES:
            in_reach = record.get("IsMultiRegionTrail") or record.get("IncludeGlobalServiceEvents")
        else:
            in_reach = record.get("IsMultiRegionTrail") or event["awsRegion"] == self.region
        return bool(in_reach) and any(selects(selector, event) for selector in self.selectors)


def that_log(event: Event) -> list[Trail]:
    """The trails that log an event."""
    account = event["recipientAccountId"]
    trails = [
        Trail(owner, region, name, record)
        for (owner, region, name), record in part("_trails").all_items()
        if owner == account
    ]
    return [trail for trail in trails if trail.logs(event)]


def selects(selector: dict[str, Any], event: Event) -> bool:
    """Whether one selector, basic or advanced, selects a management event."""
    if "FieldSelectors" in selector:
        return all(_field_matches(field, event) for field in selector["FieldSelectors"])
    wanted = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}[selector.get("ReadWriteType", "All")]
    return (
        _true(selector.get("IncludeManagementEvents", True))
        and event["readOnly"] in wanted
        and event["eventSource"] not in (selector.get("ExcludeManagementEventSources") or ())
    )


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}


def _field_matches(field: dict[str, Any], event: Event) -> bool:
    value = _value(event, field["Field"])
    for operator, matches in _OPERATORS.items():
        wanted, unwanted = field.get(operator), field.get(f"Not{operator}")
        if wanted and not any(matches(value, each) for each in wanted):
            return False
        if unwanted and any(matches(value, each) for each in unwanted):
            return False
    return True


def _value(event: Event, name: str) -> str:
    found: Any = event
    for step in name.split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return str(found).lower() if isinstance(found, bool) else str(found)


def _true(value: object) -> bool:
    return str(value).lower() == "true"
