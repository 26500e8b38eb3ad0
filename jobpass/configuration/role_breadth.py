"""How broadly a role trusts: whether a job that nobody thought of could assume it."""

import re
from collections.abc import Mapping

from jobpass.configuration.condition import choices
from jobpass.configuration.pattern_shape import field_shape
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like
from jobpass_issuer.domain.subject import SubjectPattern

# The fields that tell a branch from a tag and from a pull request, which strangers can open: the first says it
# outright, the second by how it begins where it is written whole (`refs/heads/main`).
KIND_OF_REF = "ref_type"
REF = "ref"
_WHOLE_REF = "refs/"
_ONE_KIND = re.compile(r"refs/[a-z-]+/.*")
_ALIKE = "lets branches, tags and pull requests alike assume the role"


def breadth(wanted: Mapping[str, str], profile: Profile, *, documented: bool) -> tuple[str, str] | None:
    """Return the field by which a role trusts too many, and how to mend it, or None where it names its jobs.

    `wanted` is what one alternative and the session's tags say of the fields. `documented` says that the subject is a
    preset's own: whatever tells the kinds of its jobs apart, its platform put there. The field is empty where there is
    none.
    """
    seen = [name for name in dict.fromkeys((*profile.subject.fields, *wanted)) if name not in profile.constants]
    if not seen:
        return "", f"trusts every job of profile `{profile.name}`, since all of them have one subject: use another form"
    if all(_is_open(wanted.get(name, "*"), profile, name) for name in seen):
        text = f"lets every job of profile `{profile.name}` assume the role: say what one of {_named(seen)} must be"
        return seen[0], text
    if KIND_OF_REF in seen:
        return _kind_of_ref(wanted.get(KIND_OF_REF, "*"), choices(profile, KIND_OF_REF))
    if KIND_OF_REF in profile.constants:
        return None
    if REF in seen and profile.fields[REF].pattern.startswith(_WHOLE_REF):
        return _whole_ref(wanted.get(REF, "*"))
    if KIND_OF_REF in profile.fields and not documented:
        text = f"cannot tell a branch from a pull request: put {{{KIND_OF_REF}}} into the profile's subject"
        return KIND_OF_REF, text
    if REF in seen and not documented and _is_open(wanted.get(REF, "*"), profile, REF):
        return REF, f"{_ALIKE}: say what `{REF}` must be"
    return None


def _is_open(wanted: str, profile: Profile, name: str) -> bool:
    """Whether every value of a field is as wanted, as far as its pattern says: `refs/*` where all begin so.

    More than so many characters, whichever they are, name nobody either.
    """
    if WILDCARDS.issuperset(wanted):
        return True
    return name in profile.subject.fields and field_shape(profile, name).within(SubjectPattern(wanted).shape())


def _kind_of_ref(wanted: str, possible: tuple[str, ...]) -> tuple[str, str] | None:
    if not has_wildcard(wanted) or (possible and sum(like(wanted, each) for each in possible) == 1):
        return None
    named = f"one of {_named(possible)}" if possible else "`branch`"
    return KIND_OF_REF, f"{_ALIKE}: say which `{KIND_OF_REF}` it wants, {named}"


def _whole_ref(wanted: str) -> tuple[str, str] | None:
    if _ONE_KIND.fullmatch(wanted):
        return None
    return REF, f"{_ALIKE}: begin `{REF}` with `refs/heads/` or `refs/tags/`"


def _named(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
