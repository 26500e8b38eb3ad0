"""The claims with which an issuer shapes the session: roles, tags and source identity."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.seam.refusal import RefusedError, invalid_token

ROLES = "https://aws.amazon.com/roles"
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"

_FLAT_TAG = f"{TAGS}/principal_tags/"
_FLAT_TRANSITIVE = f"{TAGS}/transitive_tag_keys"

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_TAG_PUNCTUATION = frozenset("_.:/=+-@")

MAX_TAGS = 50


@dataclass(frozen=True)
class SessionTags:
    """Session tags by key, and those keys that pass on to the next role in a chain."""

    values: Mapping[str, str]
    transitive_keys: tuple[str, ...] = ()


def authorized_by_issuer(claims: Mapping[str, Any], role_arn: str) -> bool:
    """Whether the token names the role that is asked for (condition key sts:RoleAuthorizedByIdp).

    Without the claim, or with null, the answer is no; raises RefusedError when the claim names other roles alone.
    """
    claim = claims.get(ROLES)
    if claim is None:
        return False
    if isinstance(claim, str):
        members: list[object] = [part.strip() for part in claim.split(";")]
    elif isinstance(claim, list):
        members = claim
    else:
        raise invalid_token("The roles claim is not in a supported format")
    roles = [member for member in members if isinstance(member, str) and _ROLE_ARN.fullmatch(member)]
    if not roles:
        raise invalid_token("The roles claim contains no valid role ARNs")
    if role_arn not in roles:
        raise invalid_token("The target role ARN is not present in the roles claim of the identity token")
    return True


def session_tags(claims: Mapping[str, Any]) -> SessionTags:
    """The session tags of the nested claim or of the flat ones; raises RefusedError when they are malformed.

    The nested form takes one-element arrays, the flat form plain strings, and neither takes the other's.
    """
    if TAGS in claims:
        named, transitive = _nested(claims[TAGS])
    else:
        named = {name.removeprefix(_FLAT_TAG): value for name, value in claims.items() if name.startswith(_FLAT_TAG)}
        transitive = claims.get(_FLAT_TRANSITIVE, [])
    # NOTE: the limits are those of the tags parameter of AssumeRole; how AWS words their breach in a claim is
    # unobserved, so that each gets the one text that was observed.
    values = {key: value for key, value in named.items() if isinstance(value, str) and _is_tag(key, value)}
    if len(values) < len(named) or len(values) > MAX_TAGS:
        raise _malformed_tags()
    if not isinstance(transitive, list) or not all(isinstance(key, str) and key in values for key in transitive):
        raise _malformed_tags()
    if len({key.lower() for key in values}) < len(values):
        raise RefusedError(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    return SessionTags(values, tuple(transitive))


def source_identity(claims: Mapping[str, Any]) -> str | None:
    """The source identity, or None when the token has none; raises RefusedError when it is malformed."""
    if SOURCE_IDENTITY not in claims:
        return None
    value = claims[SOURCE_IDENTITY]
    if not isinstance(value, str) or not _SESSION_NAME.fullmatch(value):
        # NOTE: unobserved; refused, in the manner of the tags' text.
        raise invalid_token("source_identity passed in claim is not in correct format.")
    return value


def _nested(claim: object) -> tuple[dict[str, object], object]:
    tags = claim.get("principal_tags", {}) if isinstance(claim, dict) else None
    if not isinstance(claim, dict) or not isinstance(tags, dict):
        raise _malformed_tags()
    if not all(isinstance(value, list) and len(value) == 1 for value in tags.values()):
        raise _malformed_tags()
    return {key: value[0] for key, value in tags.items()}, claim.get("transitive_tag_keys", [])


def _is_tag(key: str, value: str) -> bool:
    # Letters, separators and numbers of any script, and some punctuation (STS API Reference, Tag).
    allowed = (
        character in _TAG_PUNCTUATION or unicodedata.category(character)[0] in "LZN" for character in key + value
    )
    return 1 <= len(key) <= 128 and len(value) <= 256 and all(allowed)


def _malformed_tags() -> RefusedError:
    return invalid_token("principal_tags passed in claim is not in correct format.")
