"""Why one condition of a trust policy does not hold, and the one thing to change."""

from collections.abc import Mapping
from typing import Any

from jobpass.explain.condition_keys import OWN_CLAIMS, TAG_PREFIX, UNLISTED_ISSUERS, claims_known
from jobpass.explain.federation import Provider
from jobpass.explain.policy_value import PolicyValue
from jobpass.explain.quoting import listed, plain, quoted
from jobpass.explain.trust_policy import ConditionResult


def condition_obstacle(line: ConditionResult, provider: Provider, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Return the cause and the remedy for a condition that is not met."""
    if line.actual is None:
        return _absent(line, provider, claims)
    told = f"{plain(line.key)} is {listed(line.actual)}; {line.operator} wants {listed(line.expected)}"
    hint = _near_miss(line)
    if hint is not None:
        return f"{told}: {hint[0]}", hint[1]
    if line.key.lower() == "sts:roleauthorizedbyidp":
        return told, "ask the issuer for a token pinned to this role: only its roles claim makes this true"
    if line.operator.rpartition(":")[2] == "Null":
        return told, f"present a token without {plain(line.key)}, or take the condition out"
    return told, f"present a token whose value fits, or change the value in the policy to fit {listed(line.actual)}"


def _absent(line: ConditionResult, provider: Provider, claims: Mapping[str, Any]) -> tuple[str, str]:
    """The cause where the request has no such key at all."""
    cause = f"{plain(line.key)} is not there; {line.operator} wants {listed(line.expected)}"
    prefix, _, name = line.key.rpartition(":")
    lower = line.key.lower()
    if lower.startswith(TAG_PREFIX.lower()) or lower in ("aws:tagkeys", "sts:transitivetagkeys"):
        return cause, "make the issuer put the session tag into the token's tags claim"
    if lower == "sts:sourceidentity":
        return cause, "make the issuer put a source identity into the token"
    if lower.startswith(("aws:", "sts:")):
        return cause, "take the condition out: a web identity's call has no such key"
    if prefix.lower() != provider.name.lower():
        return (
            f"{cause}; the keys of this token begin with {quoted(provider.name + ':')}",
            f"write {quoted(f'{provider.name}:{name}')} as the key",
        )
    if name.lower() in (known.lower() for known in claims_known(provider)):
        return f"{cause}; the token has no claim {quoted(name)}", f"make the issuer put {quoted(name)} into the token"
    there = "is in the token, but" if name in claims else "would not help in the token:"
    cause += f"; the claim {quoted(name)} {there} AWS makes keys of {', '.join(claims_known(provider))} alone"
    if provider.name.split("/")[0] in UNLISTED_ISSUERS:
        cause += " (and of some more for this issuer: see AWS's list of its keys)"
    remedy = f"put what {quoted(name)} says into `sub`, or into a session tag and ask for aws:RequestTag/{plain(name)}"
    return cause, remedy + (", or use one of those" if provider.name in OWN_CLAIMS else "")


def _near_miss(line: ConditionResult) -> tuple[str, str] | None:
    """The mistake behind a value that nearly fits."""
    base = line.operator.rpartition(":")[2].removesuffix("IfExists")
    if base not in ("StringEquals", "StringLike", "StringEqualsIgnoreCase") or not line.actual:
        return None
    for actual in line.actual:
        for expected in line.expected:
            found = _difference(base, expected, actual)
            if found is not None:
                return found
    return None


def _difference(base: str, expected: str, actual: str) -> tuple[str, str] | None:
    def like(pattern: str, text: str) -> bool:
        return PolicyValue(((pattern, True),)).like(text)

    if base != "StringLike" and like(expected, actual):
        return f"{base} takes `*` and `?` for themselves", f"write StringLike instead of {base}"
    if like(expected.lower(), actual.lower()):
        return "capital letters differ", f"write it as it stands in {quoted(actual)}, letter for letter"
    if like(expected.strip(), actual.strip()):
        return "a blank at the beginning or the end differs", "take the blank out"
    if like(expected.rstrip("/"), actual.rstrip("/")):
        return "a slash at the end differs", f"write {quoted(actual)}"
    return _first_different_part(expected, actual)


def _first_different_part(expected: str, actual: str) -> tuple[str, str] | None:
    """The first of the parts between colons in which two subjects of one form differ."""
    wanted, given = expected.split(":"), actual.split(":")
    pairs = enumerate(zip(wanted, given, strict=False))
    place = next((index for index, (want, have) in pairs if not PolicyValue(((want, True),)).like(have)), None)
    if place is None or len(wanted) != len(given) or len(wanted) < 2:
        return None
    name = f"after {quoted(given[place - 1])} " if place else ""
    return (
        f"{name}{quoted(given[place])} stands where the policy wants {quoted(wanted[place])}",
        f"present a token with {quoted(wanted[place])} there, or write {quoted(actual)} in the policy",
    )
