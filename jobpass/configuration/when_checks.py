"""Checks of what a role says of its jobs: each alternative names jobs that can be, and no more than it says."""

from collections.abc import Iterator, Mapping

from jobpass.configuration.condition import choices, value_mistake
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.role_breadth import breadth
from jobpass.configuration.role_settings import RoleSettings
from jobpass.configuration.suggestion import listed, suggestion
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.subject import MAX_LENGTH
from jobpass_issuer.domain.trusting_role import TrustingRole


def alternatives(name: str, settings: RoleSettings) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Return each alternative of a role with its place: `when` itself where it is no list."""
    path: Path = ("roles", name, "when")
    for index, alternative in enumerate(settings.alternatives):
        yield (*path, index) if isinstance(settings.when, list) else path, alternative


def findings(settings: RoleSettings, role: TrustingRole, profile: Profile) -> Iterator[Finding]:
    """Return what no job of the profile can be."""
    for path, alternative in alternatives(role.name, settings):
        yield from _fields(path, alternative, profile)


def breadth_findings(configuration: Configuration, role: TrustingRole, profile: Profile) -> Iterator[Finding]:
    """Return the alternatives that trust too many jobs without a reason, and the reason that none needs."""
    settings = configuration.roles[role.name]
    documented = configuration.profiles[profile.name].subject is None
    possible = {name: choices(profile, name) for name in profile.fields}
    broad = [
        (path, alternative, found)
        for path, alternative in alternatives(role.name, settings)
        if (found := breadth(alternative, profile, possible, documented=documented))
    ]
    for path, alternative, (field, text) in broad if settings.allow_any is None else ():
        yield (*path, field) if field in alternative else path, f"{text}, or say in `allow_any` why it may be so"
    if settings.allow_any is not None and not broad:
        path = ("roles", role.name, "allow_any")
        yield path, "is not needed, and would excuse a looser `when` some day: leave it out"


def _fields(path: Path, when: Mapping[str, str], profile: Profile) -> Iterator[Finding]:
    for name, value in when.items():
        if name not in profile.fields:
            text = f"is no field of profile `{profile.name}`: {suggestion(name, profile.subject.fields)}"
            yield (*path, name), text
        elif name not in profile.subject.fields:
            text = "is not part of the profile's subject, and IAM sees nothing else of a token: "
            yield (*path, name), text + f"use {listed(profile.subject.fields)}, or add it to the subject"
        else:
            mistake = value_mistake(profile, name, value)
            if mistake:
                yield (*path, name), mistake
    least = len(profile.subject.pattern(profile.complete(when)).text.replace("*", ""))
    if least > MAX_LENGTH:
        yield path, f"wants a subject of {least} characters, and {MAX_LENGTH} is the most: shorten the values"
