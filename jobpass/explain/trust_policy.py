"""The decision of a trust policy on one call, statement by statement and condition by condition.

Source: IAM user guide, "Policy evaluation logic": a Deny that applies outweighs every Allow, and what nothing allows
is refused. Beside AssumeRoleWithWebIdentity a token with tags needs sts:TagSession, one with a source identity
sts:SetSourceIdentity.
"""

from dataclasses import dataclass, replace

from jobpass.explain.condition_keys import ConditionKeys
from jobpass.explain.federation import Provider
from jobpass.explain.policy_document import Condition, PolicyDocument, Statement
from jobpass.explain.policy_value import PolicyValue

ASSUME = "sts:AssumeRoleWithWebIdentity"
TAG_SESSION = "sts:TagSession"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition: what the policy expects, what the request has (None: no such key), and whether it holds.

    `is_open` is whether that cannot be told, since the key is the call's; `matched` is then what lets the call through.
    """

    operator: str
    key: str
    expected: tuple[str, ...]
    actual: tuple[str, ...] | None
    matched: bool
    is_open: bool = False

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "operator": self.operator,
            "key": self.key,
            "expected": list(self.expected),
            "actual": None if self.actual is None else list(self.actual),
            "matched": None if self.is_open else self.matched,
        }


@dataclass(frozen=True, slots=True)
class StatementResult:
    """One statement: whether it names the provider, which of the needed actions it names, and its conditions."""

    statement: Statement
    principal_matched: bool
    actions_matched: tuple[str, ...]
    conditions: tuple[ConditionResult, ...]

    @property
    def conditions_matched(self) -> bool:
        """Whether every condition holds."""
        return all(condition.matched for condition in self.conditions)

    def applies_to(self, action: str) -> bool:
        """Whether the statement decides on an action of this call."""
        return self.principal_matched and action in self.actions_matched and self.conditions_matched

    def at_worst(self) -> "StatementResult":
        """Return it with what cannot be told against the call."""
        lines = (replace(line, matched=not line.matched) if line.is_open else line for line in self.conditions)
        return replace(self, conditions=tuple(lines))

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "statement": self.statement.place,
            "sid": self.statement.sid,
            "effect": self.statement.effect,
            "principal_matched": self.principal_matched,
            "actions_matched": list(self.actions_matched),
            "conditions": [condition.to_document() for condition in self.conditions],
        }


@dataclass(frozen=True, slots=True)
class TrustResult:
    """What a trust policy says to one call; `needed` are the actions that the call takes."""

    needed: tuple[str, ...]
    statements: tuple[StatementResult, ...]

    @property
    def denied_by(self) -> StatementResult | None:
        """The statement that denies the call, if one does."""
        return next((result for result in self._applying(allow=False)), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """The actions that no statement allows."""
        granted = {action for result in self._applying(allow=True) for action in result.actions_matched}
        return tuple(action for action in self.needed if action not in granted)

    @property
    def allowed(self) -> bool:
        """Whether the policy lets the call through, as far as can be told."""
        return self.denied_by is None and not self.missing

    @property
    def open_keys(self) -> tuple[str, ...]:
        """The keys of the call on which it depends whether the policy lets it through; none where it is certain."""
        if not self.allowed or TrustResult(self.needed, tuple(each.at_worst() for each in self.statements)).allowed:
            return ()
        return tuple(dict.fromkeys(line.key for each in self.statements for line in each.conditions if line.is_open))

    def _applying(self, *, allow: bool) -> list[StatementResult]:
        return [
            result
            for result in self.statements
            if result.statement.allows is allow and any(result.applies_to(action) for action in self.needed)
        ]


def needed_actions(*, tags: bool, source_identity: bool) -> tuple[str, ...]:
    """Return the actions that a call takes, by what its token carries."""
    return (ASSUME, *((TAG_SESSION,) if tags else ()), *((SET_SOURCE_IDENTITY,) if source_identity else ()))


def evaluate(policy: PolicyDocument, provider: Provider, needed: tuple[str, ...], keys: ConditionKeys) -> TrustResult:
    """Evaluate a trust policy for a provider's token."""
    results = (
        StatementResult(
            statement,
            _names_provider(statement, provider),
            tuple(action for action in needed if names_action(statement, action)),
            tuple(_evaluated(each, keys, policy.knows_variables, statement.allows) for each in statement.conditions),
        )
        for statement in policy.statements
    )
    return TrustResult(needed, tuple(results))


def _names_provider(statement: Statement, provider: Provider) -> bool:
    """Whether a statement is about the provider's tokens.

    As observed, `{"AWS": "*"}` does not allow a web identity. NOTE: whether a `*` denies one, by itself or for a type
    of principals, was not observed; it is taken to, so that no refusal is overlooked.
    """
    if not statement.allows and any("*" in members for members in statement.principals.values()):
        return True
    return provider.arn in statement.principals.get("Federated", ())


def names_action(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action; at run time their names ignore case."""
    patterns = (PolicyValue(((pattern.lower(), True),)) for pattern in statement.actions)
    return any(pattern.like(action.lower()) for pattern in patterns) is not statement.excludes_actions


def _evaluated(condition: Condition, keys: ConditionKeys, variables: bool, allows: bool) -> ConditionResult:
    actual = keys.get(condition.key)
    named = (name for text in condition.values for name in PolicyValue.variables(text)) if variables else ()
    if any(map(keys.is_open, (condition.key, *named))):
        return ConditionResult(condition.operator_name, condition.key, condition.values, None, allows, is_open=True)
    values = [PolicyValue.of(text, keys.single, variables=variables) for text in condition.values]
    wanted = [value for value in values if value is not None]
    # A variable that stands for nothing makes its statement apply to nothing, as AWS warns.
    resolved = len(wanted) == len(values) or (condition.operator.if_exists and actual is None)
    matched = resolved and condition.operator.holds(wanted, actual)
    return ConditionResult(condition.operator_name, condition.key, condition.values, actual, matched)
