"""The events of sessions: those that STS gives out, to callers with keys, to those with a token, and to services."""

import time
from typing import Any

from local.seam.cloudtrail import caller
from local.seam.cloudtrail.caller import UserIdentity
from local.seam.web_identity_call import WebIdentityCall

_ASSUMING = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
_REPEATED = {
    "SubjectFromWebIdentityToken": "subjectFromWebIdentityToken",
    "PackedPolicySize": "packedPolicySize",
    "Provider": "provider",
    "Audience": "audience",
    "SourceIdentity": "sourceIdentity",
}


def response_elements(event_name: str, result: dict[str, Any]) -> dict[str, Any] | None:
    """What an event repeats of the answer: the session and its access key, by which later calls join.

    AWS writes the session token too; here no record holds any part of a credential that is secret.
    """
    credentials = result.get("Credentials")
    if not isinstance(credentials, dict):
        return None
    elements: dict[str, Any] = {
        "credentials": {
            "accessKeyId": credentials.get("AccessKeyId"),
            "expiration": _moment(credentials.get("Expiration")),
        }
    }
    user = result.get("AssumedRoleUser")
    if event_name in _ASSUMING and isinstance(user, dict):
        elements["assumedRoleUser"] = {"assumedRoleId": user.get("AssumedRoleId"), "arn": user.get("Arn")}
    for name, recorded in _REPEATED.items():
        if result.get(name) not in (None, ""):
            elements[recorded] = int(result[name]) if name == "PackedPolicySize" else result[name]
    return elements


def of_web_identity(call: WebIdentityCall) -> tuple[UserIdentity, dict[str, Any]]:
    """Who showed the token, and what was asked with it; the token itself is no part of it."""
    identity = call.identity
    asked: dict[str, Any] = {
        "roleArn": call.role_arn,
        "roleSessionName": call.session_name,
        "durationSeconds": call.duration_seconds,
    }
    if identity.tags.values:
        asked["principalTags"] = dict(identity.tags.values)
    if identity.tags.transitive_keys:
        asked["transitiveTagKeys"] = list(identity.tags.transitive_keys)
    if identity.source_identity is not None:
        asked["sourceIdentity"] = identity.source_identity
    return caller.of_web_identity(identity.provider_arn, identity.audience, identity.subject), asked


def _moment(value: Any) -> str:
    """A time as these elements write it: `Nov 23, 2026, 7:04:05 AM`."""
    if isinstance(value, int | float):
        moment = time.gmtime(value)
    else:
        try:
            moment = time.strptime(str(value).partition(".")[0].removesuffix("Z"), "%Y-%m-%dT%H:%M:%S")
        except ValueError:
            return ""
    hour = moment.tm_hour % 12 or 12
    return time.strftime(f"%b {moment.tm_mday}, %Y, {hour}:%M:%S %p", moment)
