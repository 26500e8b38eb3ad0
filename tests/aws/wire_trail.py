"""CloudTrail at the wire: one trail, and events by the resources that they name, one a page."""

import json
from collections.abc import Mapping
from typing import Any

from tests.aws.wire_error import AwsError


class Trail:
    """The events as CloudTrail records them, each by the ARNs that it names; and a trail that has them all."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.name = "trail"
        self.trail: dict[str, Any] = {"Name": self.name, "HomeRegion": "us-east-1", "IsMultiRegionTrail": True}
        self.status: dict[str, Any] = {"IsLogging": True}
        self.selectors: dict[str, Any] = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}

    def answer(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Tell of the trail by its name, or of the events by resource name, whatever the time."""
        told: dict[str, Mapping[str, Any]] = {
            "GetTrail": {"Trail": self.trail},
            "GetTrailStatus": self.status,
            "GetEventSelectors": self.selectors,
        }
        if operation in told:
            if self.name not in (request.get("Name"), request.get("TrailName")):
                raise AwsError("TrailNotFoundException")
            return told[operation]
        if operation != "LookupEvents":
            raise AwsError("UnknownOperationException")
        ((wanted),) = request["LookupAttributes"]
        found = [event for name, event in self.events if name == wanted["AttributeValue"]]
        start = int(request.get("NextToken") or 0)
        events = [{"CloudTrailEvent": json.dumps(event)} for event in found[start : start + 1]]
        more = {"NextToken": str(start + 1)} if found[start + 1 :] else {}
        return {"Events": events, **more}
