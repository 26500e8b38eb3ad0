"""The settings of a trusting role: which jobs it trusts, and with what."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from jobpass.configuration.settings import ROLE_PATH, FieldName, InlinePolicyName, Name, PolicyArn, Settings
from jobpass_issuer.domain.audience import AWS
from jobpass_issuer.domain.trusting_role import TrustingRole

DEFAULT_AUDIENCE = AWS
# The version that knows policy variables; without one IAM reads a policy as of 2008.
POLICY_VERSION = "2012-10-17"


def _kind_of_when(value: object) -> str:
    return "list" if isinstance(value, list) else "mapping"


When = Annotated[
    Annotated[dict[FieldName, str], Tag("mapping")]
    | Annotated[list[dict[FieldName, str]], Field(min_length=1), Tag("list")],
    Discriminator(_kind_of_when),
]


class RoleSettings(Settings):
    """Which jobs an IAM role trusts, and what they may do with it."""

    profile: Name
    """The kind of job that it trusts."""

    when: When = Field(default={})
    """What the fields of such a job must be; `*` stands for any text, `?` for one character. A list has alternatives: a
    job must be as one of them says. Only fields of the profile's subject can stand here, since IAM sees nothing else of
    a token."""

    session_tags: dict[str, str] = Field(default={})
    """What tags of the session must be beside (`aws:RequestTag/<tag>`), `*` and `?` as in `when`. Only tags of the
    profile can stand here, and jobs registered with `aws_claims: none` have none of them."""

    audiences: list[str] = Field(default=[DEFAULT_AUDIENCE], min_length=1)
    """The audiences that the role takes. The audiences of all roles of an account are the client IDs of its IAM
    provider: an audience meant for somebody else does not belong here."""

    account: Name | None = None
    """The account that the role is in, by its name under `accounts`; without it the issuer's own."""

    path: str = Field(default="/", pattern=ROLE_PATH, max_length=512)
    """The role's path in IAM, such as `/jobs/`."""

    managed_policies: list[PolicyArn] = Field(default=[], max_length=20)
    """The managed policies that the role has, by ARN."""

    inline_policies: dict[InlinePolicyName, dict[str, Any]] = Field(default={})
    """Policies of the role's own, by name, each as IAM writes it: `{Statement: [{Effect: Allow, Action: …, Resource:
    …}]}`. Where `Version` is left out, `2012-10-17` is meant."""

    permissions_boundary: PolicyArn | None = None
    """The managed policy that bounds what the role may do at most, by ARN."""

    pin: Literal["optional", "required"] = "optional"
    """Whether a token must be pinned to this role by name (the claim `https://aws.amazon.com/roles`)."""

    max_session_seconds: int = Field(default=3600, ge=3600, le=43_200)
    """How long a session of the role may last."""

    allow_any: Annotated[str, Field(min_length=10)] | None = None
    """The reason, in words, why this role may trust every job of the profile, or branches, tags and pull requests
    alike. Without a reason such a role is refused."""

    @property
    def alternatives(self) -> tuple[Mapping[str, str], ...]:
        """What `when` says, as alternatives, one at least."""
        return tuple(self.when) if isinstance(self.when, list) else (self.when,)

    def inline_documents(self) -> dict[str, dict[str, Any]]:
        """Return the inline policies as they reach IAM, each with its version."""
        return {name: {"Version": POLICY_VERSION, **document} for name, document in self.inline_policies.items()}

    def role(self, name: str, deployment_name: str, account_ids: Mapping[str, str]) -> TrustingRole:
        """Return the trusting role, named `<deployment>-<role>` in IAM, given the accounts' numbers by name."""
        return TrustingRole(
            name=name,
            arn_path=f"{self.path[1:]}{deployment_name}-{name}",
            profile=self.profile,
            when=tuple(dict(each) for each in self.alternatives),
            audiences=tuple(self.audiences),
            pin_required=self.pin == "required",
            max_session_seconds=self.max_session_seconds,
            account_id=None if self.account is None else account_ids.get(self.account),
            session_tags=dict(self.session_tags),
        )
