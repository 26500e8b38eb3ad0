"""The job's side: the token that it presents, or the claims that its token would have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobpass.explain import Preview
from jobpass.explain.refusal import Refusal
from jobpass.explain.web_identity_token import parse
from jobpass.lookup.text_input import read, variable

ROLES_CLAIM = "https://aws.amazon.com/roles"


@dataclass(frozen=True, slots=True)
class Presented:
    """A token or a preview, its claims as far as they can be read, and what was taken for granted of it.

    `profile` is known of a preview alone. The token itself is shown nowhere, `repr` included.
    """

    token: str | Preview
    unverified_claims: Mapping[str, Any]
    profile: str | None = None
    assumed: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Presented(profile={self.profile!r})"

    @property
    def issuer(self) -> str | None:
        """The issuer that it names, unproven."""
        found = self.unverified_claims.get("iss")
        return found if isinstance(found, str) else None

    @property
    def audience(self) -> str | None:
        """The one audience that it is for, unproven."""
        found = self.unverified_claims.get("aud")
        single = found[0] if isinstance(found, list) and len(found) == 1 else found
        return single if isinstance(single, str) else None

    @property
    def pinned(self) -> bool:
        """Whether it names roles, whose account then counts."""
        return ROLES_CLAIM in self.unverified_claims


def token_of_file(source: str) -> Presented:
    """Return the token in a file or, for `-`, on standard input; one line break at its end is not part of it."""
    text = read(source, "the token")
    token = text.removesuffix("\n").removesuffix("\r")
    told = () if token == text else ("a line break after the token was cut off: some programs would send it along",)
    return _presented(token, told)


def token_of_variable(name: str) -> Presented:
    """Return the token in an environment variable."""
    return _presented(variable(name, "the token"))


def _presented(token: str, assumed: tuple[str, ...] = ()) -> Presented:
    parsed = parse(token)
    return Presented(token, {} if isinstance(parsed, Refusal) else parsed.unverified_claims, None, assumed)
