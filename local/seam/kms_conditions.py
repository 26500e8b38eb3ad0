"""KMS's own condition keys, which ministack leaves out: a key policy that asks for them would never grant."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.seam import ministack_parts

# Which member of the request each condition key reads (KMS developer guide, "AWS KMS condition keys").
CONDITION_KEYS = {
    "kms:Sign": {"kms:SigningAlgorithm": "SigningAlgorithm", "kms:MessageType": "MessageType"},
    "kms:Verify": {"kms:SigningAlgorithm": "SigningAlgorithm", "kms:MessageType": "MessageType"},
    "kms:CreateKey": {"kms:KeySpec": "KeySpec", "kms:KeyUsage": "KeyUsage"},
    "kms:ScheduleKeyDeletion": {"kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays"},
}
# KMS takes a message for RAW where the request does not say.
DEFAULTS = {"kms:MessageType": "RAW"}


def condition_values(action: str, body: bytes) -> dict[str, str]:
    """Return the condition keys of one KMS request with their values; those that it does not name are absent."""
    members = CONDITION_KEYS.get(action)
    if members is None:
        return {}
    try:
        request = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(request, dict):
        return {}
    given = {key: request.get(member, DEFAULTS.get(key)) for key, member in members.items()}
    return {key: str(value) for key, value in given.items() if value is not None}


def install() -> None:
    """Add KMS's keys where ministack gathers the condition keys of a request."""
    gather: Callable[[str, str, bytes, Mapping[str, Any]], dict[str, Any]] = ministack_parts.part("request_tag_context")

    def request_tag_context(service: str, action: str, body: bytes, params: Mapping[str, Any]) -> dict[str, Any]:
        found = gather(service, action, body, params)
        return {**found, **condition_values(action, body)} if service == "kms" else found

    ministack_parts.replace("request_tag_context", request_tag_context)
