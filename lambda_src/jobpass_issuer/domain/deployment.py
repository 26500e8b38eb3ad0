"""A deployment: the profiles, platforms and roles of one `jobpass.yaml`, as the jobs function carries them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from jobpass_issuer.domain.audience import AWS
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole


@dataclass(frozen=True, slots=True)
class Deployment:
    """Who may register which jobs, and which roles trust them, each by name."""

    profiles: Mapping[str, Profile]
    platforms: Mapping[str, Platform]
    roles: Mapping[str, TrustingRole]

    @property
    def aws_audiences(self) -> tuple[str, ...]:
        """The audiences that the roles of all accounts name, in order, and AWS's own: those that IAM knows somewhere.

        AWS's own counts though no role here names it: somebody may keep their roles elsewhere.
        """
        named = (audience for role in self.roles.values() for audience in role.audiences)
        return tuple(dict.fromkeys((*named, AWS)))

    def roles_in(self, account_id: str | None) -> tuple[TrustingRole, ...]:
        """Return the roles of an account, of the issuer's own for None."""
        return tuple(role for role in self.roles.values() if role.account_id == account_id)

    def client_ids(self, account_id: str | None) -> tuple[str, ...]:
        """Return the client IDs of an account's provider: exactly the audiences that its roles name, in order."""
        return tuple(dict.fromkeys(audience for role in self.roles_in(account_id) for audience in role.audiences))

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same deployment."""
        return {
            "profiles": [profile.to_document() for profile in self.profiles.values()],
            "platforms": [platform.to_document() for platform in self.platforms.values()],
            "roles": [role.to_document() for role in self.roles.values()],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the deployment that `to_document` wrote."""
        profiles = [Profile.from_document(each) for each in document["profiles"]]
        platforms = [Platform.from_document(each) for each in document["platforms"]]
        roles = [TrustingRole.from_document(each) for each in document["roles"]]
        return cls(
            {profile.name: profile for profile in profiles},
            {platform.name: platform for platform in platforms},
            {role.name: role for role in roles},
        )
