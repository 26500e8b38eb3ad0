"""The claims without which STS takes no token, and how it reads a claim that is no text."""

import json
from collections.abc import Mapping
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.refusal import Refusal

REQUIRED = ("iss", "sub", "aud", "iat", "exp")


def missing_claim(claims: Mapping[str, Any]) -> Refusal | None:
    """Return what STS says of a claim set without one of the five; `iat` is among them, unlike in RFC 7519."""
    for name in REQUIRED:
        if name not in claims:
            return Refusal(
                sts_errors.INVALID_IDENTITY_TOKEN,
                sts_errors.MISSING_CLAIM.format(claim=name),
                f"the token has no `{name}`",
                f"make the issuer put `{name}` into the token" + _hint(name),
            )
    sub = claims["sub"]
    if isinstance(sub, bool) or not isinstance(sub, str | int | float):
        return Refusal(
            sts_errors.INTERNAL_FAILURE,
            sts_errors.UNKNOWN_FAILURE,
            "`sub` is no text: it looks like a fault of AWS, and clients retry it, but the token is at fault",
            "make the issuer put a text into `sub`",
            recorded=sub is None,
        )
    if not isinstance(claims["iss"], str):
        return Refusal(
            sts_errors.INVALID_IDENTITY_TOKEN,
            sts_errors.MISSING_CLAIM.format(claim="iss"),
            "`iss` is not a text",
            "make the issuer put its URL into `iss`",
            recorded=False,
        )
    return None


def claim_text(value: Any) -> str:
    """Return a claim as STS reads it: a number becomes its digits."""
    return value if isinstance(value, str) else json.dumps(value)


def _hint(name: str) -> str:
    return ": ask for the token with an audience" if name == "aud" else ""
