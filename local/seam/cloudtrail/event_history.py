"""Event history: the management events of the last 90 days, of one account in one Region."""

import bisect
import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

from local.seam.cloudtrail import caller
from local.seam.cloudtrail.event import Event

RETENTION_SECONDS = 90 * 86400


@dataclass(frozen=True)
class Entry:
    """One event, with what LookupEvents finds it by."""

    seconds: int
    sequence: int
    attributes: dict[str, str]
    resources: tuple[tuple[str, str], ...] = field(default=())
    text: str = ""

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands: by its second, then by the order in which events came."""
        return self.seconds, self.sequence

    def found_by(self, key: str, value: str) -> bool:
        """Whether a lookup attribute finds it."""
        if key in ("ResourceType", "ResourceName"):
            at = 0 if key == "ResourceType" else 1
            return any(resource[at] == value for resource in self.resources)
        return self.attributes.get(key) == value


class EventHistory:
    """What LookupEvents searches; safe to add to from any thread."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._sequence = count()
        self._lock = threading.Lock()

    def add(self, event: Event, seconds: float) -> None:
        """Keep an event of this time, under its account and Region."""
        place = event["recipientAccountId"], event["awsRegion"]
        entry = Entry(
            int(seconds), next(self._sequence), _attributes(event), tuple(_resources(event)), json.dumps(event)
        )
        with self._lock:
            bisect.insort(self._entries[place], entry, key=lambda kept: kept.position)

    def newest_first(self, account: str, region: str, since: float) -> list[Entry]:
        """The events since a moment."""
        with self._lock:
            entries = self._entries[account, region]
            first = bisect.bisect_left(entries, int(since), key=lambda kept: kept.seconds)
            return entries[first:][::-1]


def _attributes(event: Event) -> dict[str, str]:
    identity = event["userIdentity"]
    found = {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "EventSource": event["eventSource"],
        "ReadOnly": str(event["readOnly"]).lower(),
        "Username": caller.user_name(identity),
        "AccessKeyId": identity.get("accessKeyId"),
    }
    return {name: value for name, value in found.items() if value}


def _resources(event: Event) -> list[tuple[str, str]]:
    """What a lookup finds the event by, type and name: more than the event itself lists."""
    found = [(resource["type"], resource["ARN"]) for resource in event.get("resources", ())]
    elements = event["responseElements"] or {}
    if "credentials" in elements:
        found.append(("AWS::IAM::AccessKey", elements["credentials"]["accessKeyId"]))
    if "assumedRoleUser" in elements:
        found += [("AWS::STS::AssumedRole", elements["assumedRoleUser"][name]) for name in ("assumedRoleId", "arn")]
    parameters = event["requestParameters"] or {}
    for kind, name in _NAMED.get(event["eventSource"], ()):
        if isinstance(parameters.get(name), str):
            found.append((kind, parameters[name]))
    return found


_NAMED = {
    "lambda.amazonaws.com": (("AWS::Lambda::Function", "functionName"),),
    "iam.amazonaws.com": (("AWS::IAM::Role", "roleName"), ("AWS::IAM::User", "userName")),
    "s3.amazonaws.com": (("AWS::S3::Bucket", "bucketName"),),
    "cloudtrail.amazonaws.com": (("AWS::CloudTrail::Trail", "name"),),
}
