"""Whom a trust policy trusts: the issuer, and IAM's record of it in the role's account."""

import json
import re
from dataclasses import dataclass
from typing import Any, Self

from jobpass_issuer.domain.issuer import Issuer, url_mistake
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

_PROVIDER_ARN = re.compile(r"arn:aws(?:-cn|-us-gov)?:iam::[0-9]{12}:oidc-provider/(?P<host_and_path>.+)")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Trust:
    """An issuer and the ARN of its OIDC provider."""

    issuer: Issuer
    provider_arn: str

    @classmethod
    def by_provider(cls, arn: str, issuer_url: str | None) -> Self:
        """Return the trust in a provider, whose ARN names its issuer; `issuer_url` must be the same where it is known.

        Raises:
            ValueError: no provider's ARN, or another issuer's; the text has the remedy.
        """
        match = _PROVIDER_ARN.fullmatch(arn)
        if match is None:
            example = "arn:aws:iam::111122223333:oidc-provider/oidc.example.com"
            raise ValueError(f"`{arn}` is no ARN of an OIDC provider: write it whole, such as `{example}`")
        named = f"https://{match['host_and_path']}"
        if issuer_url is not None and issuer_url != named:
            raise ValueError(f"the provider is that of `{named}`, and the issuer is `{issuer_url}`: name the same one")
        return cls(_issuer(named), arn)

    @classmethod
    def in_account(cls, account_id: str, issuer_url: str) -> Self:
        """Return the trust in the provider that an account of the partition `aws` has for an issuer.

        Raises:
            ValueError: no account number, or a URL that IAM does not take; the text has the remedy.
        """
        if not _ACCOUNT.fullmatch(account_id):
            raise ValueError(f"`{account_id}` is no account number: write its 12 digits, such as `111122223333`")
        issuer = _issuer(issuer_url)
        return cls(issuer, f"arn:aws:iam::{account_id}:oidc-provider/{issuer.host_and_path}")

    def policy(self, role: TrustingRole, profile: Profile) -> dict[str, Any]:
        """Return the trust policy of a role in this provider's account."""
        return role.trust_policy(profile, self.issuer, self.provider_arn)


def length(policy: dict[str, Any]) -> int:
    """Return how many characters IAM counts: it leaves blanks out (IAM user guide, "IAM and AWS STS quotas")."""
    return len(json.dumps(policy, separators=(",", ":")))


def _issuer(url: str) -> Issuer:
    mistake = url_mistake(url)
    if mistake:
        raise ValueError(f"the issuer's URL `{url}` {mistake}")
    return Issuer(url)
