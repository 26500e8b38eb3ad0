"""Standing: what of a registration still holds under the deployment that is in force now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.registration import Registration


@dataclass(frozen=True, slots=True)
class Standing:
    """Which audiences each platform's jobs may have, and which of all are client IDs of the IAM provider."""

    platform_audiences: Mapping[str, tuple[str, ...]]
    aws_audiences: tuple[str, ...]

    def applied(self, registration: Registration) -> Registration:
        """Return the registration with the audiences that its platform still has.

        Raises:
            InvalidTokenError: its platform is gone from the deployment, and the right of its jobs with it.
        """
        audiences = self.platform_audiences.get(registration.platform)
        if audiences is None:
            raise InvalidTokenError("the platform of this job is no longer part of the deployment: register it anew")
        standing = tuple(each for each in registration.audiences if each in audiences)
        for_aws = tuple(each for each in standing if each in self.aws_audiences)
        return replace(registration, audiences=standing, aws_audiences=for_aws)

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Return what a deployment lets stand."""
        audiences = {platform.name: platform.audiences for platform in deployment.platforms.values()}
        return cls(audiences, deployment.aws_audiences)

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same standing."""
        audiences = {name: list(each) for name, each in self.platform_audiences.items()}
        return {"platform_audiences": audiences, "aws_audiences": list(self.aws_audiences)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the standing that `to_document` wrote."""
        audiences = {name: tuple(each) for name, each in document["platform_audiences"].items()}
        return cls(audiences, tuple(document["aws_audiences"]))
