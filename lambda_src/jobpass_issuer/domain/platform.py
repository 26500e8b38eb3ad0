"""A platform: who registers jobs, and which ones it may."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from jobpass_issuer.domain.string_like import like


@dataclass(frozen=True, slots=True)
class Platform:
    """What one platform's registrations must satisfy.

    `invocation_role` is the name of the IAM role whose sessions are this platform, None where it has no AWS
    credentials. `where` says which value each field must have (`*` and `?` as in StringLike), `roles` names the
    trusting roles its jobs may pin. `public_keys` are the JWKs whose private halves prove the platform, each with its
    `kid` and `alg` (RFC 7517, section 4), no two with one `kid`.
    """

    name: str
    invocation_role: str | None
    profiles: tuple[str, ...]
    audiences: tuple[str, ...]
    where: Mapping[str, str]
    roles: tuple[str, ...]
    max_job_seconds: int
    public_keys: tuple[Mapping[str, str], ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same platform."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the platform that `to_document` wrote."""
        lists = {name: tuple(document[name]) for name in ("profiles", "audiences", "roles", "public_keys")}
        return cls(**{**document, **lists})


def is_as_demanded(name: str, wanted: str, fields: Mapping[str, str], otherwise: Mapping[str, str]) -> bool:
    """Whether one field of a job is as its platform's `where` says (`*` and `?` as in StringLike).

    A field that is absent is so only where that is what stands for it in the subject (`otherwise`): `*` wants a value.
    """
    return like(wanted, fields[name]) if name in fields else wanted == otherwise.get(name)
