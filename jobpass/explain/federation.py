"""What stands on AWS's side when a job presents its token: OIDC providers, the role, and the request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PROVIDER_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):oidc-provider/(?P<name>.+)")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/[\w+=,.@/-]+", re.ASCII)

DEFAULT_SESSION_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Provider:
    """An OIDC provider of an account: its ARN and its client IDs.

    The name is what stands after `oidc-provider/`: the issuer's URL without `https://`, letter for letter and with its
    trailing slash where it has one.
    """

    arn: str
    client_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _PROVIDER_ARN.fullmatch(self.arn):
            raise ValueError(
                f"{self.arn}: write the ARN of an OIDC provider, arn:aws:iam::<account>:oidc-provider/<host>"
            )

    @property
    def name(self) -> str:
        """The issuer's URL without `https://`, which is also the prefix of its condition keys."""
        return self.arn.partition(":oidc-provider/")[2]

    @property
    def issuer(self) -> str:
        """The URL that a token's `iss` must equal."""
        return f"https://{self.name}"

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        return self.arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Role:
    """A role as IAM holds it; the trust policy is its parsed JSON."""

    arn: str
    trust_policy: Mapping[str, Any]
    max_session_seconds: int = 3600

    def __post_init__(self) -> None:
        if not is_role_arn(self.arn):
            raise ValueError(f"{self.arn}: write the ARN of a role, arn:aws:iam::<account>:role/<name>")


@dataclass(frozen=True, slots=True)
class Request:
    """An AssumeRoleWithWebIdentity call, but for the token; None where it is not known.

    `keys` holds further condition keys of the request.
    """

    session_name: str | None = None
    duration_seconds: int | None = None
    provider_id: str | None = None
    source_ip: str | None = None
    keys: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def is_role_arn(text: str) -> bool:
    """Whether a text is the ARN of one role: no wildcard, lower case where ARNs are."""
    return _ROLE_ARN.fullmatch(text) is not None


def provider_name(arn: str) -> str | None:
    """Return the name in an OIDC provider's ARN, or None where the text is none."""
    found = _PROVIDER_ARN.fullmatch(arn)
    return found["name"] if found else None
