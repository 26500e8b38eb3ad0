"""Issuance records: what is written down of every ID token, before it is signed and after, and of every denial.

A record is one JSON object, under the key `record` of a line of the token function's log. CloudWatch charges by the
byte, so a member that says nothing is left out. No record has a token, a request token or a secret in it.

An attempt is written before KMS is called, and after that a grant, or a failure, all with the token's `jti`. CloudTrail
has the same `jti` in the user agent of the Sign event, and the same request ID as the grant.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

from jobpass_issuer.domain.issuance import ROLES_CLAIM, SOURCE_IDENTITY_CLAIM, TAGS_CLAIM, Grant

KEY = "record"
_NUMBERS = frozenset({"lifetime_seconds", "at", "status"})
_LISTS = frozenset({"roles", "tag_keys"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: its address, and the identifiers that the gateway and Lambda gave it."""

    source_address: str = ""
    request_id: str = ""
    function_request_id: str = ""


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """A token about to be signed: all that is known of it then.

    `roles` are the ARNs that it is pinned to, `tag_keys` the names of its session tags; `source_identity` is None where
    the token has none. `at` is its `iat`, in Unix seconds. `request_id` is the gateway's, which callers are told.
    """

    KIND: ClassVar[str] = "attempt"

    jti: str
    issuer: str
    subject: str
    audience: str
    lifetime_seconds: int
    at: int
    kid: str
    key_arn: str
    platform: str
    profile: str
    job_id: str
    roles: tuple[str, ...] = ()
    tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    source_address: str = ""
    request_id: str = ""
    function_request_id: str = ""

    @classmethod
    def of(cls, grant: Grant, origin: Origin) -> Self:
        """Return the record of a token that is granted and not signed yet."""
        claims, registration = grant.claims, grant.registration
        return cls(
            jti=claims["jti"],
            issuer=claims["iss"],
            subject=claims["sub"],
            audience=claims["aud"],
            lifetime_seconds=claims["exp"] - claims["iat"],
            at=claims["iat"],
            kid=grant.key.kid,
            key_arn=grant.key.key_arn,
            platform=registration.platform,
            profile=registration.profile,
            job_id=registration.job_id,
            roles=tuple(claims.get(ROLES_CLAIM, ())),
            tag_keys=tuple(claims.get(TAGS_CLAIM, {}).get("principal_tags", ())),
            source_identity=claims.get(SOURCE_IDENTITY_CLAIM),
            source_address=origin.source_address,
            request_id=origin.request_id,
            function_request_id=origin.function_request_id,
        )


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A token that was signed: the request ID of KMS's answer, and the hexadecimal SHA-256 of the compact token."""

    KIND: ClassVar[str] = "grant"

    jti: str
    kms_request_id: str
    token_sha256: str
    kid: str
    job_id: str


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """A token that nobody got: the call that failed, and AWS's code or the name of what went wrong on the way.

    The signature may have been made all the same. `kms_request_id` is that of KMS's answer, where one came.
    """

    KIND: ClassVar[str] = "failure"

    jti: str
    operation: str
    code: str
    job_id: str
    kms_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class DenialRecord:
    """A request for a token that was refused, and why: the answer's error code and status.

    `job_id` is the one that the request token names, whether or not it proves it; None where it was malformed.
    `audience` is the one asked for where it is a plain name: any other text might be a secret that went astray.
    """

    KIND: ClassVar[str] = "denial"

    reason: str
    status: int
    job_id: str | None = None
    audience: str | None = None
    source_address: str = ""
    request_id: str = ""


Record = AttemptRecord | GrantRecord | FailureRecord | DenialRecord
KINDS: Mapping[str, type[Record]] = {
    each.KIND: each for each in (AttemptRecord, GrantRecord, FailureRecord, DenialRecord)
}


def user_agent(jti: str) -> str:
    """Return what is added to the user agent of the Sign call for a token."""
    return f"jobpass jti/{jti}"


def document(record: Record) -> dict[str, Any]:
    """Return plain values from which `record_of` makes the same record: `kind`, and the members that say something."""
    told = {each.name: value for each in fields(record) if (value := getattr(record, each.name)) != each.default}
    return {"kind": record.KIND, **{name: list(value) if name in _LISTS else value for name, value in told.items()}}


def record_of(value: object) -> Record:
    """Return the record that `document` wrote, now or in a later version that knows more members.

    Raises:
        ValueError: it is no record, or one with a member missing or of another type.
    """
    kind = KINDS.get(str(value.get("kind"))) if isinstance(value, dict) else None
    if kind is None or not isinstance(value, dict):
        raise ValueError("is no issuance record: its `kind` must be one of " + ", ".join(KINDS))
    members: dict[str, Any] = {}
    for each in fields(kind):
        if each.name in value:
            members[each.name] = _member(each.name, value[each.name])
        elif each.default is MISSING:
            raise ValueError(f"the {kind.KIND} has no `{each.name}`")
    return kind(**members)


def _member(name: str, value: object) -> Any:
    if name in _LISTS:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise ValueError(f"`{name}` must be a list of texts")
    if name in _NUMBERS:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValueError(f"`{name}` must be a whole number")
    if isinstance(value, str):
        return value
    raise ValueError(f"`{name}` must be a text")
