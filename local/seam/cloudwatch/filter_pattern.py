"""Filter patterns (CloudWatch Logs User Guide, "Filter pattern syntax"): terms, and comparisons in JSON lines.

Patterns for space-delimited lines are refused.
"""

import functools
import json
import re
from collections.abc import Callable
from typing import Any

from local.seam.cloudwatch.token_reader import TokenReader

Test = Callable[[str], bool]
JsonTest = Callable[[Any], bool]

_MISSING = object()
_TOKEN = re.compile(
    r"""\s*(?:(?P<selector>\$(?:\.[\w@-]+|\[(?:\d+|\*)\]|\.?\['[^']*'\])*)|(?P<operator>&&|\|\||!=|<=|>=|=|<|>)|(?P<paren>[()])"""
    r"""|(?P<text>"(?:\\.|[^"\\])*")|(?P<regex>%[^%]+%)|(?P<word>[^\s()=<>!&|"]+))"""
)


class InvalidPatternError(ValueError):
    """A pattern that cannot be read."""


@functools.lru_cache(maxsize=256)
def compiled(pattern: str) -> Test:
    """A test of log lines; raises InvalidPatternError."""
    text = pattern.strip()
    if not text:
        return lambda _line: True
    if text.startswith("{") and text.endswith("}"):
        matches = _Reader(text[1:-1]).whole()
        return lambda line: _json_matches(matches, line)
    if text.startswith("["):
        raise InvalidPatternError("patterns for space-delimited lines are not matched here")
    return _terms(text)


def field(line: str, selector: str) -> Any:
    """The member of a JSON line that a selector such as `$.a.b` names; None where there is none."""
    try:
        found = _select(json.loads(line), selector)
    except ValueError:
        return None
    return None if found is _MISSING else found


def _terms(text: str) -> Test:
    needed: list[Test] = []
    optional: list[Test] = []
    excluded: list[Test] = []
    for sign, quoted, regex, word in re.findall(r'([?-]?)(?:"((?:\\.|[^"\\])*)"|%([^%]+)%|(\S+))', text):
        group = {"?": optional, "-": excluded}.get(sign, needed)
        wanted = re.compile(regex or re.escape(re.sub(r"\\(.)", r"\1", quoted) or word))
        group.append(lambda line, wanted=wanted: wanted.search(line) is not None)  # type: ignore[misc]
    return lambda line: (
        all(test(line) for test in needed)
        and (not optional or bool(needed) or any(test(line) for test in optional))
        and not any(test(line) for test in excluded)
    )


def _json_matches(matches: JsonTest, line: str) -> bool:
    try:
        document = json.loads(line)
    except ValueError:
        return False
    return isinstance(document, dict | list) and matches(document)


class _Reader(TokenReader):
    """Reads what stands between the braces: comparisons joined by && and ||, in parentheses where need be."""

    def __init__(self, text: str) -> None:
        super().__init__(text, _TOKEN, "filter pattern", InvalidPatternError)

    def whole(self) -> JsonTest:
        test = self._any_of()
        self._end()
        return test

    def _any_of(self) -> JsonTest:
        tests = [self._all_of()]
        while self._take("operator", "||"):
            tests.append(self._all_of())
        return lambda document: any(test(document) for test in tests)

    def _all_of(self) -> JsonTest:
        tests = [self._one()]
        while self._take("operator", "&&"):
            tests.append(self._one())
        return lambda document: all(test(document) for test in tests)

    def _one(self) -> JsonTest:
        if self._take("paren", "("):
            test = self._any_of()
            self._need("paren", ")")
            return test
        selector = self._need("selector")
        if self._take("word", "EXISTS"):
            return lambda document: _select(document, selector) is not _MISSING
        if self._take("word", "NOT"):
            self._need("word", "EXISTS")
            return lambda document: _select(document, selector) is _MISSING
        if self._take("word", "IS"):
            named = {"NULL": None, "TRUE": True, "FALSE": False}
            word = self._need("word")
            if word not in named:
                raise InvalidPatternError(f"unexpected after IS: {word}")
            return lambda document: _select(document, selector) is named[word]
        compare = self._need("operator")
        kind, value = self._next()
        if kind not in ("text", "word", "regex"):
            raise InvalidPatternError(f"not a value: {value}")
        return _comparison(selector, compare, kind, value)


def _comparison(selector: str, compare: str, kind: str, written: str) -> JsonTest:
    if compare in ("<", "<=", ">", ">="):
        number = _number(written)
        if number is None:
            raise InvalidPatternError(f"not a number: {written}")
        order: dict[str, Callable[[float], bool]] = {
            "<": lambda found: found < number,
            "<=": lambda found: found <= number,
            ">": lambda found: found > number,
            ">=": lambda found: found >= number,
        }
        return lambda document: _is_number(found := _select(document, selector)) and order[compare](found)
    equal = _equality(kind, written)
    if compare == "=":
        return lambda document: any(equal(found) for found in _selected(document, selector))
    return lambda document: any(not equal(found) for found in _selected(document, selector))


def _equality(kind: str, written: str) -> Callable[[Any], bool]:
    if kind == "regex":
        expression = re.compile(written[1:-1])
        return lambda found: isinstance(found, str) and expression.search(found) is not None
    text = re.sub(r"\\(.)", r"\1", written[1:-1]) if kind == "text" else written
    pattern = re.compile(".*".join(re.escape(step) for step in text.split("*")), re.DOTALL)
    number = _number(written) if kind == "word" else None
    return lambda found: (
        (isinstance(found, str) and pattern.fullmatch(found) is not None)
        or (number is not None and _is_number(found) and found == number)
    )


def _selected(document: Any, selector: str) -> list[Any]:
    """What a comparison looks at: every element, of an array that is named with [*]."""
    if "[*]" in selector:
        before, _, after = selector.partition("[*]")
        found = _select(document, before)
        return [
            each for element in (found if isinstance(found, list) else ()) for each in _selected(element, f"${after}")
        ]
    found = _select(document, selector)
    return [] if found is _MISSING else [found]


def _select(document: Any, selector: str) -> Any:
    found = document
    for name, index, quoted in re.findall(r"\.([\w@-]+)|\[(\d+)\]|\.?\['([^']*)'\]", selector):
        if index:
            if not isinstance(found, list) or int(index) >= len(found):
                return _MISSING
            found = found[int(index)]
        else:
            if not isinstance(found, dict) or (name or quoted) not in found:
                return _MISSING
            found = found[name or quoted]
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
