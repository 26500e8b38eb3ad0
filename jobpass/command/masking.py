"""Credentials taken out of what is printed: people paste a token where a file's name belongs, and logs keep errors."""

from __future__ import annotations

# A JWS (its header begins with `{"` or `{ `, which base64url makes `ey`), whole or cut, and a request token.
_CREDENTIAL = r"\bey[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*|\b[0-9a-f]{32}\.[A-Za-z0-9_-]{43}"
_STAND_IN = "(a token, which is not shown)"
# No credential is shorter; the first kind has an `ey` in it, the second these many characters.
_SHORTEST, _SHORTEST_REQUEST_TOKEN = 18, 76


def masked(text: str) -> str:
    """Return a text without the tokens that it holds."""
    if not any(map(_long_enough, text.split())):
        return text  # most texts: `re` takes longer to import than all else that an error needs
    import re  # noqa: PLC0415 - see above

    return re.sub(_CREDENTIAL, _STAND_IN, text)


def _long_enough(word: str) -> bool:
    return len(word) >= _SHORTEST and ("ey" in word or len(word) >= _SHORTEST_REQUEST_TOKEN)
