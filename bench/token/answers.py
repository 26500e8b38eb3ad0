"""Whether what is measured is a token: one that verifies, and the same as the baseline's."""

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bench.token.function import FunctionError
from bench.token.sample import AUDIENCE, ISSUER_URL

# What differs between any two tokens.
_OWN = frozenset({"jti", "iat", "nbf", "exp", "https://aws.amazon.com/source_identity"})


def verified(body: str, public_key: RSAPublicKey) -> dict[str, Any]:
    """Return header and claims of the token that a function answered with.

    Raises:
        FunctionError: it does not verify.
    """
    try:
        return dict(
            jwt.decode_complete(
                json.loads(body)["value"], public_key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER_URL
            )
        )
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise FunctionError(f"the function's token does not verify: {error}") from error


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """See that two tokens say the same, but for what each has of its own.

    Raises:
        FunctionError: they do not.
    """
    shared = [
        {name: value for name, value in each["payload"].items() if name not in _OWN} | each["header"]
        for each in (one, other)
    ]
    if shared[0] != shared[1] or one["payload"].keys() != other["payload"].keys():
        raise FunctionError(f"the tokens of function and baseline differ: {shared[0]} and {shared[1]}")
