"""LookupEvents: one attribute, a range of time, newest first, at most 50 a page (CloudTrail API Reference)."""

import base64
import hashlib
import json
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from local.seam.cloudtrail.event_history import RETENTION_SECONDS, Entry, EventHistory
from local.seam.controls import Controls
from local.seam.ministack_parts import part

Response = tuple[int, dict[str, str], bytes]

ATTRIBUTES = frozenset(
    {"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
)
MOST = 50


class LookupRefusedError(Exception):
    """The lookup is refused; `code` and `message` as AWS words them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Lookup:
    """What is looked for; a token leads on in this very lookup and in no other."""

    attribute: tuple[str, str] | None
    start: float | None
    end: float | None

    @property
    def digest(self) -> str:
        """What ties a token to the lookup."""
        return hashlib.sha256(repr((self.attribute, self.start, self.end)).encode()).hexdigest()[:32]

    def finds(self, entry: Entry) -> bool:
        """Whether an event is looked for; both ends of the range belong to it."""
        inside = (self.start is None or entry.seconds >= self.start) and (self.end is None or entry.seconds <= self.end)
        return inside and (self.attribute is None or entry.found_by(*self.attribute))


class LookupEvents:
    """Answers the action."""

    def __init__(self, history: EventHistory, controls: Controls) -> None:
        self._history = history
        self._controls = controls
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def __call__(self, body: dict[str, Any]) -> Response:
        """Answer one request."""
        try:
            self._throttle()
            answer = self._page(_lookup(body), _most(body), body.get("NextToken"))
        except LookupRefusedError as refusal:
            refused: Response = part("error_response_json")(refusal.code, refusal.message, 400)
            return refused
        answered: Response = part("json_response")(answer)
        return answered

    def _page(self, lookup: Lookup, most: int, token: str | None) -> dict[str, Any]:
        after = None if token is None else _position(token, lookup)
        now = self._controls.now()
        kept = self._history.newest_first(part("get_account_id")(), part("get_region")(), now - RETENTION_SECONDS)
        shown = now - self._controls.trail_delay_seconds
        found = []
        for entry in kept:
            if (after is None or entry.position < after) and entry.seconds <= shown and lookup.finds(entry):
                found.append(entry)
                if len(found) > most:
                    break
        page = {"Events": [_shown(entry) for entry in found[:most]]}
        return page | {"NextToken": _token(found[most - 1], lookup)} if len(found) > most else page

    def _throttle(self) -> None:
        """Refuse what goes beyond the calls that an account may make in a Region in one second; off at 0."""
        limit, now = self._controls.lookup_calls_per_second, time.monotonic()
        with self._lock:
            calls = self._calls[part("get_account_id")(), part("get_region")()]
            while calls and calls[0] <= now - 1:
                calls.popleft()
            if limit and len(calls) >= limit:
                raise LookupRefusedError("ThrottlingException", "Rate exceeded")
            calls.append(now)


def _lookup(body: dict[str, Any]) -> Lookup:
    attributes = body.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise LookupRefusedError(
            "InvalidLookupAttributesException", "You can specify only one lookup attribute in a lookup request."
        )
    attribute = None
    if attributes:
        attribute = str(attributes[0].get("AttributeKey")), str(attributes[0].get("AttributeValue"))
        if attribute[0] not in ATTRIBUTES or not attribute[1]:
            raise LookupRefusedError("InvalidLookupAttributesException", f"Invalid lookup attribute: {attribute[0]}")
    start, end = _seconds(body.get("StartTime")), _seconds(body.get("EndTime"))
    if start is not None and end is not None and start > end:
        raise LookupRefusedError("InvalidTimeRangeException", "The start time must be before the end time.")
    if body.get("EventCategory") not in (None, "insight"):
        raise LookupRefusedError("InvalidEventCategoryException", "The event category is not valid.")
    return Lookup(("EventId", "insight") if body.get("EventCategory") else attribute, start, end)


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise LookupRefusedError("InvalidTimeRangeException", "The time is not valid.")
    return float(value)


def _most(body: dict[str, Any]) -> int:
    most = body.get("MaxResults", MOST)
    if not isinstance(most, int) or not 1 <= most <= MOST:
        raise LookupRefusedError("InvalidMaxResultsException", f"MaxResults must be between 1 and {MOST}.")
    return most


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        **entry.attributes,
        "EventTime": entry.seconds,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in entry.resources],
        "CloudTrailEvent": entry.text,
    }


def _token(last: Entry, lookup: Lookup) -> str:
    return base64.urlsafe_b64encode(json.dumps([*last.position, lookup.digest]).encode()).decode()


def _position(token: str, lookup: Lookup) -> tuple[int, int]:
    try:
        seconds, sequence, digest = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        digest = None
    if digest != lookup.digest:
        raise LookupRefusedError("InvalidNextTokenException", "The token is not valid, or belongs to another lookup.")
    return int(seconds), int(sequence)
