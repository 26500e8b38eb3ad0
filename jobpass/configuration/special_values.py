"""Checks of the values that mean something of their own: those that a field reserves, and what stands for none."""

from collections.abc import Iterator

from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.policy_sign import policy_sign_mistake
from jobpass.configuration.profile_settings import FieldSettings, ProfileSettings
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.subject import Field


def findings(path: Path, settings: ProfileSettings) -> Iterator[Finding]:
    """Return what is wrong with `reserved` and `otherwise` of a profile's own fields."""
    profile = settings.profile("")
    sound = not profile.subject.mistakes(shared=True)
    for name, field in settings.fields.items():
        place = (*path, "fields", name)
        for index, value in enumerate(field.reserved):
            if not value:
                yield (*place, "reserved", index), "is empty, which no value is anyway: leave it out"
            if value in field.reserved[:index]:
                yield (*place, "reserved", index), f"`{value}` stands in the list twice: keep one"
        if field.otherwise is not None and sound:
            mistake = _otherwise_mistake(profile, name, field, field.otherwise)
            if mistake:
                yield (*place, "otherwise"), mistake
    if sound and settings.subject is not None:
        inherited = (name for name in profile.subject.fields if name in profile.fields and name not in settings.fields)
        if any(_leaves_nothing(profile, profile.fields[name].otherwise) for name in inherited):
            yield (*path, "subject"), "is empty for a job without that field: write what shall stand beside it"


def _otherwise_mistake(profile: Profile, name: str, field: FieldSettings, otherwise: str) -> str | None:
    if name not in profile.subject.fields:
        return "is of no use: the field is not part of the subject; leave it out"
    if field.required or name in profile.constants:
        return "is of no use: every job has the field; leave it out"
    if _leaves_nothing(profile, otherwise):
        return "is empty, and so would the subject be: write what shall stand there"
    mistake = profile.subject.value_mistake(name, otherwise) or policy_sign_mistake(otherwise)
    return f"`{otherwise}` {mistake}" if mistake else None


def _leaves_nothing(profile: Profile, otherwise: str | None) -> bool:
    """Whether the subject of a job without a field is empty: nothing stands for the field, and nothing beside it."""
    return otherwise == "" and all(isinstance(part, Field) for part in profile.subject.parts)
