"""The claim that pins a token to roles; STS checks it before it looks at a trust policy."""

from collections.abc import Mapping
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.federation import is_role_arn
from jobpass.explain.quoting import listed, quoted
from jobpass.explain.refusal import Refusal

CLAIM = "https://aws.amazon.com/roles"


def pins(claims: Mapping[str, Any]) -> tuple[str, ...] | Refusal | None:
    """Return the role ARNs of the claim, or None without one (null counts as none); what is no ARN is passed over.

    A text is a list by semicolons, blanks around its members do not count; nothing else is.
    """
    value = claims.get(CLAIM)
    if value is None:
        return None
    if isinstance(value, str):
        members: list[Any] = [part.strip() for part in value.split(";")]
    elif isinstance(value, list):
        members = value
    else:
        return _refusal(
            sts_errors.ROLES_FORMAT, "the roles claim is neither a text nor a list", "make it a list of role ARNs"
        )
    arns = tuple(member for member in members if isinstance(member, str) and is_role_arn(member))
    if not arns:
        return _refusal(
            sts_errors.NO_VALID_ROLES,
            f"the roles claim holds {listed(members)}, of which none is the ARN of a role",
            "make it a list of whole role ARNs, letter for letter and without wildcards",
        )
    return arns


def wrong_role(claims: Mapping[str, Any], role_arn: str) -> Refusal | None:
    """Return what STS says of a token that is pinned to other roles."""
    arns = pins(claims)
    if isinstance(arns, Refusal):
        return arns
    if arns is None or role_arn in arns:
        return None
    return _refusal(
        sts_errors.ROLE_NOT_LISTED,
        f"the token is pinned to {listed(arns)}; the role asked for is {quoted(role_arn)}",
        "ask the issuer for a token pinned to this role, or for one without a pin",
    )


def authorized_by_idp(claims: Mapping[str, Any], role_arn: str) -> bool:
    """Whether `sts:RoleAuthorizedByIdp` is true; without the claim it is false, not missing."""
    arns = pins(claims)
    return isinstance(arns, tuple) and role_arn in arns


def _refusal(message: str, cause: str, remedy: str) -> Refusal:
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, message, cause, remedy)
