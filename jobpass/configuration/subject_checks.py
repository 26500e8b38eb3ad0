"""The proof that no job's subject is another's: neither between profiles, nor against a pattern written for another."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.pattern_shape import subject_shape
from jobpass_issuer.domain.shape import Shape
from jobpass_issuer.domain.subject import MAX_LENGTH

_REMEDY = "begin each profile's subject with a word of its own, or fix a field by a constant"


def findings(draft: Draft) -> Iterator[Finding]:
    """Return the profiles that share a subject, and the roles that another profile's job could assume."""
    shapes = {name: subject_shape(profile) for name, profile in draft.profiles.items()}
    foreign = {name: set(shapes) - {name} for name in shapes}
    for one, other in combinations(shapes, 2):
        witness = common(shapes[one], shapes[other])
        if witness is not None:
            text = f"can be that of a job of profile `{one}` as well, such as `{witness}`: {_REMEDY}"
            yield ("profiles", other, "subject"), text
            foreign[one].discard(other)
            foreign[other].discard(one)
    yield from _foreign_patterns(draft, shapes, foreign)


def _foreign_patterns(draft: Draft, shapes: Mapping[str, Shape], foreign: Mapping[str, set[str]]) -> Iterator[Finding]:
    """A role's pattern takes more than its own profile's subjects, for `*` takes delimiters too.

    The pattern of a profile with nothing fixed but the constants takes all that its roles' patterns take: where that
    one is disjoint from another profile, every role is, and the roles need no look one by one.
    """
    near: dict[str, list[str]] = {}
    for name, profile in draft.profiles.items():
        widest = profile.subject.pattern(profile.constants).shape()
        near[name] = [other for other in foreign[name] if common(widest, shapes[other]) is not None]
    for name, role, profile in draft.roles():
        path: Path = ("roles", name, "when")
        several = isinstance(draft.configuration.roles[name].when, list)
        for index, alternative in enumerate(role.when if near[profile.name] else ()):
            pattern = profile.subject.pattern(profile.complete(alternative))
            for other in sorted(near[profile.name]):
                witness = common(pattern.shape(), shapes[other])
                if witness is not None:
                    text = f"makes the pattern `{pattern.text}`, which takes `{witness}` too, a subject of profile"
                    yield (*path, index) if several else path, f"{text} `{other}`: {_REMEDY}"


def common(one: Shape, other: Shape) -> str | None:
    """Return a subject that both shapes hold, or None; where the shortest is too long for one, there is none."""
    witness = one.overlap(other)
    return witness if witness is None or len(witness) <= MAX_LENGTH else None
