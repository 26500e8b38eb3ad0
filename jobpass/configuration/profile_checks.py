"""Checks of profiles: whether each can describe jobs, and whether relying parties take what it says of them."""

from collections.abc import Iterator

from jobpass.configuration import preset as presets
from jobpass.configuration.claim_checks import findings as claim_findings
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.pattern_mistake import pattern_mistake
from jobpass.configuration.policy_sign import policy_sign_mistake
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass.configuration.special_values import findings as special_values
from jobpass.configuration.suggestion import suggestion
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.subject import MAX_LENGTH, Field


def describing(configuration: Configuration) -> dict[str, Profile]:
    """Return the profiles that can describe jobs, by name."""
    return {
        name: settings.profile(name)
        for name, settings in configuration.profiles.items()
        if not any(_definition(("profiles", name), settings))
    }


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with each profile by itself."""
    most = draft.configuration.issuer.max_token_lifetime_seconds
    for name, settings in draft.configuration.profiles.items():
        path = ("profiles", name)
        yield from _definition(path, settings)
        if settings.known():
            yield from claim_findings(path, settings.profile(name), settings)
        seconds = settings.token_lifetime_seconds
        if seconds is not None and seconds > most and draft.read("issuer", "max_token_lifetime_seconds"):
            text = f"is {seconds}, more than the issuer's max_token_lifetime_seconds ({most}): lower this or raise that"
            yield (*path, "token_lifetime_seconds"), text


def _definition(path: Path, settings: ProfileSettings) -> Iterator[Finding]:
    """What keeps a profile from describing a job."""
    if not settings.known():
        yield _unknown(path, settings)
        return
    if settings.preset is None and settings.subject is None:
        yield (*path, "subject"), "is missing: write how `sub` is made of the fields, or name a preset"
        return
    for key, each in settings.fields.items():
        mistake = pattern_mistake(each.pattern)
        if mistake:
            yield (*path, "fields", key, "pattern"), mistake
    yield from _subject((*path, "subject"), settings)
    yield from special_values(path, settings)
    yield from _constants((*path, "constants"), settings)


def _unknown(path: Path, settings: ProfileSettings) -> Finding:
    if settings.preset is None:
        return (*path, "form"), "is one of a preset, and this profile has none: name the preset, or leave this out"
    if settings.preset not in presets.names():
        text = f"`{settings.preset}` is no preset: {suggestion(settings.preset, presets.names())}"
        return (*path, "preset"), text
    known = presets.forms(settings.preset)
    return (
        *path,
        "form",
    ), f"`{settings.form}` is no form of `{settings.preset}`: {suggestion(settings.form or '', known)}"


def _subject(path: Path, settings: ProfileSettings) -> Iterator[Finding]:
    """A preset's own subject may be one for every job: its platform means it so, and no role trusts it unawares."""
    shared = settings.subject is None
    profile = settings.profile("")
    mistakes = profile.subject.mistakes(shared=shared)
    yield from ((path, mistake) for mistake in mistakes)
    if mistakes:
        return
    undeclared = [each for each in profile.subject.fields if each not in profile.fields]
    for each in undeclared:
        yield path, f"names {{{each}}}, which is no field of this profile: {suggestion(each, profile.fields)}"
    if not shared and not undeclared and set(profile.subject.fields) <= set(profile.constants):
        yield path, "is made of constants only, the same for every job: add a field in which jobs differ"
    parts = profile.subject.parts
    least = sum(len(profile.constants.get(each.name, "?") if isinstance(each, Field) else each) for each in parts)
    if least > MAX_LENGTH:
        yield path, f"has {least} characters at least; {MAX_LENGTH} is the most: shorten it"


def _constants(path: Path, settings: ProfileSettings) -> Iterator[Finding]:
    profile = settings.profile("")
    for name, value in settings.constants.items():
        rule = profile.fields.get(name)
        if rule is None:
            yield (*path, name), f"is no field of this profile: {suggestion(name, profile.fields)}"
            continue
        mistake = None if pattern_mistake(rule.pattern) else rule.mistake(value)
        if mistake is None and not profile.subject.mistakes(shared=True) and name in profile.subject.fields:
            mistake = profile.subject.value_mistake(name, value) or policy_sign_mistake(value)
        if mistake:
            yield (*path, name), f"`{value}` {mistake}" if value else mistake
