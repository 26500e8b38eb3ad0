"""The settings of a platform: who registers jobs, and which ones."""

from pydantic import Field

from jobpass.configuration.settings import FieldName, Name, PrincipalArn, Settings
from jobpass_issuer.domain.platform import Platform


class PlatformSettings(Settings):
    """Who may register which jobs, and no others."""

    principals: list[PrincipalArn] = Field(min_length=1)
    """The IAM roles, users or whole accounts (`arn:aws:iam::<account>:root`) that may assume this platform's
    invocation role."""

    profiles: list[Name] = Field(min_length=1)
    """The kinds of job that it registers."""

    where: dict[FieldName, str] = Field(default={})
    """What the fields of every job that it registers must be; `*` stands for any text, `?` for one character."""

    audiences: list[str] = Field(min_length=1)
    """For whom its jobs may have tokens; `sts.amazonaws.com` for AWS."""

    roles: list[Name] = Field(default=[])
    """The roles that its jobs may pin or draw credentials for."""

    max_job_seconds: int = Field(default=86_400, ge=60, le=604_800)
    """For how long a registration lasts at most; a week is the longest."""

    def platform(self, name: str, deployment_name: str) -> Platform:
        """Return the platform, its invocation role named `<deployment>-platform-<platform>`."""
        return Platform(
            name=name,
            invocation_role=f"{deployment_name}-platform-{name}",
            profiles=tuple(self.profiles),
            audiences=tuple(self.audiences),
            where=dict(self.where),
            roles=tuple(self.roles),
            max_job_seconds=self.max_job_seconds,
        )
