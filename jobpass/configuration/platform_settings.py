"""The settings of a platform: who registers jobs, and which ones."""

from typing import Annotated, Any

from pydantic import Field

from jobpass.configuration.public_key_checks import public_key
from jobpass.configuration.settings import FieldName, Name, PrincipalArn, Settings
from jobpass_issuer.domain.platform import Platform

PublicJwk = Annotated[
    dict[str, Any],
    Field(
        json_schema_extra={
            "properties": {
                "kty": {"enum": ["RSA", "EC"]},
                "kid": {"type": "string", "description": "By which client assertions name the key."},
                "alg": {"enum": ["RS256", "ES256"]},
                "use": {"const": "sig"},
                **{name: {"type": "string"} for name in ("n", "e", "x", "y")},
                "crv": {"const": "P-256"},
            },
            "required": ["kty", "kid"],
        }
    ),
]


class PlatformSettings(Settings):
    """Who may register which jobs, and no others."""

    principals: list[PrincipalArn] = Field(default=[], min_length=1)
    """The IAM roles, users or whole accounts (`arn:aws:iam::<account>:root`) that may assume this platform's
    invocation role. A platform needs these, or `public_keys`, or may have both."""

    public_keys: list[PublicJwk] = Field(default=[], min_length=1, max_length=10)
    """For a platform without AWS credentials: the public keys, as JWKs with a `kid` each, whose private halves sign its
    client assertions. RSA of 2048 bits or more, for RS256, or EC on P-256, for ES256."""

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
        """Return the platform, its invocation role named `<deployment>-platform-<platform>` where it has principals."""
        return Platform(
            name=name,
            invocation_role=f"{deployment_name}-platform-{name}" if self.principals else None,
            profiles=tuple(self.profiles),
            audiences=tuple(self.audiences),
            where=dict(self.where),
            roles=tuple(self.roles),
            max_job_seconds=self.max_job_seconds,
            public_keys=tuple(public_key(each) for each in self.public_keys),
        )
