"""A trusting role: which jobs an IAM role trusts, as one definition for the policy and for the answer to a job."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from jobpass_issuer.domain.errors import listed
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import like

ACTIONS = ("sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity")


@dataclass(frozen=True, slots=True)
class TrustingRole:
    """Which jobs of which profile a role trusts; `arn_path` is the part of its ARN after `role/`."""

    name: str
    arn_path: str
    profile: str
    when: Mapping[str, str]
    audiences: tuple[str, ...]
    pin_required: bool = False
    max_session_seconds: int = 3600

    def arn(self, partition: str, account_id: str) -> str:
        """Return the role's ARN in an account."""
        return f"arn:{partition}:iam::{account_id}:role/{self.arn_path}"

    def trust_policy(self, profile: Profile, issuer: Issuer, provider_arn: str) -> dict[str, Any]:
        """Return the trust policy that admits exactly these jobs (IAM, "Create a role for OIDC federation").

        The issuer and the ARN may hold placeholders that CloudFormation fills in later.
        """
        pattern = profile.subject.pattern(profile.complete(self.when))
        audiences: str | list[str] = self.audiences[0] if len(self.audiences) == 1 else list(self.audiences)
        condition: dict[str, dict[str, Any]] = {"StringEquals": {f"{issuer.host_and_path}:aud": audiences}}
        condition.setdefault(pattern.operator, {})[f"{issuer.host_and_path}:sub"] = pattern.text
        if self.pin_required:
            condition["Bool"] = {"sts:RoleAuthorizedByIdp": "true"}
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": list(ACTIONS),
            "Condition": condition,
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def obstacle(self, profile: str, fields: Mapping[str, str], audiences: tuple[str, ...]) -> str | None:
        """Return what keeps a job from this role, named by field and value, or None where nothing does."""
        if profile != self.profile:
            return f"profile is `{profile}`; the role wants `{self.profile}`"
        for name, wanted in self.when.items():
            value = fields.get(name, "")
            if not like(wanted, value):
                return f"{name} is `{value}`; the role wants `{wanted}`"
        if not set(audiences) & set(self.audiences):
            return f"audiences are {_listed(audiences)}; the role wants {_listed(self.audiences)}"
        return None

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same role."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the role that `to_document` wrote."""
        return cls(**{**document, "audiences": tuple(document["audiences"])})


def _listed(values: tuple[str, ...]) -> str:
    return listed([f"`{value}`" for value in values])
