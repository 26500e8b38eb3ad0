"""Issuers that many customers share, whose tokens IAM lets no role trust without saying whose.

Sources: observed decisions of IAM on trust policies; the list itself from IAM user guide, "Identity-provider controls
for shared OIDC providers". An issuer that is not on it, as Jobpass's is not, may be trusted under no condition at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobpass.explain.condition_operators import ConditionOperator
from jobpass.explain.federation import provider_name
from jobpass.explain.policy_document import Condition, Statement
from jobpass.explain.refusal import Refusal

MALFORMED = "MalformedPolicyDocument"

_GITHUB = "token.actions.githubusercontent.com"
_COGNITO = "cognito-identity.amazonaws.com"

# Which claim has to be scoped; `sub` unless it says otherwise.
LISTED: Mapping[str, str] = MappingProxyType(
    {
        _COGNITO: "aud",
        "agent.buildkite.com": "sub",
        "oidc.codefresh.io": "sub",
        "studio.datachain.ai/api": "sub",
        "oidc-configuration.audit-log.githubusercontent.com": "sub",
        "vstoken.actions.githubusercontent.com": "sub",
        "gitlab.com": "sub",
        "api.pulumi.com/oidc": "aud",
        "sandboxes.cloud": "aud",
        "scalr.io": "sub",
        "tokens.cloud.shisho.dev": "sub",
        "app.terraform.io": "sub",
        "proidc.upbound.io": "sub",
        "oidc.vercel.com": "aud",
    }
)
# Another kind of key, for one tenant of Microsoft's.
_MICROSOFT = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"

_BUILT_IN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "accounts.google.com": frozenset({"aud", "oaud", "sub"}),
        "www.amazon.com": frozenset({"app_id", "sub"}),
        "graph.facebook.com": frozenset({"app_id", "sub"}),
    }
)
_SCOPING = frozenset({"StringEquals", "StringLike", "StringEqualsIgnoreCase"})
_EXACT = frozenset({"StringEquals", "StringEqualsIgnoreCase"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What IAM wants of a statement that trusts a listed issuer: which keys, and which values scope nothing."""

    principal: str
    keys: tuple[str, ...]
    strict: bool = False

    def broken_by(self, statement: Statement) -> bool:
        found = [self._scoped(statement.conditions, key) for key in self.keys]
        return True not in found or False in found

    def _scoped(self, conditions: Iterable[Condition], key: str) -> bool | None:
        """Whether a key is scoped, by one operator at least; None where none evaluates it."""
        values = [line.values for line in conditions if line.key.lower() == key.lower() and _is(line, _SCOPING)]
        return any(not any(self._is_all(value) for value in line) for line in values) if values else None

    def _is_all(self, value: str) -> bool:
        return value.startswith("*") or not value.strip() if self.strict else value == "*"


def unscoped_trust(statement: Statement) -> Refusal | None:
    """Return what IAM says of a statement that trusts everybody of a shared issuer."""
    for principal in statement.principals.get("Federated", ()):
        refusal = _built_in(principal, statement) or _listed(principal, statement)
        if refusal is not None:
            return refusal
    return None


def _built_in(principal: str, statement: Statement) -> Refusal | None:
    claims = _BUILT_IN.get(principal)
    # Here names of keys do count capital letters, and the values are not looked at.
    if claims is None or any(
        _is(line, _EXACT) and line.key.startswith(f"{principal}:") and line.key.removeprefix(f"{principal}:") in claims
        for line in statement.conditions
    ):
        return None
    return Refusal(
        MALFORMED,
        f"Policy trusting {principal} requires a StringEquals condition on an application id",
        f"{statement.place} trusts every application at {principal}",
        f"add StringEquals on {principal}:{'aud' if 'aud' in claims else 'app_id'} with your application's ID",
    )


def _listed(principal: str, statement: Statement) -> Refusal | None:
    rule = _rule(principal)
    if rule is None or not rule.broken_by(statement):
        return None
    if rule.principal == _COGNITO and not statement.conditions:
        message = "A condition block must be present for the Cognito provider"
    else:
        message = (
            f"Trust policy with trusted principal {rule.principal} must evaluate, using StringEquals, StringLike or "
            f"StringEqualsIgnoreCase, {' or '.join(rule.keys)} which is not scoped to all."
        )
    return Refusal(
        MALFORMED,
        message,
        f"{statement.place} trusts every customer of {rule.keys[0].rpartition(':')[0]}",
        f"add StringEquals or StringLike on {rule.keys[0]} with a value that begins with what is yours",
    )


def _rule(principal: str) -> _Rule | None:
    name = provider_name(principal) or principal
    if name.startswith(_GITHUB):  # By its beginning, and so for other hosts that begin like it.
        return _Rule(principal, (f"{name}:sub", f"{name}:job_workflow_ref"), strict=True)
    if name == _MICROSOFT:
        return _Rule(name, ("sts:RoleSessionName",))
    return _Rule(name, (f"{name}:{LISTED[name]}",)) if name in LISTED else None


def _is(condition: Condition, names: frozenset[str]) -> bool:
    """Whether a condition's operator counts as evaluating its key: with a set operator too, never with IfExists."""
    operator: ConditionOperator = condition.operator
    return operator.name in names and not operator.negated and not operator.if_exists
