"""How broadly a role trusts: whether a job that nobody thought of could assume it."""

from collections.abc import Mapping

from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like
from jobpass_issuer.domain.trusting_role import TrustingRole

# The field that tells a branch from a tag and from a pull request, which strangers can open.
KIND_OF_REF = "ref_type"


def breadth(role: TrustingRole, profile: Profile, choices: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """Return the field by which a role trusts too many, and how to mend it, or None where it names its jobs.

    `choices` are the values of the fields whose patterns list them.
    """
    open_fields = [name for name in profile.subject.fields if name not in profile.constants]
    if all(WILDCARDS.issuperset(role.when.get(name, "*")) for name in open_fields):
        text = (
            f"lets every job of profile `{profile.name}` assume the role: say what one of {_named(open_fields)} must be"
        )
        return open_fields[0], text
    if KIND_OF_REF not in profile.fields or KIND_OF_REF in profile.constants:
        return None
    if KIND_OF_REF not in profile.subject.fields:
        text = f"cannot tell a branch from a pull request: put {{{KIND_OF_REF}}} into the profile's subject"
        return KIND_OF_REF, text
    wanted = role.when.get(KIND_OF_REF, "*")
    possible = choices.get(KIND_OF_REF, ())
    if has_wildcard(wanted) and not (possible and sum(like(wanted, each) for each in possible) == 1):
        named = f"one of {_named(possible)}" if possible else "`branch`"
        text = (
            f"lets branches, tags and pull requests alike assume the role: say which `{KIND_OF_REF}` it wants, {named}"
        )
        return KIND_OF_REF, text
    return None


def _named(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
