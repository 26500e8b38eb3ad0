"""How broadly a role trusts: whether a job that nobody thought of could assume it."""

import re
from collections.abc import Mapping

from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like

# The fields that tell a branch from a tag and from a pull request, which strangers can open: the first says it
# outright, the second by how it begins where it is written whole (`refs/heads/main`).
KIND_OF_REF = "ref_type"
REF = "ref"
_WHOLE_REF = "refs/"
_ONE_KIND = re.compile(r"refs/[a-z-]+/.*")


def breadth(
    when: Mapping[str, str], profile: Profile, choices: Mapping[str, tuple[str, ...]], *, documented: bool
) -> tuple[str, str] | None:
    """Return the field by which a role trusts too many, and how to mend it, or None where it names its jobs.

    `when` is one alternative, `choices` are the values of the fields whose patterns list them. `documented` says that
    the subject is a preset's own: whatever tells the kinds of its jobs apart, its platform put there. The field is
    empty where there is none.
    """
    open_fields = [name for name in profile.subject.fields if name not in profile.constants]
    if not open_fields:
        return "", f"trusts every job of profile `{profile.name}`, since all of them have one subject: use another form"
    if all(WILDCARDS.issuperset(when.get(name, "*")) for name in open_fields):
        text = (
            f"lets every job of profile `{profile.name}` assume the role: say what one of {_named(open_fields)} must be"
        )
        return open_fields[0], text
    if KIND_OF_REF in open_fields:
        return _kind_of_ref(when.get(KIND_OF_REF, "*"), choices.get(KIND_OF_REF, ()))
    if KIND_OF_REF in profile.constants:
        return None
    if REF in open_fields and profile.fields[REF].pattern.startswith(_WHOLE_REF):
        return _whole_ref(when.get(REF, "*"))
    if KIND_OF_REF in profile.fields and not documented:
        text = f"cannot tell a branch from a pull request: put {{{KIND_OF_REF}}} into the profile's subject"
        return KIND_OF_REF, text
    return None


def _kind_of_ref(wanted: str, possible: tuple[str, ...]) -> tuple[str, str] | None:
    if not has_wildcard(wanted) or (possible and sum(like(wanted, each) for each in possible) == 1):
        return None
    named = f"one of {_named(possible)}" if possible else "`branch`"
    text = f"lets branches, tags and pull requests alike assume the role: say which `{KIND_OF_REF}` it wants, {named}"
    return KIND_OF_REF, text


def _whole_ref(wanted: str) -> tuple[str, str] | None:
    if _ONE_KIND.fullmatch(wanted):
        return None
    text = (
        f"lets branches, tags and pull requests alike assume the role: begin `{REF}` with `refs/heads/` or `refs/tags/`"
    )
    return REF, text


def _named(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
