"""What a role's `when` and a platform's `where` say of a field, and whether any job can be so."""

import re
from collections.abc import Mapping, Sequence

from jobpass.configuration.pattern_shape import field_shape
from jobpass.configuration.policy_sign import policy_sign_mistake
from jobpass_issuer.domain.profile import MAX_VALUE_LENGTH, Profile
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like
from jobpass_issuer.domain.subject import Field, SubjectPattern, parse_template

_PLAIN_CHOICES = re.compile(r"[A-Za-z0-9_/-]+(\|[A-Za-z0-9_/-]+)+")


def choices(profile: Profile, name: str) -> tuple[str, ...]:
    """Return the values that a field can have where its pattern lists them (`branch|tag`), else nothing."""
    pattern = profile.fields[name].pattern
    return tuple(pattern.split("|")) if _PLAIN_CHOICES.fullmatch(pattern) else ()


def value_mistake(profile: Profile, name: str, value: str) -> str | None:
    """Return why no job of a profile can have such a value in a field, or None where some can, as far as is certain."""
    rule = profile.fields.get(name)
    if rule is None or (value == rule.otherwise and name not in profile.constants):
        return None
    if not value:
        return "is empty, and no field is: write the value, or leave the field out"
    fixed = "".join(character for character in value if character not in WILDCARDS)
    mistake = policy_sign_mistake(fixed)
    if mistake is None and name in profile.subject.fields:
        mistake = profile.subject.value_mistake(name, fixed)
        mistake = mistake and mistake + rule.escape(fixed)
    if mistake is None and name in profile.constants:
        constant = profile.constants[name]
        return (
            None
            if like(value, constant)
            else f"`{value}` contradicts the profile's constant `{constant}`: leave it out"
        )
    if mistake is None:
        mistake = _pattern_mistake(profile, name, value) if has_wildcard(value) else rule.mistake(value)
    return f"`{value}` {mistake}" if mistake else None


def _pattern_mistake(profile: Profile, name: str, value: str) -> str | None:
    possible = choices(profile, name)
    if possible and not any(like(value, each) for each in possible):
        return f"fits no value of this field, which is one of {', '.join(possible)}"
    if len(value.replace("*", "")) > MAX_VALUE_LENGTH:
        return f"has more characters than a value, which has {MAX_VALUE_LENGTH} at most"
    if name in profile.subject.fields and SubjectPattern(value).shape().overlap(field_shape(profile, name)) is None:
        return f"fits no value of this field, which matches the pattern {profile.fields[name].pattern} whole"
    return None


def compatible(one: str, other: str) -> bool:
    """Whether some value fits both patterns."""
    if not has_wildcard(one):
        return like(other, one)
    if not has_wildcard(other):
        return like(one, other)
    return SubjectPattern(one).shape().overlap(SubjectPattern(other).shape()) is not None


def contradiction(profile: Profile, said: Sequence[Mapping[str, str]]) -> tuple[str, str] | None:
    """Return a field that no job can have as all of these say, with the pattern that its other fields make of `like`.

    None where there is no such field, as far as is certain: a field that a job may leave out binds no other.
    """
    for name, rule in profile.fields.items():
        if rule.like is None or name in profile.constants:
            continue
        pattern = "".join(
            _tightest(profile, part.name, said) if isinstance(part, Field) else part
            for part in parse_template(rule.like)
        )
        if not all(compatible(pattern, value) for value in _wanted(profile, name, said)):
            return name, pattern
    return None


def _wanted(profile: Profile, name: str, said: Sequence[Mapping[str, str]]) -> list[str]:
    """All that is said of a field's value, but not where what is said fits a job that has none."""
    otherwise = profile.fields[name].otherwise
    values = [each[name] for each in said if name in each]
    return [each for each in values if otherwise is None or not like(each, otherwise)]


def _tightest(profile: Profile, name: str, said: Sequence[Mapping[str, str]]) -> str:
    """One pattern that a field's value fits: the value itself where it is known."""
    if name in profile.constants:
        return profile.constants[name]
    return min(_wanted(profile, name, said), key=has_wildcard, default="*")
