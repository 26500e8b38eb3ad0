"""FilterLogEvents: patterns that are matched, pages that lead through all (CloudWatch Logs API Reference)."""

import base64
import hashlib
import json
import uuid
from typing import Any

from local.seam.cloudwatch import filter_pattern
from local.seam.cloudwatch.filter_pattern import InvalidPatternError
from local.seam.ministack_parts import part, replace

Response = tuple[int, dict[str, str], bytes]

MOST_EVENTS = 10_000
MOST_BYTES = 1_048_576


def install() -> None:
    """Answer in ministack's place, which takes every JSON pattern for one that matches all, and has no second page."""
    replace("_filter_log_events", answer)


def answer(body: dict[str, Any]) -> Response:
    """Answer one request."""
    group = part("_log_groups").get(part("_resolve_log_group_name")(body))
    if group is None:
        return _refused("ResourceNotFoundException", "The specified log group does not exist.")
    try:
        matches = filter_pattern.compiled(body.get("filterPattern") or "")
    except InvalidPatternError as error:
        return _refused("InvalidParameterException", f"Invalid filter pattern: {error}")
    digest = _digest(body)
    position = 0
    if body.get("nextToken"):
        try:
            position, token_digest = json.loads(base64.urlsafe_b64decode(body["nextToken"]))
        except (ValueError, TypeError):
            token_digest = None
        if token_digest != digest:
            return _refused("InvalidParameterException", "The specified nextToken is invalid.")
    most = min(int(body.get("limit") or MOST_EVENTS), MOST_EVENTS)
    found: list[dict[str, Any]] = []
    size = 0
    events = _events(group, body)
    for event in events[position:]:
        if len(found) == most or size > MOST_BYTES:
            break
        position += 1
        if matches(event["message"]):
            found.append(event)
            size += len(event["message"]) + 26
    page: dict[str, Any] = {"events": found, "searchedLogStreams": []}
    if position < len(events):
        page["nextToken"] = base64.urlsafe_b64encode(json.dumps([position, digest]).encode()).decode()
    answered: Response = part("json_response")(page)
    return answered


def _events(group: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of the streams and the range that are asked for, both ends of it included, oldest first."""
    names, prefix = body.get("logStreamNames"), body.get("logStreamNamePrefix") or ""
    start, end = body.get("startTime"), body.get("endTime")
    found = []
    for name, stream in list(group["streams"].items()):
        if (names and name not in names) or not name.startswith(prefix):
            continue
        for event in list(stream["events"]):
            if (start is None or event["timestamp"] >= start) and (end is None or event["timestamp"] <= end):
                event.setdefault("eventId", str(uuid.uuid4().int))
                found.append({**event, "logStreamName": name})
    return sorted(found, key=lambda event: (event["timestamp"], event["ingestionTime"]))


def _digest(body: dict[str, Any]) -> str:
    asked = {name: value for name, value in body.items() if name not in ("nextToken", "limit")}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def _refused(code: str, message: str) -> Response:
    refused: Response = part("error_response_json")(code, message, 400)
    return refused
