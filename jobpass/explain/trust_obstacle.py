"""The one thing in a trust policy that stands nearest in the way of a call, and what to change."""

from collections.abc import Mapping
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.condition_obstacle import condition_obstacle
from jobpass.explain.federation import Provider, provider_name
from jobpass.explain.quoting import listed, plain, quoted
from jobpass.explain.refusal import Refusal
from jobpass.explain.trust_policy import (
    ASSUME,
    SET_SOURCE_IDENTITY,
    TAG_SESSION,
    ConditionResult,
    StatementResult,
    TrustResult,
)

_CARRIED = {TAG_SESSION: "session tags", SET_SOURCE_IDENTITY: "a source identity"}


def trust_obstacle(result: TrustResult, provider: Provider, claims: Mapping[str, Any]) -> Refusal | None:
    """Return what STS says of a call that a trust policy does not allow, with the obstacle it does not name.

    Where several statements fall short, the one is told that lacks least.
    """
    if result.allowed:
        return None
    cause, remedy = _obstacle(result, provider, claims)
    # What STS says where TagSession or SetSourceIdentity alone is missing was not observed, but for its code.
    recorded = result.denied_by is None and ASSUME in result.missing
    return Refusal(sts_errors.ACCESS_DENIED, sts_errors.NOT_AUTHORIZED, cause, remedy, recorded)


def not_found() -> Refusal:
    """Return what STS says of a role that does not exist, or not yet."""
    return Refusal(
        sts_errors.ACCESS_DENIED,
        sts_errors.NOT_AUTHORIZED,
        "there is no such role in the account",
        "check the role's ARN: account, path and name, letter for letter",
        recorded=False,
    )


def _obstacle(result: TrustResult, provider: Provider, claims: Mapping[str, Any]) -> tuple[str, str]:
    denial = result.denied_by
    if denial is not None:
        met = "; ".join(f"{plain(line.key)} {line.operator} {listed(line.expected)}" for line in denial.conditions)
        return (
            f"{denial.statement.place} denies it" + (f", since its conditions are met: {met}" if met else ""),
            f"narrow {denial.statement.place}, or present a token that it does not cover: no Allow outweighs a Deny",
        )
    action = result.missing[0]
    nearest = _nearest(result, action)
    if nearest is None:
        return _nothing_allows(action)
    if not nearest.principal_matched:
        return _wrong_principal(nearest, provider)
    line = next(line for line in nearest.conditions if not line.matched)
    cause, remedy = condition_obstacle(line, provider, claims)
    if action != ASSUME:
        cause = f"for {action}, which a token with {_CARRIED[action]} needs, {cause}"
    return f"{nearest.statement.place}: {cause}", remedy


def nearest_condition(result: TrustResult) -> tuple[StatementResult, ConditionResult] | None:
    """Return the condition that `trust_obstacle` tells of, with its statement; None where it is no condition."""
    if result.denied_by is not None or not result.missing:
        return None
    nearest = _nearest(result, result.missing[0])
    if nearest is None or not nearest.principal_matched:
        return None
    return nearest, next(line for line in nearest.conditions if not line.matched)


def _nearest(result: TrustResult, action: str) -> StatementResult | None:
    """The statement that names the action and lacks least."""
    naming = [found for found in result.statements if found.statement.allows and action in found.actions_matched]
    return min(naming, key=_distance, default=None)


def _distance(result: StatementResult) -> tuple[bool, int]:
    return not result.principal_matched, sum(1 for line in result.conditions if not line.matched)


def _nothing_allows(action: str) -> tuple[str, str]:
    if action == ASSUME:
        return (
            f"no statement of the trust policy allows {ASSUME}",
            f"add a statement that allows it; {quoted('sts:AssumeRole')} is another action",
        )
    return (
        f"the token carries {_CARRIED[action]}, and no statement of the trust policy allows {action}",
        f"add {action} beside {ASSUME}, or let the issuer leave {_CARRIED[action]} out",
    )


def _wrong_principal(result: StatementResult, provider: Provider) -> tuple[str, str]:
    principals, place = result.statement.principals, result.statement.place
    federated = principals.get("Federated", ())
    named = federated or tuple(member for members in principals.values() for member in members)
    cause = f"{place} trusts {listed(named)}; the token comes through {quoted(provider.arn)}"
    names = [provider_name(arn) for arn in federated]
    if not federated:
        cause += ", which no principal of another kind covers, a wildcard neither"
    elif provider.name in names:
        cause += ": another account's provider"
    elif any(name and name.rstrip("/") == provider.name.rstrip("/") for name in names):
        cause += ": a slash at the end differs"
    elif any(name and name.lower() == provider.name.lower() for name in names):
        cause += ": capital letters differ"
    return cause, f"write {quoted(provider.arn)} as Federated of {place}.Principal"
