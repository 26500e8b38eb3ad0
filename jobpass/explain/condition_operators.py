"""Condition operators: their names, and whether one holds for the values of a policy and those of a request.

Sources: IAM user guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context
keys".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobpass.explain.condition_comparisons import COMPARISONS, NEGATED
from jobpass.explain.policy_value import PolicyValue

NULL = "Null"
FOR_ANY, FOR_ALL = "ForAnyValue", "ForAllValues"
_IF_EXISTS = "IfExists"


@dataclass(frozen=True, slots=True)
class ConditionOperator:
    """An operator: what it compares by, whether it asks for no match, and how it takes several values or none."""

    name: str
    negated: bool = False
    quantifier: str = ""
    if_exists: bool = False

    @classmethod
    def named(cls, text: str) -> "ConditionOperator | None":
        """Return the operator of a name such as `ForAnyValue:StringNotLikeIfExists`, or None where IAM has none."""
        quantifier, colon, rest = text.rpartition(":")
        if colon and quantifier not in (FOR_ANY, FOR_ALL):
            return None
        if rest == NULL:
            return cls(NULL, quantifier=quantifier)
        if_exists = rest.endswith(_IF_EXISTS)
        base = rest.removesuffix(_IF_EXISTS)
        if base not in COMPARISONS and base not in NEGATED:
            return None
        return cls(NEGATED.get(base, base), base in NEGATED, quantifier, if_exists)

    def holds(self, wanted: Sequence[PolicyValue], actual: Sequence[str] | None) -> bool:
        """Whether the condition is met; `actual` is None where the request has no such key."""
        if self.name == NULL:
            return any(value.text.lower() == ("true" if actual is None else "false") for value in wanted)
        if actual is None:
            return self._holds_for_nothing()
        if self.quantifier == FOR_ALL:
            # A value that is empty counts as none here.
            return all(self._holds_for(wanted, value) for value in actual if value)
        if self.quantifier == FOR_ANY or not self.negated:
            return any(self._holds_for(wanted, value) for value in actual)
        return all(self._holds_for(wanted, value) for value in actual)

    def _holds_for_nothing(self) -> bool:
        """For a key that is not there: no match, unless the name says otherwise."""
        if self.if_exists or self.quantifier == FOR_ALL:
            return True
        return self.negated and self.quantifier != FOR_ANY

    def _holds_for(self, wanted: Sequence[PolicyValue], actual: str) -> bool:
        """Several values in a policy are alternatives; a negated operator wants none of them to match."""
        return any(COMPARISONS[self.name](value, actual) for value in wanted) is not self.negated
