"""CloudTrail's event history by LookupEvents: 90 days, 50 events a page, two pages a second."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobpass.audit.aws import Aws, asking
from jobpass.audit.records import Progress
from jobpass_issuer.domain.audit import Window
from jobpass_issuer.domain.trail_event import ASSUME_ROLE_WITH_WEB_IDENTITY

# "Limited to two per second, per account, per Region" (CloudTrail API Reference, "LookupEvents").
PAUSE_SECONDS = 0.5
PAGE = 50
KEPT_SECONDS = 90 * 86400


@dataclass
class EventHistory:
    """The event history of one account, in the issuer's Region and, for what its jobs did, in others too."""

    aws: Aws
    progress: Progress
    regions: tuple[str, ...] = ()
    _seen: int = 0

    def of_keys(self, key_arns: Iterable[str], window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the events that name one of the keys.

        Raises:
            JobpassError: CloudTrail cannot be asked.
        """
        for arn in sorted(key_arns):
            yield from self._found("ResourceName", arn, window, "")

    def of_web_identities(self, window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the sessions that the account's roles gave for tokens of any issuer.

        Raises:
            JobpassError: CloudTrail cannot be asked.
        """
        for region in self.regions:
            yield from self._found("EventName", ASSUME_ROLE_WITH_WEB_IDENTITY, window, region)

    def of_access_keys(self, access_key_ids: Iterable[str], window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the calls that were made with these access keys.

        Raises:
            JobpassError: CloudTrail cannot be asked.
        """
        for each in sorted(access_key_ids):
            for region in self.regions:
                yield from self._found("AccessKeyId", each, window, region)

    def _found(self, key: str, value: str, window: Window, region: str) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "StartTime": datetime.fromtimestamp(window.start, UTC),
            "EndTime": datetime.fromtimestamp(window.end, UTC),
            "MaxResults": PAGE,
        }
        cloudtrail = self.aws.client("cloudtrail", region)
        while True:
            time.sleep(PAUSE_SECONDS)
            with asking("cloudtrail:LookupEvents", "event history"):
                page = cloudtrail.lookup_events(**asked)
            self._seen += len(page["Events"])
            self.progress(f"looking events up, two pages a second: {self._seen:,}")
            for event in page["Events"]:
                document = json.loads(event["CloudTrailEvent"])
                if isinstance(document, dict):
                    yield document
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]
