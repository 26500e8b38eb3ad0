"""The credentials of the process: Lambda's from the environment, or, in a restored snapshot, from its endpoint."""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import CredentialRetrievalError, NoCredentialsError


class Credentials(NamedTuple):
    """Credentials by the names that botocore's signers read; their `repr` hides them."""

    access_key: str
    secret_key: str
    token: str | None

    def __repr__(self) -> str:
        return "Credentials(...)"


class ProcessCredentials:
    """Credentials that are read once, and anew when AWS says that they are no longer good, or their end is near."""

    def __init__(self) -> None:
        self._current: Callable[[], Credentials] | None = None

    def current(self) -> Credentials:
        """Return the credentials as they are now.

        Raises:
            NoCredentialsError: there are none.
            CredentialRetrievalError: the endpoint did not give them.
        """
        if self._current is None:
            self._current = _source()
        return self._current()

    def forget(self) -> None:
        """Have them read anew."""
        self._current = None


def _source() -> Callable[[], Credentials]:
    env = os.environ
    access_key, secret_key = env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")
    if access_key and secret_key:
        held = Credentials(access_key, secret_key, env.get("AWS_SESSION_TOKEN") or None)
        return lambda: held
    return _from_the_endpoint()


def _from_the_endpoint() -> Callable[[], Credentials]:
    """Ask where Lambda gives credentials that are younger than the snapshot; botocore renews them before they end."""
    # Of no use to a function that was started anew, whose environment has its credentials.
    from botocore.credentials import ContainerProvider  # noqa: PLC0415

    provider = ContainerProvider()
    given: Any = _told(provider.load)
    if given is None:
        raise NoCredentialsError

    def current() -> Credentials:
        frozen: Any = _told(given.get_frozen_credentials)
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token)

    return current


def _told(ask: Callable[[], Any]) -> Any:
    """What the endpoint says; of an answer that cannot be read, nothing may be said, since it holds credentials."""
    try:
        return ask()
    except (LookupError, TypeError, ValueError, AttributeError, OSError):
        raise CredentialRetrievalError(provider="container-role", error_msg="an answer that cannot be read") from None
