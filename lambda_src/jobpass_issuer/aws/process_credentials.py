"""The credentials of the process, which Lambda puts into its environment."""

import os
from typing import NamedTuple

from jobpass_issuer.aws.unreachable import NO_CREDENTIALS, UnreachableError


class Credentials(NamedTuple):
    """Credentials of a session; their `repr` hides them."""

    access_key: str
    secret_key: str
    token: str | None

    def __repr__(self) -> str:
        return "Credentials(...)"


class ProcessCredentials:
    """Credentials that are read once, and anew when AWS says that they are no longer good."""

    def __init__(self) -> None:
        self._current: Credentials | None = None

    def current(self) -> Credentials:
        """Return the credentials as they are now.

        Raises:
            UnreachableError: there are none, or what is there cannot be any.
        """
        if self._current is None:
            env = os.environ
            access_key, secret_key = env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")
            if not access_key or not secret_key:
                raise UnreachableError(NO_CREDENTIALS)
            token = env.get("AWS_SESSION_TOKEN") or None
            # Anything else could not be sent in a header, or would be more headers than one.
            if not all(said.isascii() and said.isprintable() for said in (access_key, secret_key, token or "")):
                raise UnreachableError(NO_CREDENTIALS)
            self._current = Credentials(access_key, secret_key, token)
        return self._current

    def forget(self) -> None:
        """Have them read anew."""
        self._current = None
