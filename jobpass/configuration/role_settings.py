"""The settings of a trusting role: which jobs it trusts, and with what."""

from typing import Annotated, Literal

from pydantic import Field

from jobpass.configuration.settings import FieldName, Name, PolicyArn, Settings
from jobpass_issuer.domain.trusting_role import TrustingRole

DEFAULT_AUDIENCE = "sts.amazonaws.com"


class RoleSettings(Settings):
    """Which jobs an IAM role trusts, and what they may do with it."""

    profile: Name
    """The kind of job that it trusts."""

    when: dict[FieldName, str] = Field(default={})
    """What the fields of such a job must be; `*` stands for any text, `?` for one character. Only fields of the
    profile's subject can stand here, since IAM sees nothing else of a token."""

    audiences: list[str] = Field(default=[DEFAULT_AUDIENCE], min_length=1)
    """The audiences that the role takes. All roles' audiences are the client IDs of the IAM provider: an audience
    meant for somebody else does not belong here."""

    managed_policies: list[PolicyArn] = Field(default=[], max_length=20)
    """The managed policies that the role has, by ARN."""

    pin: Literal["optional", "required"] = "optional"
    """Whether a token must be pinned to this role by name (the claim `https://aws.amazon.com/roles`)."""

    max_session_seconds: int = Field(default=3600, ge=3600, le=43_200)
    """How long a session of the role may last."""

    allow_any: Annotated[str, Field(min_length=10)] | None = None
    """The reason, in words, why this role may trust every job of the profile, or branches, tags and pull requests
    alike. Without a reason such a role is refused."""

    def role(self, name: str, deployment_name: str) -> TrustingRole:
        """Return the trusting role, named `<deployment>-<role>` in IAM."""
        return TrustingRole(
            name=name,
            arn_path=f"{deployment_name}-{name}",
            profile=self.profile,
            when=dict(self.when),
            audiences=tuple(self.audiences),
            pin_required=self.pin == "required",
            max_session_seconds=self.max_session_seconds,
        )
