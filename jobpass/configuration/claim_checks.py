"""Checks of what a profile says of a job: claims, session tags and source identity."""

import re
from collections.abc import Iterator

from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass.configuration.suggestion import suggestion
from jobpass_issuer.domain.issuance import RESERVED_CLAIMS
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.subject import Field, parse_template, render

AWS_CLAIMS = "https://aws.amazon.com/"
# STS API, "AssumeRole" (Tags, SourceIdentity); IAM user guide, "Pass session tags in AWS STS".
MAX_TAGS = 50
MAX_TAG_KEY_LENGTH = 128
_TAG_KEY = re.compile(r"[A-Za-z0-9 _.:/=+@-]*")
_SOURCE_IDENTITY = re.compile(r"[A-Za-z0-9_+=,.@-]*")


def findings(path: Path, profile: Profile, settings: ProfileSettings) -> Iterator[Finding]:
    """Return what relying parties or AWS would not take of a profile's tokens."""
    for claim, template in settings.claims.items():
        place = (*path, "claims", claim)
        if claim in RESERVED_CLAIMS or claim.startswith(AWS_CLAIMS) or not claim:
            yield place, "is a claim that Jobpass itself writes, or that AWS gives a meaning: choose another name"
        yield from ((place, mistake) for mistake in _template_mistakes(template, profile))
    yield from _tags((*path, "session_tags"), profile, settings)
    if profile.source_identity is not None:
        identity = profile.source_identity
        found = list(_template_mistakes(identity, profile)) or list(_source_identity_mistakes(identity, profile))
        yield from (((*path, "source_identity"), mistake) for mistake in found)


def _template_mistakes(template: str, profile: Profile) -> Iterator[str]:
    try:
        parts = parse_template(template)
    except ValueError as error:
        yield str(error)
        return
    if not parts:
        yield "is empty: name a field, such as `{job}`"
    for part in parts:
        if isinstance(part, Field) and part.name not in profile.fields:
            yield f"names {{{part.name}}}, which is no field of this profile: {suggestion(part.name, profile.fields)}"


def _tags(path: Path, profile: Profile, settings: ProfileSettings) -> Iterator[Finding]:
    listed = settings.session_tags if isinstance(settings.session_tags, list) else []
    for index, name in enumerate(listed):
        if name in listed[:index]:
            yield (*path, index), f"`{name}` stands in the list twice: keep one"
    tags = profile.session_tags
    if len(tags) > MAX_TAGS:
        yield path, f"has {len(tags)} tags; STS takes {MAX_TAGS}: leave some out"
    seen: dict[str, str] = {}
    for key, name in tags.items():
        place = (*path, listed.index(key)) if key in listed else (*path, key)
        if name not in profile.fields:
            yield place, f"`{name}` is no field of this profile: {suggestion(name, profile.fields)}"
        mistake = _tag_key_mistake(key)
        if mistake:
            yield place, f"`{key}` {mistake}"
        if key.lower() in seen:
            yield place, f"`{key}` and `{seen[key.lower()]}` are one tag to AWS, which ignores case: rename one"
        seen[key.lower()] = key


def _tag_key_mistake(key: str) -> str | None:
    if not 1 <= len(key) <= MAX_TAG_KEY_LENGTH:
        return f"is {len(key)} characters long; a tag's name has 1 to {MAX_TAG_KEY_LENGTH}"
    if not _TAG_KEY.fullmatch(key):
        return "cannot name a tag: use letters, digits, blanks and `_ . : / = + - @`"
    return "begins with `aws:`, which AWS keeps for itself: rename it" if key.lower().startswith("aws:") else None


def _source_identity_mistakes(template: str, profile: Profile) -> Iterator[str]:
    """What is certain for every job: the text between the fields, and the constants."""
    parts = parse_template(template)
    certain = "".join(each if isinstance(each, str) else profile.constants.get(each.name, "") for each in parts)
    if not _SOURCE_IDENTITY.fullmatch(certain):
        yield f"holds `{certain}`, and STS takes letters, digits and `_ + = , . @ -` only: leave the rest out"
    if len(certain) > 64:
        yield f"has {len(certain)} characters at least; STS takes 64: shorten it"
    whole = render(parts, profile.constants)
    if whole is not None and len(whole) < 2:
        yield "is one character; STS takes 2 to 64: add a field"
