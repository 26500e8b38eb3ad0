"""The rules of a strict relying party, applied with cryptography's keys and told to whoever runs the command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobpass.errors import RefusedError
from jobpass.explain.quoting import listed, quoted
from jobpass.verification.public_key import read_key
from jobpass_issuer.domain import relying_party, signed_token
from jobpass_issuer.domain.relying_party import VerifiedToken
from jobpass_issuer.domain.signed_token import SignedToken
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError

# What the command has for it beside.
_OPTIONS = {
    "expired": "; `--at` asks what held at another moment",
    "not_yet_valid": ", or allow for it with `--leeway SECONDS`",
}


def read(text: str) -> SignedToken:
    """Take a token apart.

    Raises:
        RefusedError: `malformed` where it is no signed JWT in compact form, `header` where the header is not one that
            names algorithm and key alone.
    """
    with _told():
        return signed_token.read(text)


def check_issuer(token: SignedToken, issuer: str) -> None:
    """Hold the issuer that a token names, letter for letter, to the one that is trusted, before its keys are fetched.

    Raises:
        RefusedError: `issuer`.
    """
    with _told():
        relying_party.check_issuer(token, issuer)


def verify(
    token: SignedToken, keys: list[Any], *, issuer: str, audience: str | None, now: int, leeway_seconds: int = 0
) -> VerifiedToken:
    """Return what a token proves: `keys` are the members of the JWK Set of `issuer`, `now` is in Unix seconds.

    Without an `audience` any one will do, and whoever asks must look at it.

    Raises:
        RefusedError: with the first reason: `issuer`, `algorithm`, `unknown_key`, `ambiguous_key`, `unusable_key`,
            `signature`, `claims`, `audience`, `expired` or `not_yet_valid`.
    """
    with _told():
        return relying_party.verify(
            token, keys, read_key, issuer=issuer, audience=audience, now=now, leeway_seconds=leeway_seconds
        )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except UntrustedTokenError as error:
        message, remedy = error.told(_shown)
        raise RefusedError(error.code, message, remedy + _OPTIONS.get(error.code, "")) from None


def _shown(value: object) -> str:
    return listed(value) if isinstance(value, list) else quoted(value)
