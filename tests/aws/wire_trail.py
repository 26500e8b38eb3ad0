"""CloudTrail at the wire: events by the resources that they name, one a page."""

import json
from collections.abc import Mapping
from typing import Any

from tests.aws.wire_error import AwsError


class Trail:
    """The events as CloudTrail records them, each by the ARNs that it names."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []

    def answer(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out LookupEvents, by resource name; whatever the time."""
        told: dict[str, Mapping[str, Any]] = {
            "GetTrail": {"Trail": {"Name": "trail", "HomeRegion": "us-east-1", "IsMultiRegionTrail": True}},
            "GetTrailStatus": {"IsLogging": True},
            "GetEventSelectors": {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]},
        }
        if operation in told:
            return told[operation]
        if operation != "LookupEvents":
            raise AwsError("UnknownOperationException")
        ((wanted),) = request["LookupAttributes"]
        found = [event for name, event in self.events if name == wanted["AttributeValue"]]
        start = int(request.get("NextToken") or 0)
        events = [{"CloudTrailEvent": json.dumps(event)} for event in found[start : start + 1]]
        more = {"NextToken": str(start + 1)} if found[start + 1 :] else {}
        return {"Events": events, **more}
