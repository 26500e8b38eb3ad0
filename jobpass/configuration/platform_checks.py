"""Checks of platforms: what they name exists, and some job can be as they demand."""

import json
from collections.abc import Iterator, Sequence

from jobpass.configuration import public_key_checks
from jobpass.configuration.condition import value_mistake
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.resource_names import same_pascal
from jobpass.configuration.suggestion import suggestion
from jobpass_issuer.domain import canary
from jobpass_issuer.domain.audience import mistake as audience_mistake
from jobpass_issuer.domain.platform import Platform

# IAM user guide, "IAM and AWS STS quotas": role trust policy length.
MAX_TRUST_POLICY_LENGTH = 2048


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with each platform."""
    for name, settings in draft.configuration.platforms.items():
        path = ("platforms", name)
        if not settings.principals and not settings.public_keys:
            text = "has neither `principals` nor `public_keys`: name the IAM roles that may register its jobs, or the "
            yield path, text + "public keys by which it proves itself"
        yield from public_key_checks.findings((*path, "public_keys"), settings.public_keys)
        yield from repeats((*path, "principals"), settings.principals)
        yield from _size((*path, "principals"), settings.principals)
        yield from repeats((*path, "profiles"), settings.profiles)
        yield from repeats((*path, "roles"), settings.roles)
        yield from audiences((*path, "audiences"), settings.audiences)
        yield from named((*path, "profiles"), "profile", settings.profiles, draft)
        yield from named((*path, "roles"), "role", settings.roles, draft)
    for name, platform in draft.platforms():
        yield from where(("platforms", name, "where"), platform, draft)
        yield from _roles(("platforms", name, "roles"), platform, draft)
    yield from same_pascal("platforms", draft.configuration.platforms)


def repeats(path: Path, values: Sequence[str]) -> Iterator[Finding]:
    """Return the entries of a list that stand in it already."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (*path, index), f"`{value}` stands in the list twice: keep one"


def audiences(path: Path, values: Sequence[str]) -> Iterator[Finding]:
    """Return the audiences that no token may have, and those that are repeated."""
    yield from repeats(path, values)
    for index, value in enumerate(values):
        mistake = audience_mistake(value)
        if value == canary.AUDIENCE:
            mistake = "is kept for the issuer's own canary, whose tokens must open nothing: choose another audience"
        if mistake:
            yield (*path, index), f"`{value}` {mistake}"


def named(path: Path, kind: str, names: Sequence[str], draft: Draft) -> Iterator[Finding]:
    """Return the entries that name no profile or no role; silent where the section itself cannot be read."""
    known = draft.names(f"{kind}s")
    for index, name in enumerate(names):
        if name not in known and draft.readable(f"{kind}s"):
            yield (*path, index), f"`{name}` is no {kind}: {suggestion(name, known)}"


def where(path: Path, platform: Platform, draft: Draft) -> Iterator[Finding]:
    """Return what of a platform's `where` no job of its profiles can be."""
    for name, value in platform.where.items():
        for profile in (draft.profiles[each] for each in platform.profiles if each in draft.profiles):
            mistake = value_mistake(profile, name, value)
            if name not in profile.fields:
                mistake = f"is no field of profile `{profile.name}`: {suggestion(name, profile.fields)}"
            if mistake:
                yield (*path, name), mistake
                break


def _size(path: Path, principals: Sequence[str]) -> Iterator[Finding]:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    length = len(json.dumps(policy, separators=(",", ":")))
    if length > MAX_TRUST_POLICY_LENGTH:
        text = f"make a trust policy of {length} characters, and IAM takes {MAX_TRUST_POLICY_LENGTH}: "
        yield path, text + "let them assume one role of theirs, and name that"


def _roles(path: Path, platform: Platform, draft: Draft) -> Iterator[Finding]:
    for index, name in enumerate(platform.roles):
        settings = draft.configuration.roles.get(name)
        if settings is None or settings.profile not in draft.names("profiles"):
            continue
        if settings.profile not in platform.profiles:
            text = f"`{name}` trusts jobs of profile `{settings.profile}`, which this platform does not register: "
            yield (*path, index), text + "add the profile here, or leave the role out"
        elif not set(settings.audiences) & set(platform.audiences):
            text = f"`{name}` takes none of this platform's audiences: add one of the role's, or leave the role out"
            yield (*path, index), text
