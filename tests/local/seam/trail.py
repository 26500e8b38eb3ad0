"""How the tests look into CloudTrail: every page, events as the documents that they are."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.local.conftest import Emulator

Event = dict[str, Any]


def events(emulator: Emulator, account: str = "test", **lookup: Any) -> list[Event]:
    """All that a lookup finds, newest first; `attribute=("EventName", "Sign")` is its short form."""
    attribute = lookup.pop("attribute", None)
    if attribute is not None:
        lookup["LookupAttributes"] = [{"AttributeKey": attribute[0], "AttributeValue": attribute[1]}]
    pages = emulator.client("cloudtrail", account).get_paginator("lookup_events").paginate(**lookup)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def event_of(emulator: Emulator, request_id: str, account: str = "test", **lookup: Any) -> Event:
    """The one event with this request ID."""
    (event,) = [event for event in events(emulator, account, **lookup) if event["requestID"] == request_id]
    return event


def request_id(answer: Any) -> str:
    """The ID under which an SDK was answered."""
    return str(answer["ResponseMetadata"]["RequestId"])


def soon(look: Callable[[], Any], give_up_seconds: float = 15) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + give_up_seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found
