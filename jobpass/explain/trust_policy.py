"""The decision of a trust policy on one call, statement by statement and condition by condition.

Source: IAM user guide, "Policy evaluation logic": a Deny that applies outweighs every Allow, and what nothing allows
is refused. Beside AssumeRoleWithWebIdentity a token with tags needs sts:TagSession, one with a source identity
sts:SetSourceIdentity.
"""

from dataclasses import dataclass

from jobpass.explain.condition_keys import ConditionKeys
from jobpass.explain.federation import Provider
from jobpass.explain.policy_document import Condition, PolicyDocument, Statement
from jobpass.explain.policy_value import PolicyValue

ASSUME = "sts:AssumeRoleWithWebIdentity"
TAG_SESSION = "sts:TagSession"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition: what the policy expects, what the request has (None: no such key), and whether it holds."""

    operator: str
    key: str
    expected: tuple[str, ...]
    actual: tuple[str, ...] | None
    matched: bool

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "operator": self.operator,
            "key": self.key,
            "expected": list(self.expected),
            "actual": None if self.actual is None else list(self.actual),
            "matched": self.matched,
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
        """Whether the policy lets the call through."""
        return self.denied_by is None and not self.missing

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
            tuple(_evaluated(condition, keys, policy.knows_variables) for condition in statement.conditions),
        )
        for statement in policy.statements
    )
    return TrustResult(needed, tuple(results))


def _names_provider(statement: Statement, provider: Provider) -> bool:
    """Whether a statement is about the provider's tokens.

    As observed, `{"AWS": "*"}` does not allow a web identity. NOTE: whether a bare `*` denies one was not observed; it
    is taken to, so that no refusal is overlooked.
    """
    if not statement.allows and "*" in statement.principals:
        return True
    return provider.arn in statement.principals.get("Federated", ())


def names_action(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action; at run time their names ignore case."""
    patterns = (PolicyValue(((pattern.lower(), True),)) for pattern in statement.actions)
    return any(pattern.like(action.lower()) for pattern in patterns) is not statement.excludes_actions


def _evaluated(condition: Condition, keys: ConditionKeys, variables: bool) -> ConditionResult:
    actual = keys.get(condition.key)
    values = [PolicyValue.of(text, keys.single, variables=variables) for text in condition.values]
    wanted = [value for value in values if value is not None]
    # A variable that stands for nothing makes its statement apply to nothing, as AWS warns.
    resolved = len(wanted) == len(values) or (condition.operator.if_exists and actual is None)
    matched = resolved and condition.operator.holds(wanted, actual)
    return ConditionResult(condition.operator_name, condition.key, condition.values, actual, matched)
