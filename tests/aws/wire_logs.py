"""CloudWatch Logs at the wire: lines of one log group, by when they were written, one a page."""

from collections.abc import Mapping
from typing import Any

from tests.aws.wire_error import AwsError


class Logs:
    """The lines, each with its time in milliseconds; the pattern is taken for granted."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []

    def answer(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out FilterLogEvents."""
        if operation != "FilterLogEvents":
            raise AwsError("UnknownOperationException")
        found = [line for line in self.lines if request["startTime"] <= line[0] <= request["endTime"]]
        start = int(request.get("nextToken") or 0)
        events = [{"timestamp": at, "message": text} for at, text in found[start : start + 1]]
        more = {"nextToken": str(start + 1)} if found[start + 1 :] else {}
        return {"events": events, **more}
