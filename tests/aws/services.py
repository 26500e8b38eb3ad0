"""The AWS services that the functions use, each in memory, answering as AWS does (see the recorded observations)."""

import base64
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.aws.signing_material import PrivateKey, private_key, public_der, signature

ACCOUNT = "arn:aws:kms:us-east-1:000000000000"
SECRET = "sEcReT-of-AWS"
Answer = Mapping[str, Any]


class RefusalError(Exception):
    """An AWS error: its code and HTTP status; the message holds what must never be repeated."""

    def __init__(self, code: str, status: int = 400, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = f"{ACCOUNT}:key/{about or 'any'} {SECRET}"


@dataclass
class KmsKey:
    """One KMS key."""

    arn: str
    material: PrivateKey
    request: Answer
    created_at: float
    state: str = "Enabled"
    tags: dict[str, str] = field(default_factory=dict)
    window_days: int | None = None


class Kms:
    """KMS: keys that sign, are disabled, wait for their deletion."""

    def __init__(self) -> None:
        self.keys: dict[str, KmsKey] = {}
        self._numbers = itertools.count()

    def take_over(self, other: "Kms") -> None:
        """Have the same keys as another one."""
        self.keys = {arn: replace(key, tags=dict(key.tags)) for arn, key in other.keys.items()}
        self._numbers = itertools.count(len(self.keys))

    def answer(self, operation: str, request: Answer) -> Answer:
        """Carry out one call."""
        if operation == "CreateKey":
            return self._create(request)
        key = self.keys.get(request["KeyId"])
        if key is None:
            raise RefusalError("NotFoundException", about=request["KeyId"])
        waiting = key.state == "PendingDeletion"
        if waiting and operation in {"GetPublicKey", "TagResource", "DisableKey", "ScheduleKeyDeletion", "Sign"}:
            raise RefusalError("KMSInvalidStateException", about=key.arn)
        answers = {
            "DescribeKey": self._describe_key,
            "ListResourceTags": self._list_resource_tags,
            "GetPublicKey": self._get_public_key,
            "TagResource": self._tag_resource,
            "DisableKey": self._disable_key,
            "ScheduleKeyDeletion": self._schedule_key_deletion,
            "Sign": self._sign,
        }
        return answers[operation](key, request)

    def _create(self, request: Answer) -> Answer:
        number = next(self._numbers)
        arn = f"{ACCOUNT}:key/{number:08d}-0000-4000-8000-000000000000"
        tags = {tag["TagKey"]: tag["TagValue"] for tag in request["Tags"]}
        self.keys[arn] = KmsKey(arn, private_key(request["KeySpec"], number), request, time.time(), tags=tags)
        return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2]}}

    def _describe_key(self, key: KmsKey, _: Answer) -> Answer:
        metadata = {"Arn": key.arn, "KeyId": key.arn, "KeyState": key.state, "CreationDate": key.created_at}
        return {"KeyMetadata": metadata}

    def _list_resource_tags(self, key: KmsKey, _: Answer) -> Answer:
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in key.tags.items()]}

    def _get_public_key(self, key: KmsKey, _: Answer) -> Answer:
        return {"KeyId": key.arn, "PublicKey": base64.b64encode(public_der(key.material)).decode()}

    def _tag_resource(self, key: KmsKey, request: Answer) -> Answer:
        key.tags |= {tag["TagKey"]: tag["TagValue"] for tag in request["Tags"]}
        return {}

    def _disable_key(self, key: KmsKey, _: Answer) -> Answer:
        key.state = "Disabled"
        return {}

    def _schedule_key_deletion(self, key: KmsKey, request: Answer) -> Answer:
        key.state, key.window_days = "PendingDeletion", request["PendingWindowInDays"]
        return {"KeyId": key.arn}

    def _sign(self, key: KmsKey, request: Answer) -> Answer:
        if key.state == "Disabled":
            raise RefusalError("DisabledException", about=key.arn)
        made = signature(key.material, base64.b64decode(request["Message"]))
        return {"KeyId": key.arn, "Signature": base64.b64encode(made).decode()}


class TagIndex:
    """The index of tags over KMS's keys; it knows a key only once it has caught up, if `lags` says so."""

    def __init__(self, kms: Kms) -> None:
        self._kms = kms
        self.lags = False

    def answer(self, _operation: str, request: Answer) -> Answer:
        """Carry out GetResources, one key a page."""
        wanted = request["TagFilters"][0]
        found = [
            arn
            for arn, key in self._kms.keys.items()
            if key.tags.get(wanted["Key"]) in wanted["Values"] and not self.lags
        ]
        start = int(request.get("PaginationToken") or 0)
        page = [{"ResourceARN": arn, "Tags": []} for arn in found[start : start + 1]]
        return {"ResourceTagMappingList": page, "PaginationToken": str(start + 1) if found[start + 1 :] else ""}


class DynamoDb:
    """One table, which knows the two conditions that the ring is written under."""

    def __init__(self) -> None:
        self.items: dict[str, Answer] = {}
        self.table_id = "table-1"

    def answer(self, operation: str, request: Answer) -> Answer:
        """Carry out one call, and say what it consumed where that is asked for."""
        asked = request.get("ReturnConsumedCapacity") == "TOTAL"
        consumed = {"ConsumedCapacity": {"TableName": request.get("TableName"), "CapacityUnits": 1.0}} if asked else {}
        return {**self._answer(operation, request), **consumed}

    def _answer(self, operation: str, request: Answer) -> Answer:
        if operation == "DescribeTable":
            return {"Table": {"TableName": request["TableName"], "TableId": self.table_id}}
        if operation == "BatchGetItem":
            ((table, wanted),) = request["RequestItems"].items()
            found = [self.items.get(key["pk"]["S"]) for key in wanted["Keys"]]
            return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}
        if operation == "GetItem":
            item = self.items.get(request["Key"]["pk"]["S"])
            return {"Item": item} if item else {}
        return self._put(request)

    def _put(self, request: Answer) -> Answer:
        item = request["Item"]
        found = self.items.get(item["pk"]["S"])
        if request["ConditionExpression"] == "attribute_not_exists(pk)":
            holds = found is None
        else:
            expected = request["ExpressionAttributeValues"][":expected"]
            holds = found is not None and found["version"] == expected
        if not holds:
            raise RefusalError("ConditionalCheckFailedException")
        self.items[item["pk"]["S"]] = item
        return {}


class Bucket:
    """The documents' bucket, and CloudFront's edge before it, which keeps what it served until it is told otherwise."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, Mapping[str, str]] = {}
        self.edge: dict[str, bytes] = {}
        self.invalidated: list[list[str]] = []
        self._numbers = itertools.count(1)

    def put(self, key: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep an object."""
        self.objects[key] = body
        self.headers[key] = headers

    def get(self, key: str) -> bytes:
        """Return an object."""
        if key not in self.objects:
            raise RefusalError("NoSuchKey", 404)
        return self.objects[key]

    def served(self, key: str) -> bytes | None:
        """What a stranger gets."""
        if key not in self.edge and key in self.objects:
            self.edge[key] = self.objects[key]
        return self.edge.get(key)

    def invalidate(self, paths: list[str]) -> str:
        """Have the edge forget these paths; the invalidation's identifier."""
        self.invalidated.append(paths)
        for path in paths:
            self.edge.pop(path.removeprefix("/"), None)
        return f"I{next(self._numbers)}"
