"""The whole of `jobpass.yaml`, typed."""

from typing import Literal

from pydantic import Field

from jobpass.configuration.account_settings import AccountSettings, TrustSettings
from jobpass.configuration.canary_settings import OFF, CanarySettings
from jobpass.configuration.issuer_settings import ApiSettings, IssuerSettings, SigningSettings
from jobpass.configuration.platform_settings import PlatformSettings
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass.configuration.role_settings import RoleSettings
from jobpass.configuration.settings import DEPLOYMENT_NAME, Name, Settings
from jobpass.configuration.token_function_settings import TokenFunctionSettings
from jobpass.configuration.watch_settings import AlarmSettings, AuditSettings
from jobpass_issuer.domain import canary
from jobpass_issuer.domain.deployment import Deployment


class Configuration(Settings):
    """One deployment of Jobpass. `jobpass.configuration.load` makes it, and checks what no single part can see."""

    name: str = Field(default="jobpass", pattern=DEPLOYMENT_NAME)
    """Names the stack and begins the names of its roles."""

    issuer: IssuerSettings = IssuerSettings()
    """Where the issuer is found, and how long its tokens live."""

    signing: SigningSettings = SigningSettings()
    """How ID tokens are signed, and how long by one key."""

    api: ApiSettings = ApiSettings()
    """The HTTP API that platforms and jobs call."""

    token_function: TokenFunctionSettings = TokenFunctionSettings()
    """The function that issues ID tokens: its memory, and how many of it there are."""

    audit: AuditSettings = AuditSettings()
    """How signatures are accounted for."""

    alarms: AlarmSettings = AlarmSettings()
    """Who is told of alarms, and from when on."""

    canary: CanarySettings = CanarySettings()
    """The function that proves on schedule that the issuer grants and refuses."""

    retention: Literal["retain", "destroy"] = "retain"
    """What `cdk destroy` does with the table, the documents, the signing keys and the log files of a trail."""

    deletion_protection: bool = True
    """Whether DynamoDB refuses to delete the table. Must be false where retention is `destroy`."""

    profiles: dict[Name, ProfileSettings] = Field(min_length=1)
    """How each kind of job is described, by name."""

    platforms: dict[Name, PlatformSettings] = Field(min_length=1)
    """Who may register which jobs, by name."""

    roles: dict[Name, RoleSettings] = Field(default={})
    """Who is trusted with what, by name: each becomes an IAM role."""

    accounts: dict[Name, AccountSettings] = Field(default={})
    """The other AWS accounts in which there are such roles, by name."""

    trust: TrustSettings = TrustSettings()
    """How the issuer's own account comes to trust it."""

    @property
    def account_ids(self) -> dict[str, str]:
        """The numbers of the other accounts, by name."""
        return {name: each.id for name, each in self.accounts.items()}

    @property
    def takes_assertions(self) -> bool:
        """Whether a platform proves itself with client assertions; without one, nothing of them is deployed."""
        return any(each.public_keys for each in self.platforms.values())

    @property
    def has_canary(self) -> bool:
        """Whether a canary is deployed."""
        return self.canary.every_minutes != OFF

    def front_door(self) -> Deployment:
        """Return what the functions that answer platforms and jobs know: the deployment, and the canary's own part."""
        return canary.watched(self.deployment(), self.name) if self.has_canary else self.deployment()

    def deployment(self) -> Deployment:
        """Return the profiles, platforms and roles that the file names."""
        return Deployment(
            profiles={name: each.profile(name) for name, each in self.profiles.items()},
            platforms={name: each.platform(name, self.name) for name, each in self.platforms.items()},
            roles={name: each.role(name, self.name, self.account_ids) for name, each in self.roles.items()},
        )
