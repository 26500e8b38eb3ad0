"""Checks of what a profile says of a job: claims, session tags, source identity and audience."""

import re
from collections.abc import Iterator

from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass.configuration.suggestion import suggestion
from jobpass_issuer.domain.audience import mistake as audience_mistake
from jobpass_issuer.domain.profile import Claim, Profile
from jobpass_issuer.domain.reserved_claims import is_reserved
from jobpass_issuer.domain.shape import PRINTABLE
from jobpass_issuer.domain.subject import Field, parse_template, render

# STS API, "AssumeRole" (Tags, SourceIdentity); IAM user guide, "Pass session tags in AWS STS".
MAX_TAGS = 50
MAX_TAG_KEY_LENGTH = 128
_TAG_KEY = re.compile(r"[A-Za-z0-9 _.:/=+@-]*")
_SOURCE_IDENTITY = re.compile(r"[A-Za-z0-9_+=,.@-]*")


def findings(path: Path, profile: Profile, settings: ProfileSettings) -> Iterator[Finding]:
    """Return what relying parties or AWS would not take of a profile's tokens."""
    for name, field in settings.fields.items():
        if field.like is not None:
            yield from (((*path, "fields", name, "like"), said) for said in _template_mistakes(field.like, profile))
    for name in settings.claims:
        place = (*path, "claims", name)
        yield from ((place, mistake) for mistake in _name_mistakes(name, profile))
        yield from _claim(place, profile.claims[name], profile)
    if settings.short_subject is not None:
        place = (*path, "short_subject")
        yield from ((place, mistake) for mistake in _name_mistakes(settings.short_subject, profile))
        if settings.short_subject in profile.claims:
            yield place, f"`{settings.short_subject}` is a claim of this profile already: choose another name"
    yield from _tags((*path, "session_tags"), profile, settings)
    yield from _transitive_tags((*path, "transitive_tags"), profile)
    if profile.source_identity is not None and profile.identifies_sessions:
        identity = profile.source_identity
        found = list(_template_mistakes(identity, profile)) or list(_source_identity_mistakes(identity, profile))
        yield from (((*path, "source_identity"), mistake) for mistake in found)
    if settings.default_audience is not None:
        audience = settings.default_audience
        found = list(_template_mistakes(audience, profile)) or list(_audience_mistakes(audience, profile))
        yield from (((*path, "default_audience"), mistake) for mistake in found)


def _name_mistakes(claim: str, profile: Profile) -> Iterator[str]:
    if is_reserved(claim):
        yield "is Jobpass's own claim, or one by which relying parties tell what a token is: choose another name"
    elif not claim or not PRINTABLE.issuperset(claim):
        yield "is no name of a claim: use printable ASCII without blanks"
    alike = next((name for name in profile.claims if name != claim and name.lower() == claim.lower()), None)
    if alike is not None:
        yield f"differs from the claim `{alike}` in case alone, and some read them as one: choose another name"


def _claim(place: Path, claim: Claim, profile: Profile) -> Iterator[Finding]:
    if isinstance(claim, str):
        yield from ((place, mistake) for mistake in _template_mistakes(claim, profile))
    elif not isinstance(claim, bool) and claim["list"] not in profile.fields:
        name = claim["list"]
        yield (*place, "list"), f"`{name}` is no field of this profile: {suggestion(name, profile.fields)}"


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


def _transitive_tags(path: Path, profile: Profile) -> Iterator[Finding]:
    for index, tag in enumerate(profile.transitive_tags):
        if tag in profile.transitive_tags[:index]:
            yield (*path, index), f"`{tag}` stands in the list twice: keep one"
        elif tag not in profile.session_tags:
            yield (*path, index), f"`{tag}` is no session tag of this profile: {suggestion(tag, profile.session_tags)}"


def _tag_key_mistake(key: str) -> str | None:
    if not 1 <= len(key) <= MAX_TAG_KEY_LENGTH:
        return f"is {len(key)} characters long; a tag's name has 1 to {MAX_TAG_KEY_LENGTH}"
    if not _TAG_KEY.fullmatch(key):
        return "cannot name a tag: use letters, digits, blanks and `_ . : / = + - @`"
    return "begins with `aws:`, which AWS keeps for itself: rename it" if key.lower().startswith("aws:") else None


def _certain(template: str, profile: Profile) -> str:
    """What is the same for every job: the text between the fields, and the constants."""
    parts = parse_template(template)
    return "".join(each if isinstance(each, str) else profile.constants.get(each.name, "") for each in parts)


def _source_identity_mistakes(template: str, profile: Profile) -> Iterator[str]:
    certain = _certain(template, profile)
    if not _SOURCE_IDENTITY.fullmatch(certain):
        yield f"holds `{certain}`, and STS takes letters, digits and `_ + = , . @ -` only: leave the rest out"
    if len(certain) > 64:
        yield f"has {len(certain)} characters at least; STS takes 64: shorten it"
    whole = render(parse_template(template), profile.constants)
    if whole is not None and len(whole) < 2:
        yield "is one character; STS takes 2 to 64: add a field"


def _audience_mistakes(template: str, profile: Profile) -> Iterator[str]:
    certain = _certain(template, profile)
    mistake = audience_mistake(certain) if certain else None
    if mistake:
        yield f"`{certain}` {mistake}"
