"""A service that speaks AWS's JSON protocol: KMS and DynamoDB."""

import json
from collections.abc import Mapping
from typing import Any

from jobpass_issuer.aws.exchange import Exchange
from jobpass_issuer.aws.failure import MALFORMED, DependencyError
from jobpass_issuer.aws.patience import LIMITS, Limits
from jobpass_issuer.aws.reply import Reply

# What precedes an operation's name, and the protocol's version: the `metadata` of botocore's descriptions.
_PROTOCOLS = {"kms": ("TrentService", "1.1"), "dynamodb": ("DynamoDB_20120810", "1.0")}


class JsonService:
    """The operations of one service, in the function's Region and with its credentials."""

    def __init__(self, service: str, limits: Limits | None = None) -> None:
        self._service = service
        self._prefix, version = _PROTOCOLS[service]
        self._media_type = f"application/x-amz-json-{version}"
        self._exchange = Exchange(service, code_of, limits or LIMITS)

    def call(self, operation: str, members: Mapping[str, Any], said: str = "") -> dict[str, Any]:
        """Return the answer's members, and beside them `ResponseMetadata` as botocore has it.

        `said` is added to the user agent. Blobs are Base64, as they are on the wire.

        Raises:
            DependencyError: AWS refused, could not be reached, or answered no JSON object.
        """
        headers = {"Content-Type": self._media_type, "X-Amz-Target": f"{self._prefix}.{operation}"}
        reply = self._exchange.post(operation, headers, json.dumps(members).encode(), said)
        answer = _object(reply.body)
        if answer is None:
            raise DependencyError(f"{self._service}:{operation}", MALFORMED, request_id=reply.request_id)
        answer["ResponseMetadata"] = {"RequestId": reply.request_id}
        return answer


def code_of(reply: Reply) -> str:
    """Return the code of an error, without what surrounds it; of an answer that has none, the status."""
    said = (_object(reply.body) or {}).get("__type")
    if not isinstance(said, str):
        return str(reply.status)
    return said.partition(":")[0].rpartition("#")[2]


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
