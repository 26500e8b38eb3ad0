"""Log files in a trail's bucket, in AWS's layout (CloudTrail User Guide, "Finding your CloudTrail log files")."""

import asyncio
import gzip
import json
import logging
import secrets
import string
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from local.seam.cloudtrail import trails
from local.seam.cloudtrail.event import Event
from local.seam.cloudtrail.trails import Trail
from local.seam.controls import Controls
from local.seam.ministack_parts import part

# AWS takes about five minutes; nobody waits so long here, and several calls still share a file.
GATHERING_SECONDS = 0.3

_LETTERS = string.ascii_letters + string.digits
_log = logging.getLogger("jobpass.cloudtrail")


class LogFiles:
    """Gathers events for a moment, then writes a file for each trail that logs them."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._waiting: dict[tuple[str, str, str, str], list[Event]] = defaultdict(list)
        self._lock = threading.Lock()
        self._delivered: dict[str, float] = {}

    def receive(self, event: Event, _seconds: float) -> None:
        """Take an event, and begin to gather where nothing waited."""
        for trail in trails.that_log(event):
            place = trail.account, trail.region, trail.name, event["awsRegion"]
            with self._lock:
                self._waiting[place].append(event)
                first = len(self._waiting[place]) == 1
            if first:
                timer = threading.Timer(GATHERING_SECONDS, self._write, [trail, place])
                timer.daemon = True
                timer.start()

    def latest_delivery(self, trail_arn: str) -> float | None:
        """When a file of this trail was last written, in Unix seconds."""
        return self._delivered.get(trail_arn)

    def _write(self, trail: Trail, place: tuple[str, str, str, str]) -> None:
        with self._lock:
            events = self._waiting.pop(place)
        seconds = self._controls.now()
        key = file_key(trail, place[3], seconds)
        content = gzip.compress(json.dumps({"Records": events}).encode())
        bucket = trail.record["S3BucketName"]
        headers = {"content-type": "application/json", "content-encoding": "gzip", "host": "s3.localhost"}
        headers["content-length"] = str(len(content))
        put: Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]] = part("s3.handle_request")

        async def written() -> int:
            status, _headers, _body = await put("PUT", f"/{bucket}/{key}", headers, content, {}, internal=True)
            return status

        owner = part("_bucket_owner_account")(bucket) or trail.account
        with part("request_scope")(owner, trail.region):
            status = asyncio.run(written())
        if status == 200:
            self._delivered[trail.record["TrailARN"]] = seconds
        else:
            _log.warning("trail %s: its bucket %s answered %d", trail.name, bucket, status)


def file_key(trail: Trail, region: str, seconds: float) -> str:
    """The key of a new log file of a trail, for the events of one Region."""
    moment = time.gmtime(seconds)
    prefix = f"{trail.record['S3KeyPrefix']}/" if trail.record.get("S3KeyPrefix") else ""
    unique = "".join(secrets.choice(_LETTERS) for _ in range(16))
    folder = f"{prefix}AWSLogs/{trail.account}/CloudTrail/{region}/{time.strftime('%Y/%m/%d', moment)}"
    stamp = time.strftime("%Y%m%dT%H%MZ", moment)
    return f"{folder}/{trail.account}_CloudTrail_{region}_{stamp}_{unique}.json.gz"
