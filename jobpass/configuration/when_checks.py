"""Checks of what a role says of its jobs: each alternative names jobs that can be, and no more than it says."""

import re
from collections.abc import Iterator, Mapping

from jobpass.configuration.condition import compatible, value_mistake
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.pattern_shape import subject_shape
from jobpass.configuration.role_breadth import breadth
from jobpass.configuration.role_settings import RoleSettings
from jobpass.configuration.suggestion import listed, suggestion
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like
from jobpass_issuer.domain.subject import MAX_LENGTH, SubjectPattern
from jobpass_issuer.domain.trusting_role import TrustingRole

# The way out of a role that trusts too many jobs; `jobpass policy` names its option in the place of the setting.
REASON = "or say in `allow_any` why it may be so"
# STS API, "Tag": what a session tag's value is made of.
_TAG_VALUE = re.compile(r"[\w\s.:/=+@-]{0,256}", re.ASCII)


def alternatives(name: str, settings: RoleSettings) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Return each alternative of a role with its place: `when` itself where it is no list."""
    path: Path = ("roles", name, "when")
    for index, alternative in enumerate(settings.alternatives):
        yield (*path, index) if isinstance(settings.when, list) else path, alternative


def tagged_fields(role: TrustingRole, profile: Profile) -> dict[str, str]:
    """Return what a role's conditions on session tags say of the fields that these tags take."""
    return {profile.session_tags[tag]: value for tag, value in role.session_tags.items() if tag in profile.session_tags}


def findings(settings: RoleSettings, role: TrustingRole, profile: Profile) -> Iterator[Finding]:
    """Return what no job of the profile can be."""
    said = list(alternatives(role.name, settings))
    for path, alternative in said:
        yield from _fields(path, alternative, profile)
    for number, (path, alternative) in enumerate(said):
        yield from _repeated(path, alternative, said, number)
    yield from _tags(("roles", role.name, "session_tags"), role, profile)


def breadth_findings(
    configuration: Configuration, role: TrustingRole, profile: Profile, some_job: str | None
) -> Iterator[Finding]:
    """Return the alternatives that trust too many jobs without a reason, and the reason that none needs.

    `some_job` is the subject of any job of the profile.
    """
    settings = configuration.roles[role.name]
    documented = configuration.profiles[profile.name].subject is None
    tagged = tagged_fields(role, profile)
    broad: list[Finding] = []
    for path, alternative in alternatives(role.name, settings):
        loose = {name: value for name, value in tagged.items() if WILDCARDS.issuperset(alternative.get(name, "*"))}
        found = breadth({**alternative, **loose}, profile, documented=documented)
        if found:
            broad.append(((*path, found[0]) if found[0] in alternative else path, found[1]))
    if not broad and not tagged and len(role.when) > 1 and _together(role, profile, some_job):
        text = f"lets every job of profile `{profile.name}` assume the role, one alternative or another: leave some out"
        broad.append((("roles", role.name, "when"), text))
    if settings.allow_any is None:
        yield from ((path, f"{text}, {REASON}") for path, text in broad)
    elif not broad:
        path = ("roles", role.name, "allow_any")
        yield path, "is not needed, and would excuse a looser `when` some day: leave it out"


def _together(role: TrustingRole, profile: Profile, some_job: str | None) -> bool:
    """Whether the alternatives leave no job of the profile out; most leave out the first one that comes to mind."""
    patterns = [SubjectPattern(each) for each in role.subjects(profile)]
    if some_job is not None and not any(each.matches(some_job) for each in patterns):
        return False
    return subject_shape(profile).within(Shape.either([each.shape() for each in patterns]))


def some_subject(profile: Profile) -> str | None:
    """Return the shortest subject of a profile's jobs."""
    every = subject_shape(profile)
    return every.overlap(every)


def _repeated(
    path: Path, when: Mapping[str, str], said: list[tuple[Path, Mapping[str, str]]], number: int
) -> Iterator[Finding]:
    """Find the first other alternative that takes all jobs of this one; of two that are the same, the later goes."""
    for other, (place, wider) in enumerate(said):
        if other == number or not _takes(wider, when) or (other > number and _takes(when, wider)):
            continue
        relation = "says the same as" if _takes(when, wider) else "takes only jobs that are taken by"
        yield path, f"{relation} `when[{place[-1]}]`: leave it out"
        return


def _takes(wider: Mapping[str, str], narrower: Mapping[str, str]) -> bool:
    """Whether one alternative takes all jobs of another."""
    return all(_covers(value, narrower.get(name, "*")) for name, value in wider.items())


def _covers(wider: str, narrower: str) -> bool:
    """Whether a value takes all that another takes; only two patterns that begin and end alike need the proof."""
    if not has_wildcard(narrower):
        return like(wider, narrower)
    (begins, ends), (begin, end) = _ends(narrower), _ends(wider)
    if wider == narrower or not (has_wildcard(wider) and begins.startswith(begin) and ends.endswith(end)):
        return wider == narrower
    return SubjectPattern(narrower).shape().within(SubjectPattern(wider).shape())


def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first wildcard and after the last."""
    parts = pattern.replace("?", "*").split("*")
    return parts[0], parts[-1]


def _fields(path: Path, when: Mapping[str, str], profile: Profile) -> Iterator[Finding]:
    for name, value in when.items():
        if name not in profile.fields:
            text = f"is no field of profile `{profile.name}`: {suggestion(name, profile.subject.fields)}"
            yield (*path, name), text
        elif name not in profile.subject.fields:
            yield (*path, name), _unseen(name, profile)
        else:
            mistake = value_mistake(profile, name, value)
            if mistake:
                yield (*path, name), mistake
    least = len(profile.subject.pattern(profile.complete(when)).text.replace("*", ""))
    if least > MAX_LENGTH:
        yield path, f"wants a subject of {least} characters, and {MAX_LENGTH} is the most: shorten the values"


def _unseen(name: str, profile: Profile) -> str:
    tag = next((tag for tag, field in profile.session_tags.items() if field == name), None)
    tags = f"ask for the session tag `{tag}` in `session_tags`, " if tag is not None else ""
    said = "is not part of the profile's subject, and IAM sees nothing else of a token: "
    return f"{said}use {listed(profile.subject.fields)}, {tags}or add it to the subject"


def _tags(path: Path, role: TrustingRole, profile: Profile) -> Iterator[Finding]:
    for tag, value in role.session_tags.items():
        name = profile.session_tags.get(tag)
        if name is None:
            yield (
                (*path, tag),
                f"is no session tag of profile `{profile.name}`: {suggestion(tag, profile.session_tags)}",
            )
            continue
        mistake = value_mistake(profile, name, value)
        if mistake is None and value and value == profile.fields[name].otherwise and name not in profile.constants:
            mistake = f"`{value}` stands in the subject for a job without `{name}`, and such a job has no tag of it"
        if mistake is None and not _TAG_VALUE.fullmatch("".join(sign for sign in value if sign not in WILDCARDS)):
            mistake = f"`{value}` is no tag's value: STS takes 256 letters, digits, blanks and `_.:/=+@-` at most"
        if mistake is None and not any(compatible(value, each.get(name, "*")) for each in role.when):
            mistake = f"`{value}` contradicts what `when` says of `{name}`, which the tag takes: change one of them"
        if mistake:
            yield (*path, tag), mistake
