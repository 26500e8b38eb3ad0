"""The event of one call, as CloudTrail writes it (CloudTrail User Guide, "CloudTrail record contents")."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.seam.cloudtrail import members, sessions
from local.seam.cloudtrail.call import Call
from local.seam.cloudtrail.caller import UserIdentity
from local.seam.cloudtrail.operation import Operation
from local.seam.ministack_parts import part

Event = dict[str, Any]
VERSION = "1.11"


@dataclass(frozen=True)
class Circumstances:
    """When and where a call was made, and the ID under which it was answered."""

    account: str
    region: str
    seconds: float
    source_address: str
    user_agent: str
    request_id: str


# What a service's guide says that its events leave out.
_OMITTED = {
    "kms": {"message", "plaintext", "ciphertextBlob", "signature", "mac", "encryptedKeyMaterial", "importToken",
            "publicKey", "grantTokens"},
    "lambda": {"environment", "zipFile"},
    "ssm": {"value"},
    "cloudformation": {"templateBody", "parameters"},
}  # fmt: skip
# Answers that an event repeats; of every other operation, nothing is repeated.
_REPEATED = {
    "kms": {
        "CreateKey": {"keyMetadata"},
        "ReplicateKey": {"replicaKeyMetadata"},
        "CreateGrant": {"grantId", "keyId"},
        "ScheduleKeyDeletion": {"keyId", "keyState", "deletionDate", "pendingWindowInDays"},
        "CancelKeyDeletion": {"keyId"},
    },
}  # fmt: skip


def of_call(call: Call, identity: UserIdentity, circumstances: Circumstances) -> Event:
    """The event of a call by this caller."""
    refusal = call.refusal
    denied = refusal is not None and refusal.code == "AccessDenied"
    event = skeleton(call.operation, identity, circumstances)
    if refusal is not None:
        event |= {"errorCode": refusal.code, "errorMessage": refusal.message}
    # KMS names its key among the resources of a call that it denies, and repeats nothing of what was asked.
    nothing = denied and call.operation.service == "kms"
    event["requestParameters"] = None if nothing else _parameters(call) or None
    event["responseElements"] = _response_elements(call)
    resources = _resources(call, circumstances)
    if resources:
        event["resources"] = resources
    return event


def skeleton(operation: Operation, identity: UserIdentity, circumstances: Circumstances) -> Event:
    """What every event has, in AWS's order, nothing asked and nothing answered yet."""
    return {
        "eventVersion": VERSION,
        "userIdentity": identity,
        "eventTime": written(circumstances.seconds),
        "eventSource": operation.event_source,
        "eventName": operation.event_name,
        "awsRegion": circumstances.region,
        "sourceIPAddress": circumstances.source_address,
        "userAgent": circumstances.user_agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": circumstances.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": operation.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": operation.management,
        "recipientAccountId": circumstances.account,
        "eventCategory": "Management" if operation.management else "Data",
    }


def written(seconds: float) -> str:
    """A time as events write it, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _parameters(call: Call) -> dict[str, Any]:
    service = call.operation.service
    if service == "s3":
        return {"bucketName": call.path.strip("/").partition("/")[0], "Host": call.headers.get("host", "")}
    asked = members.recorded(call.parameters)
    if service == "lambda":
        asked.pop("code", None)
        steps = call.path.split("/")
        if "functions" in steps and steps[steps.index("functions") + 1 :]:
            asked = {"functionName": steps[steps.index("functions") + 1], **asked}
    return {name: value for name, value in asked.items() if name not in _OMITTED.get(service, ())}


def _response_elements(call: Call) -> dict[str, Any] | None:
    operation = call.operation
    if operation.service == "sts":
        return sessions.response_elements(operation.event_name, call.result)
    names = _REPEATED.get(operation.service, {}).get(operation.event_name)
    if not names:
        return None
    answered = members.recorded(call.result)
    return {name: value for name, value in answered.items() if name in names} or None


def _resources(call: Call, circumstances: Circumstances) -> list[dict[str, str]]:
    make: Callable[..., list[str]] | None = _NAMED_RESOURCES.get(call.operation.service)
    if make is None:
        return []
    kind = _RESOURCE_TYPES[call.operation.service]
    arns = dict.fromkeys(make(call, circumstances))
    return [{"accountId": arn.split(":")[4] or circumstances.account, "type": kind, "ARN": arn} for arn in arns]


def _keys(call: Call, _circumstances: Circumstances) -> list[str]:
    asked, made = call.parameters, call.result.get("KeyMetadata")
    named = [asked.get("KeyId"), asked.get("TargetKeyId"), made.get("KeyId") if isinstance(made, dict) else None]
    found = [part("_resolve_key")(name) for name in named if isinstance(name, str)]
    return [str(record["Arn"]) for record in found if record]


def _roles(call: Call, _circumstances: Circumstances) -> list[str]:
    role = call.parameters.get("RoleArn")
    return [role] if isinstance(role, str) and role.count(":") >= 5 else []


def _buckets(call: Call, _circumstances: Circumstances) -> list[str]:
    bucket = call.path.strip("/").partition("/")[0]
    return [f"arn:aws:s3:::{bucket}"] if bucket else []


def _tables(call: Call, circumstances: Circumstances) -> list[str]:
    table = call.parameters.get("TableName")
    if not isinstance(table, str):
        return []
    return [f"arn:aws:dynamodb:{circumstances.region}:{circumstances.account}:table/{table.rpartition('/')[2]}"]


_NAMED_RESOURCES: dict[str, Callable[[Call, Circumstances], list[str]]] = {
    "kms": _keys, "sts": _roles, "s3": _buckets, "dynamodb": _tables,
}  # fmt: skip
_RESOURCE_TYPES = {
    "kms": "AWS::KMS::Key", "sts": "AWS::IAM::Role", "s3": "AWS::S3::Bucket", "dynamodb": "AWS::DynamoDB::Table",
}  # fmt: skip
