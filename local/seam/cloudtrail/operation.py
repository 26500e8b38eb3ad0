"""What a request asks for: the event's source and name, whether it only reads, and whether event history has it."""

from dataclasses import dataclass
from typing import Any

from local.seam.ministack_parts import part


@dataclass(frozen=True)
class Operation:
    """An operation of a service, as CloudTrail names it."""

    service: str
    event_name: str
    read_only: bool
    management: bool

    @property
    def event_source(self) -> str:
        """The service's name in events."""
        return f"{self.service}.amazonaws.com"


# Lambda's events carry the version of the API that they came by (Lambda Developer Guide, "Logging Lambda API calls").
_LAMBDA_NAMES = {
    name: f"{name}{suffix}"
    for suffix, names in {
        "20150331": ("CreateFunction", "DeleteFunction", "ListFunctions", "CreateAlias", "UpdateAlias", "DeleteAlias",
                     "PublishVersion", "CreateEventSourceMapping", "DeleteEventSourceMapping"),
        "20150331v2": ("GetFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission",
                       "RemovePermission", "GetPolicy", "GetFunctionConfiguration"),
    }.items()
    for name in names
}  # fmt: skip

_READING_WORDS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Test", "Simulate", "Filter", "View")
# Those whose names say otherwise: KMS's cryptographic operations (KMS Developer Guide, examples of log entries),
# sessions that STS gives out, and two of its calls that do not count as reading (EventBridge User Guide, "Receiving
# read-only management events").
_READ_ONLY = {
    "kms": {"Sign", "Verify", "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyPair",
            "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac",
            "GenerateRandom", "DeriveSharedSecret"},
    "sts": {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "DecodeAuthorizationMessage"},
    "logs": {"StartQuery", "StopQuery", "StartLiveTail"},
}  # fmt: skip
_NOT_READ_ONLY = {"sts": {"GetSessionToken", "GetFederationToken"}}

# Data events, which event history and this emulator's trails never have.
_DATA = {
    "dynamodb": {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "Query", "Scan",
                 "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement", "GetRecords",
                 "GetShardIterator"},
    "lambda": {"InvokeFunction", "Invoke", "InvokeAsync", "InvokeFunctionUrl"},
    "sqs": {"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
            "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"},
    "sns": {"Publish", "PublishBatch"},
    "events": {"PutEvents"},
    "logs": {"PutLogEvents", "GetLogEvents", "FilterLogEvents"},
    "monitoring": {"PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics", "GetMetricWidgetImage"},
    "kinesis": {"PutRecord", "PutRecords", "GetRecords", "GetShardIterator"},
    "firehose": {"PutRecord", "PutRecordBatch"},
}  # fmt: skip
_S3_NAMES = {"ListAllMyBuckets": "ListBuckets"}


def of_request(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Operation | None:
    """The operation of a request to this service; None where there is none that has a name."""
    routing = part("_routing_params")(method, path, headers, body, query)
    name = part("_match_rest_action")(service, method, path, query) if service == "apigateway" else None
    if name is None:
        action = part("extract_iam_action")(service, method, path, headers, body, routing)
        if not action:
            return None
        name = action.partition(":")[2]
    return named(service, name, on_object=service == "s3" and len([step for step in path.split("/") if step]) > 1)


def named(service: str, name: str, *, on_object: bool = False) -> Operation:
    """The operation with this name in ministack's table of actions."""
    data = on_object or name in _DATA.get(service, ()) or (service == "s3" and name.startswith("ListBucket"))
    reads = name in _READ_ONLY.get(service, ()) or (
        name.startswith(_READING_WORDS) and name not in _NOT_READ_ONLY.get(service, ())
    )
    names = {"lambda": _LAMBDA_NAMES, "s3": _S3_NAMES}.get(service, {})
    return Operation(service, names.get(name, name), reads, not data)
