"""What the deployment tells each function but the token function, read from the environment once."""

import os
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class JobsSettings:
    """Settings of the jobs function."""

    table_name: str
    issuer_url: str
    api_url: str
    partition: str
    account_id: str

    @classmethod
    def read(cls) -> Self:
        """Return the settings; a missing variable is a KeyError that names it."""
        env = os.environ
        return cls(env["TABLE_NAME"], env["ISSUER_URL"], env["API_URL"], env["PARTITION"], env["ACCOUNT_ID"])


@dataclass(frozen=True, slots=True)
class KeysSettings:
    """Settings of the keys function."""

    table_name: str
    issuer_url: str
    issuer_name: str
    bucket_name: str
    distribution_id: str
    distribution_domain_name: str
    signing_algorithm: str
    rotate_every_seconds: int
    publish_ahead_seconds: int
    max_token_lifetime_seconds: int
    partition: str
    account_id: str
    token_role_arn: str
    keys_role_arn: str
    retention: str

    @classmethod
    def read(cls) -> Self:
        """Return the settings; a missing variable is a KeyError that names it."""
        texts = {name: os.environ[name.upper()] for name in cls.__slots__}
        values: dict[str, Any] = {
            name: int(text) if name.endswith("_seconds") else text for name, text in texts.items()
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Settings of the audit function."""

    table_name: str
    token_log_group: str
    token_role_arn: str
    keys_role_arn: str
    log_retention_days: int

    @classmethod
    def read(cls) -> Self:
        """Return the settings; a missing variable is a KeyError that names it."""
        env = os.environ
        return cls(
            env["TABLE_NAME"],
            env["TOKEN_LOG_GROUP"],
            env["TOKEN_ROLE_ARN"],
            env["KEYS_ROLE_ARN"],
            int(env["LOG_RETENTION_DAYS"]),
        )


@dataclass(frozen=True, slots=True)
class CanarySettings:
    """Settings of the canary function."""

    issuer_url: str
    api_url: str
    invocation_role_arn: str

    @classmethod
    def read(cls) -> Self:
        """Return the settings; a missing variable is a KeyError that names it."""
        env = os.environ
        return cls(env["ISSUER_URL"], env["API_URL"], env["INVOCATION_ROLE_ARN"])
