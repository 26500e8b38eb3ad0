"""What is worth knowing beside the verdict: texts that mean several things, and policies that allow too much."""

from collections.abc import Sequence

from jobpass.explain import sts_errors
from jobpass.explain.condition_operators import FOR_ALL
from jobpass.explain.quoting import plain
from jobpass.explain.refusal import Refusal
from jobpass.explain.trust_policy import ASSUME, StatementResult, TrustResult
from jobpass.explain.verdict import Check

_AMBIGUOUS = {
    sts_errors.NOT_VALIDATED: "a wrong audience, a bad signature and a JWK with `key_ops`",
    sts_errors.NO_KEY: "an unknown `kid`, a key that cannot be used, too many keys and documents that do not answer",
    sts_errors.NOT_AUTHORIZED: "a policy that does not match, a Deny, and a role or provider that is seconds old",
}


def notes(checks: Sequence[Check], result: TrustResult | None, unacceptable: Refusal | None) -> tuple[str, ...]:
    """Return what to say beside a verdict, most telling first; `unacceptable` is why IAM would not set the policy."""
    refusal = next((check.refusal for check in checks if check.refusal is not None), None)
    told: list[str] = []
    if refusal is not None and refusal.message in _AMBIGUOUS:
        told.append(f"STS says the same for {_AMBIGUOUS[refusal.message]}: its text alone does not tell them apart")
    elif refusal is None and result is not None:
        for found in result.statements:
            if found.statement.allows and found.applies_to(ASSUME):
                told += _too_wide(found)
        told.append("a role or provider that was just made is refused for some ten seconds all the same")
    if unacceptable is not None:
        told.append(f"IAM would refuse to set this trust policy today: {unacceptable.cause}; {unacceptable.remedy}")
    return tuple(told)


def _too_wide(found: StatementResult) -> list[str]:
    place = found.statement.place
    if not found.conditions:
        return [f"{place} has no condition: every job of this issuer may assume the role"]
    told = [
        f"{place}: {line.operator} on {plain(line.key)} also holds for tokens without it; leave {FOR_ALL} out"
        for line in found.conditions
        if line.operator.startswith(FOR_ALL)
    ]
    if not any(line.key.lower().endswith(":sub") for line in found.conditions):
        told.append(f"{place} does not ask who the job is: it has no condition on the subject")
    return told
