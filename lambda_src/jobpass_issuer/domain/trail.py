"""Whether a trail brings every signature to EventBridge (CloudTrail API, "GetEventSelectors", "GetTrailStatus")."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobpass_issuer.domain.trail_event import KMS_SOURCE


def shortcoming(
    trail: Mapping[str, Any], status: Mapping[str, Any], selectors: Mapping[str, Any], region: str
) -> str | None:
    """Return why a trail does not log the signatures of a Region, with the remedy; None where it does."""
    if not status.get("IsLogging"):
        return "does not log: start it (aws cloudtrail start-logging)"
    if trail.get("HomeRegion") != region and not trail.get("IsMultiRegionTrail"):
        return f"logs {trail.get('HomeRegion')} alone, and the issuer is in {region}: name one of this Region or of all"
    basic, advanced = selectors.get("EventSelectors") or [], selectors.get("AdvancedEventSelectors") or []
    if any(map(_takes_signatures, basic)) or any(map(_all_fields_take_signatures, advanced)):
        return None
    return (
        "leaves out the calls of KMS, or those that only read: let an event selector take management events, read and "
        "write, without an exclusion of kms.amazonaws.com (aws cloudtrail put-event-selectors)"
    )


def _takes_signatures(selector: Mapping[str, Any]) -> bool:
    return (
        bool(selector.get("IncludeManagementEvents", True))
        # Signatures only read, what touches a key only writes.
        and selector.get("ReadWriteType", "All") == "All"
        and KMS_SOURCE not in (selector.get("ExcludeManagementEventSources") or ())
    )


def _all_fields_take_signatures(selector: Mapping[str, Any]) -> bool:
    fields: Sequence[Mapping[str, Any]] = selector.get("FieldSelectors") or ()
    wanted = {"eventCategory": "Management", "eventSource": KMS_SOURCE}
    # A selector by anything else, such as readOnly, a name or a caller, takes a part of what is wanted at the most.
    return any(each.get("Field") == "eventCategory" for each in fields) and all(
        each.get("Field") in wanted and _takes(each, wanted[each["Field"]]) for each in fields
    )


def _takes(field: Mapping[str, Any], value: str) -> bool:
    compare: Mapping[str, Callable[[str], bool]] = {
        "Equals": value.__eq__,
        "StartsWith": value.startswith,
        "EndsWith": value.endswith,
    }
    for name, matches in compare.items():
        wanted, unwanted = field.get(name) or (), field.get(f"Not{name}") or ()
        if (wanted and not any(matches(each) for each in wanted)) or any(matches(each) for each in unwanted):
            return False
    return True
