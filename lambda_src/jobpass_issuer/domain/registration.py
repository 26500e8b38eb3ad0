"""A registration: a job's right to ID tokens, for which audiences, and until when."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

AwsClaims = Literal["full", "none"]
# A source identity that is another one for each token: its `jti`. No real one has braces.
EACH_TOKENS_JTI = "{jti}"


@dataclass(frozen=True, slots=True)
class Registration:
    """What a platform registered for one job; times are Unix seconds.

    Everything that a token says of the job is settled here, so that issuing one reads nothing else: `subject`,
    `claims`, `session_tags` and `source_identity` are the profile's templates filled in; where there is nothing to fill
    in, `source_identity` is `EACH_TOKENS_JTI`, and None where there shall be none. `roles` are those that a token
    may be pinned to and credentials drawn for, ARN to name (an empty one where it was not kept); `pinned` tokens are
    for these alone, and `obstacles` says what stood between the job and some of them when it was registered.
    `default_audience` is one of `audiences`.
    """

    job_id: str
    platform: str
    profile: str
    fields: Mapping[str, str]
    subject: str
    claims: Mapping[str, Any]
    session_tags: Mapping[str, str]
    source_identity: str | None
    aws_claims: AwsClaims
    audiences: tuple[str, ...]
    roles: Mapping[str, str]
    secret_sha256: str
    registered_at: int
    expires_at: int
    ended_at: int | None = None
    transitive_tags: tuple[str, ...] = ()
    pinned: bool = False
    obstacles: Mapping[str, str] = field(default_factory=dict)
    default_audience: str | None = None
    token_lifetime_seconds: int | None = None

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
        """Return the registration that `to_document` wrote, now or in a version whose members were others."""
        known = {name: value for name, value in document.items() if name in _MEMBERS}
        for name in ("audiences", "transitive_tags"):
            known[name] = tuple(known.get(name, ()))
        if not isinstance(known["roles"], dict):
            known["roles"] = dict.fromkeys(known["roles"], "")
        return cls(**known)


# Looked up once, not for each token.
_MEMBERS = frozenset(each.name for each in fields(Registration))
