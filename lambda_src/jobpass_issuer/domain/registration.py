"""A registration: a job's right to ID tokens, for which audiences, and until when."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

AwsClaims = Literal["full", "none"]


@dataclass(frozen=True, slots=True)
class Registration:
    """What a platform registered for one job; times are Unix seconds.

    Everything that a token says of the job is settled here, so that issuing one reads nothing else: `subject`,
    `claims`, `session_tags` and `source_identity` are the profile's templates filled in. `aws_audiences` are those of
    `audiences` that are client IDs of the IAM provider; `roles` are ARNs that a token may be pinned to.
    """

    job_id: str
    platform: str
    profile: str
    fields: Mapping[str, str]
    subject: str
    claims: Mapping[str, str]
    session_tags: Mapping[str, str]
    source_identity: str | None
    aws_claims: AwsClaims
    audiences: tuple[str, ...]
    aws_audiences: tuple[str, ...]
    roles: tuple[str, ...]
    secret_sha256: str
    registered_at: int
    expires_at: int
    ended_at: int | None = None

    def is_live(self, now: int) -> bool:
        """Whether the job still has a right to tokens."""
        return self.ended_at is None and now < self.expires_at

    def ended(self, at: int) -> "Registration":
        """Return this registration, ended."""
        return replace(self, ended_at=at)

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same registration."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the registration that `to_document` wrote."""
        lists = {name: tuple(document[name]) for name in ("audiences", "aws_audiences", "roles")}
        return cls(**{**document, **lists})
