"""What reads a filter word by word, in whichever language: the next token, one that may come, one that must."""

import re


class TokenReader:
    """The tokens of a text, each with its kind: the name of its group in the expression.

    `language` is what the errors call the text; they are raised as `error`.
    """

    def __init__(self, text: str, token: re.Pattern[str], language: str, error: type[ValueError]) -> None:
        self._language = language
        self._error = error
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = token.match(text, position)
            if found is None or found.lastgroup is None:
                raise error(f"not a {language} from here: {text[position:]}")
            self._tokens.append((found.lastgroup, found.group(found.lastgroup)))
            position = found.end()
        self._at = 0

    def _end(self) -> None:
        if self._at < len(self._tokens):
            raise self._error(f"unexpected in a {self._language}: {self._tokens[self._at][1]}")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise self._error(f"a {self._language} ends too soon")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str, value: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (kind, value):
            self._at += 1
            return True
        return False

    def _need(self, kind: str, value: str | None = None) -> str:
        found = self._next()
        if found[0] != kind or value not in (None, found[1]):
            raise self._error(f"unexpected in a {self._language}: {found[1]}")
        return found[1]
