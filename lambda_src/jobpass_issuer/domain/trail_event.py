"""Events of CloudTrail as the audit reads them (CloudTrail User Guide, "CloudTrail record contents").

The same document comes from LookupEvents, from a trail's files and in the `detail` of an event on EventBridge's bus.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

KMS_SOURCE = "kms.amazonaws.com"
STS_SOURCE = "sts.amazonaws.com"
SIGN = "Sign"
ASSUME_ROLE_WITH_WEB_IDENTITY = "AssumeRoleWithWebIdentity"
_KEY = "AWS::KMS::Key"
# The token function writes it there for the one call that signs the token of this `jti`.
_JTI = re.compile(r"(?:^|\s)jti/([0-9A-Za-z._-]{1,64})(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who made a call: `role_arn` and `session` are those of a role's session, and None for everybody else.

    `function_arn` is the function that Lambda gave the session to, where CloudTrail says so.
    """

    arn: str
    role_arn: str | None = None
    session: str | None = None
    function_arn: str | None = None
    access_key_id: str | None = None

    def is_function(self, role_arn: str) -> bool:
        """Whether it is the function that has this role and, as every function of an issuer, its name.

        Lambda names the session after the function. Another function with the same role is told by that. The function's
        ARN may end in a version or an alias.
        """
        name = role_arn.rpartition("/")[2]
        given_to = (
            name if self.function_arn is None else self.function_arn.rpartition(":function:")[2].partition(":")[0]
        )
        return self.role_arn == role_arn and self.session == name == given_to

    @classmethod
    def of(cls, identity: Mapping[str, Any]) -> Self:
        """Return the caller that a `userIdentity` describes; for what it leaves out, its type stands."""
        issuer = _mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer"))
        arn = _text(identity.get("arn")) or _text(identity.get("principalId")) or _text(identity.get("invokedBy"))
        is_session = identity.get("type") == "AssumedRole"
        return cls(
            arn=arn or _text(identity.get("type")) or "unknown",
            role_arn=_text(issuer.get("arn")) if is_session else None,
            session=arn.rpartition("/")[2] if is_session and arn else None,
            function_arn=_text(_mapping(identity.get("inScopeOf")).get("credentialsIssuedTo")),
            access_key_id=_text(identity.get("accessKeyId")),
        )


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One call of AWS's API, at a whole second, `at`; `error` is the code that it was refused with.

    `by_service` is whether AWS did it by itself, such as deleting a key whose time had come.
    """

    event_id: str
    at: int
    source: str
    name: str
    caller: Caller
    request_id: str = ""
    user_agent: str = ""
    source_address: str = ""
    region: str = ""
    error: str | None = None
    read_only: bool = False
    by_service: bool = False
    key_arns: frozenset[str] = frozenset()

    @property
    def is_sign(self) -> bool:
        """Whether KMS was asked to sign."""
        return self.source == KMS_SOURCE and self.name == SIGN

    @property
    def jti(self) -> str | None:
        """The `jti` that the user agent names; None where it names none, or several."""
        named = set(_JTI.findall(self.user_agent))
        return named.pop() if len(named) == 1 else None

    @classmethod
    def of(cls, document: object) -> Self:
        """Return the event that a CloudTrail record describes.

        Raises:
            ValueError: it describes none.
        """
        record = _mapping(document)
        try:
            at = datetime.fromisoformat(record["eventTime"]).replace(tzinfo=UTC)
        except (KeyError, TypeError, ValueError):
            raise ValueError("is no event of CloudTrail: `eventTime`") from None
        event_id, source, name = (_text(record.get(each)) for each in ("eventID", "eventSource", "eventName"))
        if event_id is None or source is None or name is None:
            raise ValueError("is no event of CloudTrail: it names no call")
        return cls(
            event_id=event_id,
            at=int(at.timestamp()),
            source=source,
            name=name,
            caller=Caller.of(_mapping(record.get("userIdentity"))),
            request_id=_text(record.get("requestID")) or "",
            user_agent=_text(record.get("userAgent")) or "",
            source_address=_text(record.get("sourceIPAddress")) or "",
            region=_text(record.get("awsRegion")) or "",
            error=_text(record.get("errorCode")),
            read_only=record.get("readOnly") is True,
            by_service=record.get("eventType") == "AwsServiceEvent",
            key_arns=frozenset(_key_arns(record)),
        )


def _key_arns(record: Mapping[str, Any]) -> list[str]:
    """The keys that a call of KMS was about, whatever it called them: CloudTrail lists their ARNs."""
    listed = record.get("resources")
    resources = [_mapping(each) for each in listed] if isinstance(listed, list) else []
    found = [_text(each.get("ARN")) for each in resources if each.get("type") in (None, _KEY)]
    named = _text(_mapping(record.get("requestParameters")).get("keyId"))
    return [arn for arn in (*found, named) if arn and ":key/" in arn]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
