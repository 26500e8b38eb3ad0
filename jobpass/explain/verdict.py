"""What comes out: whether STS hands out credentials, and if not, the one thing in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jobpass.explain.condition_keys import ConditionKeys
from jobpass.explain.refusal import Refusal
from jobpass.explain.trust_policy import TrustResult


class Outcome(StrEnum):
    """How one check went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One step of STS: what it looks at, how it went, and what STS says where it fails."""

    name: str
    outcome: Outcome
    detail: str
    refusal: Refusal | None = None

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        refusal = None if self.refusal is None else self.refusal.to_document()
        return {"check": self.name, "outcome": str(self.outcome), "detail": self.detail, "refusal": refusal}


@dataclass(frozen=True, slots=True)
class Session:
    """The session that STS hands out."""

    subject: str
    audience: str
    provider_arn: str
    seconds: int
    tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "subject": self.subject,
            "audience": self.audience,
            "provider": self.provider_arn,
            "seconds": self.seconds,
            "tags": dict(self.tags),
            "source_identity": self.source_identity,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chain of checks in STS's order, all that could be made; the first that fails is what STS answers.

    A check that is skipped (a signature without a JWK Set) counts as neither; `session`, and `keys`, which is all that
    the policy is handed, are there where STS would get as far as the trust policy.
    """

    checks: tuple[Check, ...]
    trust: TrustResult | None = None
    session: Session | None = None
    keys: ConditionKeys | None = None
    notes: tuple[str, ...] = ()

    @property
    def refusal(self) -> Refusal | None:
        """What STS answers, with the decisive obstacle, or None where it hands out credentials."""
        return next((check.refusal for check in self.checks if check.refusal is not None), None)

    @property
    def allowed(self) -> bool:
        """Whether STS hands out credentials, as far as could be checked."""
        return self.refusal is None

    @property
    def open_keys(self) -> tuple[str, ...]:
        """The condition keys of the call on which it depends whether what is allowed is; none where it is certain."""
        return self.trust.open_keys if self.trust is not None and self.allowed else ()

    @property
    def further_obstacles(self) -> tuple[Refusal, ...]:
        """What would stand in the way next, once the decisive obstacle is gone."""
        return tuple(check.refusal for check in self.checks if check.refusal is not None)[1:]

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The names of the checks that could not be made."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.SKIPPED)

    def to_document(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        refusal = self.refusal
        return {
            "verdict": "refused" if refusal is not None else "unknown" if self.open_keys else "allowed",
            "error": None if refusal is None else refusal.to_document(),
            "unchecked": list(self.unchecked),
            "checks": [check.to_document() for check in self.checks],
            "statements": [] if self.trust is None else [result.to_document() for result in self.trust.statements],
            "needed_actions": [] if self.trust is None else list(self.trust.needed),
            "condition_keys": {} if self.keys is None else self.keys.to_document(),
            "session": None if self.session is None or refusal is not None else self.session.to_document(),
            "notes": list(self.notes),
        }
