"""Standing: what of a registration still holds under the deployment that is in force now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.platform import is_as_demanded
from jobpass_issuer.domain.registration import Registration

if TYPE_CHECKING:
    # Settled at synth: no token waits for the definitions of profiles and roles to be imported.
    from jobpass_issuer.domain.deployment import Deployment


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """Which role it is, and what a token or a session for it must be: whom it may be for, how long a session lasts.

    `arn_path` is the part of its ARN after `role/`; `account_id` is None in the issuer's own account.
    """

    audiences: tuple[str, ...]
    max_session_seconds: int
    arn_path: str
    account_id: str | None = None

    def are_of(self, arn: str) -> bool:
        """Whether they are the terms of the role of this ARN, as far as the account is known."""
        before, _, path = arn.partition(":role/")
        return path == self.arn_path and self.account_id in (None, before.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """What the jobs of one platform may have, audiences and roles by name, and what they must be.

    `profiles` says of each profile that it registers what stands for fields that a job leaves out.
    """

    audiences: tuple[str, ...]
    roles: tuple[str, ...]
    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)

    def admit(self, registration: Registration) -> bool:
        """Whether the platform could register such a job today."""
        absent = self.profiles.get(registration.profile)
        if absent is None:
            return False
        return all(is_as_demanded(name, wanted, registration.fields, absent) for name, wanted in self.where.items())


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A registration, and what of its audiences and roles (by ARN) still holds."""

    registration: Registration
    audiences: tuple[str, ...]
    aws_audiences: tuple[str, ...]
    roles: Mapping[str, RoleTerms]


@dataclass(frozen=True, slots=True)
class Standing:
    """What each platform's jobs may have, and what each role asks for, both by name."""

    platforms: Mapping[str, PlatformTerms]
    roles: Mapping[str, RoleTerms]
    aws_audiences: tuple[str, ...]

    def entitlement(self, registration: Registration) -> Entitlement:
        """Return what a registration still entitles its job to.

        Raises:
            InvalidTokenError: its platform is gone from the deployment, or may no longer register such jobs, and the
                right of its jobs is gone with that.
        """
        terms = self.platforms.get(registration.platform)
        if terms is None:
            raise InvalidTokenError("the platform of this job is no longer part of the deployment: register it anew")
        if not terms.admit(registration):
            raise InvalidTokenError(
                "the platform of this job may no longer register such jobs: ask who deploys Jobpass"
            )
        audiences = tuple(each for each in registration.audiences if each in terms.audiences)
        roles = {
            arn: role for arn, name in registration.roles.items() if (role := self._role(arn, name, terms)) is not None
        }
        for_aws = tuple(each for each in audiences if each in self.aws_audiences)
        return Entitlement(registration, audiences, for_aws, roles)

    def _role(self, arn: str, name: str, terms: PlatformTerms) -> RoleTerms | None:
        """The terms of a registered role, where the platform has it still and it is the same in IAM.

        Registrations that have no name for it were made when all roles were in the issuer's own account.
        """
        names = (
            [name] if name else [each for each in terms.roles if each in self.roles and not self.roles[each].account_id]
        )
        for each in names:
            if each in terms.roles and each in self.roles and self.roles[each].are_of(arn):
                return self.roles[each]
        return None

    @classmethod
    def of(cls, deployment: "Deployment") -> Self:
        """Return what a deployment lets stand."""
        platforms = {
            each.name: PlatformTerms(
                each.audiences,
                each.roles,
                {name: deployment.profiles[name].subject_values({}) for name in each.profiles},
                each.where,
            )
            for each in deployment.platforms.values()
        }
        roles = {
            name: RoleTerms(each.audiences, each.max_session_seconds, each.arn_path, each.account_id)
            for name, each in deployment.roles.items()
        }
        return cls(platforms, roles, deployment.aws_audiences)

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same standing."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the standing that `to_document` wrote."""
        platforms = {
            name: PlatformTerms(tuple(each["audiences"]), tuple(each["roles"]), each["profiles"], each["where"])
            for name, each in document["platforms"].items()
        }
        roles = {
            name: RoleTerms(**{**each, "audiences": tuple(each["audiences"])})
            for name, each in document["roles"].items()
        }
        return cls(platforms, roles, tuple(document["aws_audiences"]))
