"""Session tags and source identity that a token carries (IAM user guide, "Pass session tags in AWS STS")."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.quoting import quoted
from jobpass.explain.refusal import Refusal

TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"

MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256

_TAG_PUNCTUATION = frozenset("_.:/=+-@")
_SOURCE_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SessionTags:
    """The tags of a session, and which of them pass on to roles assumed from it."""

    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_keys: tuple[str, ...] = ()


def session_tags(claims: Mapping[str, Any]) -> SessionTags | Refusal:
    """Return the tags of a token in either form, or what STS says of them.

    The nested claim wants each value in a list of one, the flat claims want plain texts: they do not mix.
    """
    nested, flat = claims.get(TAGS_CLAIM), f"{TAGS_CLAIM}/principal_tags/"
    tags = {name.removeprefix(flat): value for name, value in claims.items() if name.startswith(flat)}
    transitive = claims.get(f"{TAGS_CLAIM}/transitive_tag_keys", [])
    if any(not isinstance(value, str) for value in tags.values()):
        return _format("a flat tag claim is no text", "write flat tags as plain texts, without a list")
    if nested is not None:
        given = nested.get("principal_tags", {}) if isinstance(nested, dict) else None
        if not isinstance(given, dict) or not all(_is_one_text(value) for value in given.values()):
            return _format(
                "a value in `principal_tags` is no list of one text", 'write each tag as a list: {"Team": ["web"]}'
            )
        tags |= {name: value[0] for name, value in given.items()}
        transitive = nested.get("transitive_tag_keys", transitive)
    if not isinstance(transitive, list) or not all(isinstance(key, str) for key in transitive):
        return _format("`transitive_tag_keys` is no list of texts", "write the keys as a list of texts", recorded=False)
    if any(key not in tags for key in transitive):
        return _limit("`transitive_tag_keys` names a key that is not among the tags", "name keys of the tags alone")
    return _beyond_limits(tags) or SessionTags(tags, tuple(transitive))


def source_identity(claims: Mapping[str, Any]) -> str | Refusal | None:
    """Return the source identity of a token, None without one, or what STS says of it."""
    value = claims.get(SOURCE_IDENTITY_CLAIM)
    if value is None:
        return None
    if not isinstance(value, str) or not _SOURCE_IDENTITY.fullmatch(value) or value.startswith("aws:"):
        return Refusal(
            sts_errors.VALIDATION_ERROR,
            sts_errors.CONSTRAINT.format(
                member="sourceIdentity", constraint=r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
            ),
            f"the source identity is {quoted(value)}; AWS takes 2 to 64 letters, digits and + = , . @ _ -",
            "make the issuer write a source identity of that form",
            recorded=False,
        )
    return value


def _beyond_limits(tags: Mapping[str, str]) -> Refusal | None:
    if len(tags) > MOST_TAGS:
        return _limit(f"the token carries {len(tags)} tags; a session takes {MOST_TAGS}", "send fewer tags")
    if len({name.lower() for name in tags}) < len(tags):
        return _limit("two tag keys differ in capital letters only", "keep one of them: tag keys ignore case")
    for name, value in tags.items():
        if not 1 <= len(name) <= LONGEST_KEY or not _is_tag_text(name) or name.lower().startswith("aws:"):
            return _limit(
                f"the tag key {quoted(name)} is none: 1 to {LONGEST_KEY} letters, digits, blanks and _ . : / = + - @, "
                "not beginning with `aws:`",
                "rename the tag",
            )
        if len(value) > LONGEST_VALUE or not _is_tag_text(value):
            return _limit(
                f"the tag {quoted(name)} is {quoted(value)}; a value has at most {LONGEST_VALUE} letters, digits, "
                "blanks and _ . : / = + - @",
                "shorten the value, or replace its other characters",
            )
    return None


def _is_tag_text(text: str) -> bool:
    r"""Whether a text is of `[\p{L}\p{Z}\p{N}_.:/=+\-@]` alone."""
    return all(mark in _TAG_PUNCTUATION or unicodedata.category(mark)[0] in "LZN" for mark in text)


def _is_one_text(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)


def _format(cause: str, remedy: str, *, recorded: bool = True) -> Refusal:
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.TAGS_FORMAT, cause, remedy, recorded)


def _limit(cause: str, remedy: str) -> Refusal:
    # NOTE: the texts for limits were never observed; only the refusal may be counted on.
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.TAGS_FORMAT, cause, remedy, recorded=False)
