"""What a forger without the key can make of a good ID token; every relying party must refuse it."""

import json
from dataclasses import dataclass, field

from jobpass_issuer.domain.jwk import base64url, from_base64url
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError


@dataclass(frozen=True, slots=True)
class Forgery:
    """A token that nobody signed, and the code by which it is refused; its `repr` hides the token."""

    name: str
    refusal: str
    token: str = field(repr=False)

    def is_seen_by(self, error: UntrustedTokenError | None) -> bool:
        """Whether this is how a strict relying party refuses it."""
        return error is not None and error.code == self.refusal


def forgeries(token: str) -> tuple[Forgery, ...]:
    """Return forgeries of a token in compact form.

    Raises:
        ValueError: it is none.
    """
    header, claims, signature = token.split(".")
    said = json.loads(from_base64url(claims))
    another = _encoded({**said, "sub": f"{said['sub']}-forged"})
    unsigned = _encoded({**json.loads(from_base64url(header)), "alg": "none"})
    first, *rest = from_base64url(signature)
    return (
        Forgery("another subject", "signature", f"{header}.{another}.{signature}"),
        Forgery("another signature", "signature", f"{header}.{claims}.{base64url(bytes([first ^ 1, *rest]))}"),
        Forgery("no algorithm", "algorithm", f"{unsigned}.{claims}.{signature}"),
    )


def _encoded(members: dict[str, object]) -> str:
    return base64url(json.dumps(members, separators=(",", ":")).encode())
