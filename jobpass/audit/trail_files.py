"""A trail's log files in S3, read as they are (CloudTrail User Guide, "Finding your CloudTrail log files")."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jobpass.audit.aws import Aws, asking
from jobpass.audit.records import Progress
from jobpass.errors import JobpassError, UnavailableError
from jobpass_issuer.domain.audit import Window
from jobpass_issuer.domain.trail_event import ASSUME_ROLE_WITH_WEB_IDENTITY

# A file has the minute of its delivery in its name, which is later than its events: by minutes mostly.
LATEST_SECONDS = 3600
_CLOCKS_SECONDS = 300
# CloudTrail's files have some megabytes, a tenth of that compressed. What somebody else has put there, and that unfolds
# to gigabytes, shall not end the audit for want of memory.
_MOST_BYTES = 256 * 2**20
_READERS = 8
_STAMP = re.compile(r"_(\d{8}T\d{4}Z)_[0-9A-Za-z]+\.json\.gz$")
_DAY = timedelta(days=1)

Event = Mapping[str, Any]


@dataclass
class TrailFiles:
    """The files that a trail has written for one account: `prefix` is what stands before `AWSLogs/`, or nothing."""

    aws: Aws
    progress: Progress
    bucket: str
    prefix: str
    account_id: str
    region: str
    files: int = 0
    events: int = 0

    def of_keys(self, key_arns: Iterable[str], window: Window) -> Iterator[Event]:
        """Return the events that name one of the keys, in the issuer's Region.

        Raises:
            JobpassError: the files cannot be read, or there are none.
        """
        named = frozenset(key_arns)
        yield from self._found(window, [self.region], lambda event: bool(named & set(_arns(event))))

    def of_web_identities(self, window: Window) -> Iterator[Event]:
        """Return the sessions that the account's roles gave for tokens of any issuer, in every Region.

        Raises:
            JobpassError: the files cannot be read, or there are none.
        """
        regions = self._regions()
        yield from self._found(window, regions, lambda event: event.get("eventName") == ASSUME_ROLE_WITH_WEB_IDENTITY)

    def of_access_keys(self, access_key_ids: Iterable[str], window: Window) -> Iterator[Event]:
        """Return the calls that were made with these access keys, in every Region.

        Raises:
            JobpassError: the files cannot be read, or there are none.
        """
        wanted = frozenset(access_key_ids)
        if wanted:
            yield from self._found(window, self._regions(), lambda event: _access_key(event) in wanted)

    @property
    def _folder(self) -> str:
        return f"{self.prefix}/AWSLogs/".lstrip("/")

    def _account_folder(self) -> str:
        """An organisation's trail has a folder of the organisation between."""
        for folder in (self._folder, *self._folders(f"{self._folder}o-")):
            candidate = f"{folder}{self.account_id}/CloudTrail/"
            if self._folders(candidate):
                return candidate
        text = f"s3://{self.bucket}/{self._folder}{self.account_id}/CloudTrail/ has no files of a trail"
        remedy = "name the trail's bucket and prefix, as `aws cloudtrail describe-trails` has them"
        raise JobpassError("no_trail_files", text, remedy)

    def _regions(self) -> list[str]:
        folder = self._account_folder()
        return [each.removeprefix(folder).rstrip("/") for each in self._folders(folder)]

    def _folders(self, prefix: str) -> list[str]:
        pages = self.aws.client("s3").get_paginator("list_objects_v2")
        with asking("s3:ListBucket", f"bucket {self.bucket}"):
            found = list(pages.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/"))
        return [each["Prefix"] for page in found for each in page.get("CommonPrefixes", [])]

    def _found(self, window: Window, regions: list[str], wanted: Callable[[Event], bool]) -> Iterator[Event]:
        folder = self._account_folder()
        keys = [key for region in regions for key in self._keys(f"{folder}{region}/", window)]
        with ThreadPoolExecutor(_READERS) as readers:
            try:
                for number, events in enumerate(readers.map(self._read, keys), 1):
                    self.files += 1
                    self.events += len(events)
                    self.progress(f"reading the trail: {number:,} of {len(keys):,} files, {self.events:,} events")
                    yield from (event for event in events if wanted(event))
            finally:
                readers.shutdown(cancel_futures=True)

    def _keys(self, folder: str, window: Window) -> Iterator[str]:
        """The files that were delivered when events of the window may have been."""
        first = datetime.fromtimestamp(window.start - _CLOCKS_SECONDS, UTC)
        last = datetime.fromtimestamp(window.end + LATEST_SECONDS, UTC)
        day = first.replace(hour=0, minute=0, second=0)
        pages = self.aws.client("s3").get_paginator("list_objects_v2")
        while day <= last:
            with asking("s3:ListBucket", f"bucket {self.bucket}"):
                listed = list(pages.paginate(Bucket=self.bucket, Prefix=f"{folder}{day:%Y/%m/%d}/"))
            for each in (each for page in listed for each in page.get("Contents", [])):
                stamp = _STAMP.search(each["Key"])
                if stamp and f"{first:%Y%m%dT%H%MZ}" <= stamp[1] <= f"{last:%Y%m%dT%H%MZ}":
                    yield each["Key"]
            day += _DAY

    def _read(self, key: str) -> list[Event]:
        where = f"s3://{self.bucket}/{key}"
        with asking("s3:GetObject", where):
            body = self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read(_MOST_BYTES)
        try:
            return _records(body)
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError):
            remedy = "see whether somebody has written into the bucket; `aws cloudtrail validate-logs` tells"
            raise UnavailableError("trail_malformed", f"{where} is no log file of a trail", remedy) from None


def _records(body: bytes) -> list[Event]:
    """The events of a file; to pass over what is none could be to pass over a signature."""
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        text = file.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ValueError("is too large")
    records = json.loads(text)["Records"]
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise TypeError("has no list of events")
    return records


def _arns(event: Event) -> Iterator[str]:
    resources = event.get("resources")
    for each in resources if isinstance(resources, list) else ():
        if isinstance(each, dict) and isinstance(each.get("ARN"), str):
            yield each["ARN"]


def _access_key(event: Event) -> str | None:
    identity = event.get("userIdentity")
    found = identity.get("accessKeyId") if isinstance(identity, dict) else None
    return found if isinstance(found, str) else None
