"""The role's side: the role, the OIDC providers of its account, and how much of both is certain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobpass.explain import Account, Provider
from jobpass_issuer.domain.trusting_role import TrustingRole

# What stands where an account or an issuer is not known and makes no difference.
ANY_ACCOUNT = "000000000000"
ANY_ISSUER = "https://oidc.example.com"


@dataclass(frozen=True, slots=True)
class RoleSide:
    """A role's account. `assumed` says what was taken for granted, `unseen` what could not be looked at.

    `trusting` is the definition of a role that `jobpass.yaml` names; `arn_known` is whether the ARN is its own and
    not one that stands for it.
    """

    account: Account
    trusting: TrustingRole | None = None
    assumed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    arn_known: bool = True

    @property
    def issuer(self) -> str | None:
        """The issuer that the role trusts, where it is one alone and its account has a provider for it."""
        named = set(federated(self.account.role.trust_policy)) if self.account.role else set()
        found = [provider.issuer for provider in self.account.providers if provider.arn in named]
        return found[0] if len(found) == 1 else None


def federated(policy: Any) -> Iterator[str]:
    """Return the federated principals that a trust policy names, whatever its form."""
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        named = principal.get("Federated") if isinstance(principal, Mapping) else None
        yield from (each for each in (named if isinstance(named, list) else [named]) if isinstance(each, str))


def provider(arn: str, client_ids: tuple[str, ...] = ()) -> Provider | None:
    """Return the provider of an ARN, None where the text is no ARN of one."""
    try:
        return Provider(arn, client_ids)
    except ValueError:
        return None
