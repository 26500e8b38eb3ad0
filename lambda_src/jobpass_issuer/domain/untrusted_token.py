"""Why a strict relying party takes no token, as one type."""

from collections.abc import Callable


class UntrustedTokenError(Exception):
    """A token proves nothing here; `code` says which rule it breaks.

    `message` and `remedy` are in words, with a place in braces for each of `values`. Those are the token's and the JWK
    Set's own, which anybody may have made up: whoever shows them writes them so that they do no harm. The error's own
    text is the code alone.
    """

    def __init__(self, code: str, message: str, remedy: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self._message = message
        self._remedy = remedy
        self._values = values

    def told(self, quoted: Callable[[object], str]) -> tuple[str, str]:
        """Return message and remedy, each value as `quoted` writes it."""
        values = {name: quoted(value) for name, value in self._values.items()}
        return self._message.format(**values), self._remedy.format(**values)
