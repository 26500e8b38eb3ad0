"""Credentials of an AWS session, which show themselves to nobody by accident."""

from __future__ import annotations

import time
from collections.abc import Mapping


class Credentials:
    """Temporary AWS credentials; `expires_at` is Unix time. Neither `repr` nor an iteration shows the secrets."""

    __slots__ = ("access_key_id", "expires_at", "secret_access_key", "session_token")

    def __init__(self, access_key_id: str, secret_access_key: str, session_token: str, expires_at: int) -> None:
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.session_token = session_token
        self.expires_at = expires_at

    def __repr__(self) -> str:
        return f"Credentials(access_key_id={self.access_key_id!r}, expiration={self.expiration!r})"

    @property
    def expiration(self) -> str:
        """When they end, as AWS writes it: RFC 3339, in UTC and whole seconds."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.expires_at))

    @property
    def secrets(self) -> tuple[str, str]:
        """What a log must never show."""
        return (self.secret_access_key, self.session_token)

    def variables(self) -> Mapping[str, str]:
        """Return them as the environment variables that AWS SDKs read, and the one that says when they end."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
            "AWS_CREDENTIAL_EXPIRATION": self.expiration,
        }
