"""Credentials taken out of what is printed: people paste a token where a file's name belongs, and logs keep errors."""

import re

# A JWS (its header begins with `{"` or `{ `, which base64url makes `ey`), whole or cut, and a request token.
_TOKEN = re.compile(r"\bey[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*|\b[0-9a-f]{32}\.[A-Za-z0-9_-]{43}")
_STAND_IN = "(a token, which is not shown)"


def masked(text: str) -> str:
    """Return a text without the tokens that it holds."""
    return _TOKEN.sub(_STAND_IN, text)
