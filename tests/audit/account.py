"""An AWS account at the wire, as those who audit read it: logs, event history, trail files, stack, tags and table.

Pages are short, so that nothing passes that reads the first alone.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from local.seam.cloudwatch import filter_pattern

ACCOUNT_ID = "111122223333"
REGION = "eu-central-1"
LINES_A_PAGE = 3
EVENTS_A_PAGE = 2
_TARGETS = {
    "Logs_20140328": "logs",
    "CloudTrail_20131101": "cloudtrail",
    "ResourceGroupsTaggingAPI_20170126": "tag",
    "DynamoDB_20120810": "dynamodb",
}
Answer = dict[str, Any]


class RefusedByAwsError(Exception):
    """AWS's code."""


@dataclass
class AwsAccount:
    """What is in the account, what was asked, and which operations fail, with which code, how many times."""

    lines: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    tagged: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, Answer]] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)

    def operations(self) -> list[str]:
        """The operations that were asked for, in order."""
        return [name for name, _ in self.calls]

    def answer(self, operation: str, asked: Answer) -> Answer:
        """Answer one call of a service that speaks JSON."""
        self.note(operation, asked)
        answers: dict[str, Callable[[Answer], Answer]] = {
            "logs:FilterLogEvents": self._lines,
            "cloudtrail:LookupEvents": self._events,
            "tag:GetResources": self._resources,
            "dynamodb:GetItem": self._get_item,
            "dynamodb:PutItem": self._put_item,
        }
        return answers[operation](asked)

    def note(self, operation: str, asked: Answer) -> None:
        """Keep a call, and let it fail where it is to."""
        self.calls.append((operation, asked))
        self.before.get(operation, lambda: None)()
        if self.failures.get(operation):
            raise RefusedByAwsError(self.failures[operation].pop(0))

    def _lines(self, asked: Answer) -> Answer:
        if asked["logGroupName"] not in self.lines:
            raise RefusedByAwsError("ResourceNotFoundException")
        matches = filter_pattern.compiled(asked["filterPattern"])
        inside = [
            (at, text)
            for at, text in sorted(self.lines[asked["logGroupName"]])
            if asked["startTime"] <= at * 1000 <= asked["endTime"]
        ]
        start = int(asked.get("nextToken", 0))
        page = inside[start : start + LINES_A_PAGE]
        events = [{"timestamp": int(at * 1000), "message": text} for at, text in page if matches(text)]
        more = {"nextToken": str(start + LINES_A_PAGE)} if inside[start + LINES_A_PAGE :] else {}
        return {"events": events, **more}

    def _events(self, asked: Answer) -> Answer:
        (attribute,) = asked["LookupAttributes"]
        found = [
            event for event in self.events if _is_found(event, attribute["AttributeKey"], attribute["AttributeValue"])
        ]
        inside = [event for event in found if asked["StartTime"] <= _seconds(event) <= asked["EndTime"]]
        newest_first = sorted(inside, key=_seconds, reverse=True)
        start = int(asked.get("NextToken", 0))
        page = [
            {"EventId": e["eventID"], "CloudTrailEvent": json.dumps(e)}
            for e in newest_first[start : start + EVENTS_A_PAGE]
        ]
        more = {"NextToken": str(start + EVENTS_A_PAGE)} if newest_first[start + EVENTS_A_PAGE :] else {}
        return {"Events": page, **more}

    def _resources(self, asked: Answer) -> Answer:
        (wanted,) = asked["TagFilters"]
        found = [arn for value in wanted["Values"] for arn in self.tagged.get(value, [])]
        start = int(asked.get("PaginationToken") or 0)
        page = [{"ResourceARN": arn, "Tags": []} for arn in found[start : start + 1]]
        return {"ResourceTagMappingList": page, "PaginationToken": str(start + 1) if found[start + 1 :] else ""}

    def _get_item(self, asked: Answer) -> Answer:
        item = self.items.get(asked["Key"]["pk"]["S"])
        return {"ConsumedCapacity": {"CapacityUnits": 1.0}, **({"Item": item} if item else {})}

    def _put_item(self, asked: Answer) -> Answer:
        key = asked["Item"]["pk"]["S"]
        found = self.items.get(key)
        if asked["ConditionExpression"] == "attribute_not_exists(pk)":
            holds = found is None
        else:
            assert asked["ConditionExpression"] == "audited_until = :expected"
            holds = found is not None and found["audited_until"] == asked["ExpressionAttributeValues"][":expected"]
        if not holds:
            raise RefusedByAwsError("ConditionalCheckFailedException")
        self.items[key] = asked["Item"]
        return {"ConsumedCapacity": {"CapacityUnits": 1.0}}

    def stack(self, asked: Answer) -> str:
        """Answer DescribeStacks."""
        self.note("cloudformation:DescribeStacks", asked)
        if asked["StackName"] not in self.tagged:
            raise RefusedByAwsError("ValidationError")
        told = "".join(
            f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
            for key, value in self.outputs.items()
        )
        arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/{asked['StackName']}/1"
        return (
            f"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>{arn}</StackId><StackName>x"
            f"</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>"
            f"<Outputs>{told}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
        )

    def listing(self, bucket: str, asked: Mapping[str, str]) -> str:
        """Answer ListObjectsV2, two keys a page."""
        self.note("s3:ListObjectsV2", dict(asked))
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        keys = sorted(name.removeprefix(f"{bucket}/") for name in self.objects if name.startswith(f"{bucket}/{prefix}"))
        folders: list[str] = []
        if delimiter:
            rest = {key: key.removeprefix(prefix) for key in keys}
            folders = sorted({prefix + rest[key].partition("/")[0] + "/" for key in keys if "/" in rest[key]})
            keys = [key for key in keys if "/" not in rest[key]]
        start = int(asked.get("continuation-token", 0))
        page, more = keys[start : start + 2], keys[start + 2 :]
        contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in page)
        common = "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders)
        token = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if more else ""
        truncated = f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
        return f"<ListBucketResult>{truncated}{token}{contents}{common}</ListBucketResult>"


def _is_found(event: Mapping[str, Any], key: str, value: str) -> bool:
    if key == "ResourceName":
        return any(each["ARN"] == value for each in event.get("resources", ()))
    if key == "EventName":
        return bool(event["eventName"] == value)
    assert key == "AccessKeyId"
    return bool(event["userIdentity"].get("accessKeyId") == value)


def _seconds(event: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(event["eventTime"]).timestamp()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    account: AwsAccount

    def do_POST(self) -> None:
        """Answer a service of JSON, or CloudFormation."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # CloudTrail's has its whole package before it.
        target, _, name = self.headers.get("X-Amz-Target", "").rpartition(".")
        try:
            if target:
                operation = f"{_TARGETS[target.rpartition('.')[2]]}:{name}"
                told = json.dumps(self.account.answer(operation, json.loads(body)))
                self._send(200, told, "application/x-amz-json-1.1")
            else:
                self._send(200, self.account.stack(dict(parse_qsl(body.decode()))), "text/xml")
        except RefusedByAwsError as error:
            self._refuse(str(error), "json" if target else "query")

    def do_GET(self) -> None:
        """Answer S3."""
        address = urlsplit(self.path)
        bucket, _, key = unquote(address.path).lstrip("/").partition("/")
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        try:
            if "list-type" in asked:
                self._send(200, self.account.listing(bucket, asked), "application/xml")
                return
            self.account.note("s3:GetObject", {"Key": key})
            body = self.account.objects[f"{bucket}/{key}"]
            self._send(200, body, "application/x-gzip")
        except RefusedByAwsError as error:
            self._refuse(str(error), "s3")

    def _refuse(self, code: str, how: str) -> None:
        status = 500 if code.startswith("Internal") else 403 if code.startswith("AccessDenied") else 400
        if how == "json":
            self._send(status, json.dumps({"__type": code, "message": "arn:aws:secret"}), "application/x-amz-json-1.1")
        elif how == "s3":
            self._send(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>", "application/xml")
        else:
            told = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>"
            self._send(status, f"<ErrorResponse>{told}<RequestId>r</RequestId></ErrorResponse>", "text/xml")

    def _send(self, status: int, body: str | bytes, media_type: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the calls are kept."""


@contextmanager
def serving(account: AwsAccount) -> Iterator[str]:
    """Serve an account on a free port of the loopback; yields its endpoint."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"account": account}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
