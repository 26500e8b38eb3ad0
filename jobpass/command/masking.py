"""Credentials taken out of what is printed: people paste a token where a file's name belongs, and logs keep errors."""

from __future__ import annotations

# A JWS (its header begins with `{"` or `{ `, which base64url makes `ey`), whole or cut, and a request token.
_CREDENTIAL = r"\bey[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*|\b[0-9a-f]{32}\.[A-Za-z0-9_-]{43}"
_STAND_IN = "(a token, which is not shown)"


def masked(text: str) -> str:
    """Return a text without the tokens that it holds."""
    import re  # noqa: PLC0415 - for errors alone

    return re.sub(_CREDENTIAL, _STAND_IN, text)
