"""How the tests ask the local STS: usual tokens, roles of their own, answers as code and message."""

import time
from itertools import count
from typing import Any

from tests.local.seam import signing
from tests.local.seam.federation import Federation, Outcome

HEADER = {"alg": "ES256", "kid": "ES256"}
NOT_AUTHORIZED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
NO_KEY = (
    "InvalidIdentityToken",
    (
        "Couldn't retrieve verification key from your identity provider,  "
        "please reference AssumeRoleWithWebIdentity documentation for requirements"
    ),
)

# Names that no other test has: the emulator is one for the whole run.
numbers = count()


def token(url: str, **changed: Any) -> str:
    """A token of the issuer at `url` that is good for five minutes, unless changed."""
    now = int(time.time())
    claims = {"iss": url, "aud": "client-a", "sub": "org:acme:ref:main", "iat": now, "exp": now + 300}
    return signing.token(HEADER, claims | changed)


def ask(
    federation: Federation, policy: dict[str, Any], claims: dict[str, Any] | None = None, **request: Any
) -> Outcome:
    """Ask for a role with this trust policy."""
    role = federation.role(f"role-{federation.url.split('.')[0][8:]}", policy)
    return federation.assume(role, token(federation.url, **(claims or {})), signing.six_keys(), **request)


def told(outcome: Outcome) -> tuple[str | None, str | None]:
    """The error's code and message, None and None for a grant."""
    return outcome.code, outcome.message
