"""Standing: what of a registration still holds under the deployment that is in force now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.registration import Registration


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """What a token or a session for a role must be: whom it may be for, and how long a session lasts at most."""

    audiences: tuple[str, ...]
    max_session_seconds: int


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """What the jobs of one platform may have: `roles` are the parts of ARNs after `role/`."""

    audiences: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A registration, and what of its audiences and roles (by ARN) still holds."""

    registration: Registration
    audiences: tuple[str, ...]
    aws_audiences: tuple[str, ...]
    roles: Mapping[str, RoleTerms]


@dataclass(frozen=True, slots=True)
class Standing:
    """What each platform's jobs may have, and what each role, by the part of its ARN after `role/`, asks for."""

    platforms: Mapping[str, PlatformTerms]
    roles: Mapping[str, RoleTerms]
    aws_audiences: tuple[str, ...]

    def entitlement(self, registration: Registration) -> Entitlement:
        """Return what a registration still entitles its job to.

        Raises:
            InvalidTokenError: its platform is gone from the deployment, and the right of its jobs with it.
        """
        terms = self.platforms.get(registration.platform)
        if terms is None:
            raise InvalidTokenError("the platform of this job is no longer part of the deployment: register it anew")
        audiences = tuple(each for each in registration.audiences if each in terms.audiences)
        roles = {}
        for arn in registration.roles:
            _, _, path = arn.partition(":role/")
            if path in terms.roles and path in self.roles:
                roles[arn] = self.roles[path]
        for_aws = tuple(each for each in audiences if each in self.aws_audiences)
        return Entitlement(registration, audiences, for_aws, roles)

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Return what a deployment lets stand."""
        paths = {name: role.arn_path for name, role in deployment.roles.items()}
        platforms = {
            each.name: PlatformTerms(each.audiences, tuple(paths[name] for name in each.roles))
            for each in deployment.platforms.values()
        }
        roles = {
            each.arn_path: RoleTerms(each.audiences, each.max_session_seconds) for each in deployment.roles.values()
        }
        return cls(platforms, roles, deployment.aws_audiences)

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same standing."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the standing that `to_document` wrote."""
        platforms = {
            name: PlatformTerms(tuple(each["audiences"]), tuple(each["roles"]))
            for name, each in document["platforms"].items()
        }
        roles = {
            path: RoleTerms(tuple(each["audiences"]), each["max_session_seconds"])
            for path, each in document["roles"].items()
        }
        return cls(platforms, roles, tuple(document["aws_audiences"]))
