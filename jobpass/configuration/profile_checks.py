"""Checks of profiles: whether each can describe jobs, and whether relying parties take what it says of them."""

from collections.abc import Iterator

from jobpass.configuration import preset as presets
from jobpass.configuration.claim_checks import findings as claim_findings
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.pattern_mistake import pattern_mistake
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass.configuration.suggestion import suggestion
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.subject import MAX_LENGTH, Field

# `${` begins a policy variable, and a constant stands in trust policies.
POLICY_SIGNS = "${}"


def describing(configuration: Configuration) -> dict[str, Profile]:
    """Return the profiles that can describe jobs, by name."""
    return {
        name: settings.profile(name)
        for name, settings in configuration.profiles.items()
        if not any(_definition(("profiles", name), name, settings))
    }


def findings(configuration: Configuration) -> Iterator[Finding]:
    """Return what is wrong with each profile by itself."""
    for name, settings in configuration.profiles.items():
        yield from _definition(("profiles", name), name, settings)
        if settings.preset is None or settings.preset in presets.names():
            yield from claim_findings(("profiles", name), settings.profile(name), settings)


def _definition(path: Path, name: str, settings: ProfileSettings) -> Iterator[Finding]:
    """What keeps a profile from describing a job."""
    if settings.preset is not None and settings.preset not in presets.names():
        text = f"`{settings.preset}` is no preset: {suggestion(settings.preset, presets.names())}"
        yield (*path, "preset"), text
        return
    if settings.preset is None and settings.subject is None:
        yield (*path, "subject"), "is missing: write how `sub` is made of the fields, or name a preset"
        return
    for key, each in settings.fields.items():
        mistake = pattern_mistake(each.pattern)
        if mistake:
            yield (*path, "fields", key, "pattern"), mistake
    yield from _subject((*path, "subject"), settings.profile(name))
    yield from _constants((*path, "constants"), settings)


def _subject(path: Path, profile: Profile) -> Iterator[Finding]:
    mistakes = profile.subject.mistakes()
    yield from ((path, mistake) for mistake in mistakes)
    if mistakes:
        return
    undeclared = [each for each in profile.subject.fields if each not in profile.fields]
    for each in undeclared:
        yield path, f"names {{{each}}}, which is no field of this profile: {suggestion(each, profile.fields)}"
    if not undeclared and set(profile.subject.fields) <= set(profile.constants):
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
        if mistake is None and not profile.subject.mistakes() and name in profile.subject.fields:
            mistake = profile.subject.value_mistake(value) or policy_sign_mistake(value)
        if mistake:
            yield (*path, name), f"`{value}` {mistake}" if value else mistake


def policy_sign_mistake(value: str) -> str | None:
    """Return why a value may not stand in a policy, or None where it may (IAM user guide, "Policy variables")."""
    sign = next((each for each in POLICY_SIGNS if each in value), None)
    return f"must not hold `{sign}`, with which policies write variables" if sign else None
