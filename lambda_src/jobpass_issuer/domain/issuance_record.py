"""Issuance records: what is written down of every ID token, before it is signed and after, and of every denial.

A record is one JSON object, under the key `record` of a line of the token function's log. CloudWatch charges by the
byte: members are written by short names, those of claims as the token has them; one that says nothing is left out, and
one that the attempt has is not in the grant. No record has a token, a request token or a secret in it.

An attempt is written before KMS is called, and after that a grant, or a failure, all with the token's `jti`. CloudTrail
has the same `jti` in the user agent of the Sign event, and the same request ID as the grant.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

from jobpass_issuer.domain.issuance import ROLES_CLAIM, SOURCE_IDENTITY_CLAIM, TAGS_CLAIM, Grant
from jobpass_issuer.domain.jwk import base64url, from_base64url
from jobpass_issuer.domain.registration import EACH_TOKENS_JTI

KEY = "record"
_NUMBERS = frozenset({"lifetime_seconds", "at", "status"})
_LISTS = frozenset({"roles", "tag_keys"})
# How members are written where that is not their own name.
_WRITTEN = {
    "issuer": "iss",
    "subject": "sub",
    "audience": "aud",
    "at": "iat",
    "lifetime_seconds": "ttl",
    "key_arn": "key",
    "job_id": "job",
    "tag_keys": "tags",
    "source_identity": "sid",
    "source_address": "ip",
    "request_id": "request",
    "kms_request_id": "kms",
    "token_sha256": "sha256",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: its address, and the identifier that the gateway gave it and its caller is told."""

    source_address: str = ""
    request_id: str = ""


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
        )


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A token that was signed: the request ID of KMS's answer, and the hexadecimal SHA-256 of the compact token.

    `kid` and `job_id` are those of the attempt, and empty where it alone has them.
    """

    KIND: ClassVar[str] = "grant"

    jti: str
    kms_request_id: str
    token_sha256: str
    kid: str = ""
    job_id: str = ""


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


def written_name(member: str) -> str:
    """Return the name that a record's member is written by."""
    return _WRITTEN.get(member, member)


# Of each kind, each member with its default and with the name that it is written by: looked up once, not for each line.
_MEMBERS = {
    kind: tuple((each.name, written_name(each.name), each.default) for each in fields(record))
    for kind, record in KINDS.items()
}


def document(record: Record) -> dict[str, Any]:
    """Return plain values from which `record_of` makes the same record: `kind`, and the members that say something."""
    told: dict[str, Any] = {"kind": record.KIND}
    for member, name, default in _MEMBERS[record.KIND]:
        value = getattr(record, member)
        if value != default:
            told[name] = list(value) if member in _LISTS else value
    if isinstance(record, AttemptRecord) and record.source_identity == record.jti:
        # No source identity that is chosen has braces in it.
        told["sid"] = EACH_TOKENS_JTI
    elif isinstance(record, GrantRecord):
        # A third shorter than in hexadecimal.
        told["sha256"] = base64url(bytes.fromhex(record.token_sha256))
    return told


def record_of(value: object) -> Record:
    """Return the record that `document` wrote, now or in a later version that knows more members.

    Members may bear their own names too, in full.

    Raises:
        ValueError: it is no record, or one with a member missing or of another type.
    """
    kind = KINDS.get(str(value.get("kind"))) if isinstance(value, dict) else None
    if kind is None or not isinstance(value, dict):
        raise ValueError("is no issuance record: its `kind` must be one of " + ", ".join(KINDS))
    members: dict[str, Any] = {}
    for member, name, default in _MEMBERS[kind.KIND]:
        found = next((each for each in (name, member) if each in value), None)
        if found is not None:
            members[member] = _member(member, found, value[found])
        elif default is MISSING:
            raise ValueError(f"the {kind.KIND} has no `{name}`")
    if members.get("source_identity") == EACH_TOKENS_JTI:
        members["source_identity"] = members["jti"]
    return kind(**members)


def _member(member: str, name: str, value: object) -> Any:
    if member in _LISTS:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise ValueError(f"`{name}` must be a list of texts")
    if member in _NUMBERS:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValueError(f"`{name}` must be a whole number")
    if isinstance(value, str):
        return _hexadecimal(value) if name == "sha256" else value
    raise ValueError(f"`{name}` must be a text")


def _hexadecimal(written: str) -> str:
    try:
        return from_base64url(written).hex()
    except ValueError:
        raise ValueError("`sha256` must be base64url without padding") from None
