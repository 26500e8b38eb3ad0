"""CloudTrail's event history: what was done with a key, of the last 90 days, at two calls a second."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from jobpass_issuer.aws.failure import DependencyError, required
from jobpass_issuer.aws.sdk_failure import translated
from jobpass_issuer.domain.audit import Window
from jobpass_issuer.domain.trail_event import TrailEvent

# "The rate of lookup requests is limited to two per second, per account, per Region" (CloudTrail API Reference,
# "LookupEvents"); consoles and others in the account use the same two.
PAUSE_SECONDS = 0.5
PAGE = 50
_OPERATION = "cloudtrail:LookupEvents"


class EventHistory:
    """LookupEvents of one account and Region."""

    def __init__(self, cloudtrail: Any, go_on: Callable[[], None] = lambda: None) -> None:
        """`go_on` is called before each page, and may raise to stop."""
        self._cloudtrail = cloudtrail
        self._go_on = go_on

    def of_key(self, key_arn: str, window: Window) -> Iterator[TrailEvent]:
        """Return the events that name a key, newest first.

        Raises:
            DependencyError: CloudTrail failed.
        """
        asked = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": key_arn}],
            "StartTime": datetime.fromtimestamp(window.start, UTC),
            "EndTime": datetime.fromtimestamp(window.end, UTC),
            "MaxResults": PAGE,
        }
        more: dict[str, str] = {}
        while True:
            self._go_on()
            time.sleep(PAUSE_SECONDS)
            with translated(_OPERATION):
                answer = self._cloudtrail.lookup_events(**asked, **more)
            for each in required(answer, "Events", _OPERATION):
                yield _event(each)
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}


def _event(entry: Any) -> TrailEvent:
    try:
        return TrailEvent.of(json.loads(entry["CloudTrailEvent"]))
    except (KeyError, TypeError, ValueError):
        raise DependencyError(_OPERATION, "MalformedEvent") from None
