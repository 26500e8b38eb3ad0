"""Logs Insights queries: members of JSON lines, and filters that are evaluated or refused, never passed over.

CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax": commands fields, filter, sort and limit.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from local.seam.cloudwatch.token_reader import TokenReader
from local.seam.ministack_parts import part, replace

Record = dict[str, Any]
Test = Callable[[Record], bool]
Response = tuple[int, dict[str, str], bytes]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<regex>/(?:\\.|[^/\\])+/i?)|(?P<operator>!=|<=|>=|=|<|>)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))|(?P<mark>[()\[\],])|(?P<name>`[^`]+`|[@\w.]+))"""
)
_STAGES = re.compile(
    r"(fields\s+[@\w.`,\s]+|filter\s.+|sort\s+@\w+(\s+(asc|desc))?|limit\s+\d+)", re.IGNORECASE | re.DOTALL
)
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda found, given: found < given,
    "<=": lambda found, given: found <= given,
    ">": lambda found, given: found > given,
    ">=": lambda found, given: found >= given,
}


class InvalidQueryError(ValueError):
    """A query that cannot be read, or has something that is not evaluated here."""


def install() -> None:
    """Evaluate filters in ministack's place, and find members of JSON lines."""
    start = part("_start_query")

    def start_query(body: dict[str, Any]) -> Response:
        try:
            check(str(body.get("queryString", "")))
        except InvalidQueryError as error:
            refused: Response = part("error_response_json")("MalformedQueryException", str(error), 400)
            return refused
        answered: Response = start(body)
        return answered

    replace("_start_query", start_query)
    replace("_compile_insights_filter", filter_of)
    replace("_row_from_record", row)


def check(query: str) -> None:
    """Raise InvalidQueryError for a query with anything but what is evaluated."""
    for stage in part("_split_insights_pipes")(query):
        if _STAGES.fullmatch(stage.strip()) is None:
            raise InvalidQueryError(f"not evaluated here: {stage}")
        if stage.strip().lower().startswith("filter"):
            filter_of(stage)


def filter_of(stage: str) -> Test:
    """The test of one filter command; raises InvalidQueryError."""
    return _Reader(re.sub(r"(?i)^\s*filter\s+", "", stage)).whole()


def row(record: Record, fields: list[str]) -> list[dict[str, str]]:
    """One row of a result: the fields that a record has."""
    found = ((field.strip("`"), value(record, field.strip("`"))) for field in fields)
    return [{"field": field, "value": _written(each)} for field, each in found if each is not None]


def value(record: Record, name: str) -> Any:
    """A field of a record: its own, or a member of its JSON line such as `a.b`."""
    if name in record:
        return record[name]
    try:
        found = json.loads(record["@message"])
    except ValueError:
        return None
    for step in name.split("."):
        if isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict):
            found = found.get(step)
        else:
            return None
    return found


def _written(found: Any) -> str:
    if isinstance(found, bool):
        return "1" if found else "0"
    return found if isinstance(found, str) else json.dumps(found)


class _Reader(TokenReader):
    def __init__(self, text: str) -> None:
        super().__init__(text, _TOKEN, "filter", InvalidQueryError)

    def whole(self) -> Test:
        test = self._any_of()
        self._end()
        return test

    def _any_of(self) -> Test:
        tests = [self._all_of()]
        while self._word("or"):
            tests.append(self._all_of())
        return lambda record: any(test(record) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._word("and"):
            tests.append(self._one())
        return lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        if self._word("not"):
            inner = self._one()
            return lambda record: not inner(record)
        if self._take("mark", "("):
            inner = self._any_of()
            self._need("mark", ")")
            return inner
        name = self._need("name").strip("`")
        if name.lower() == "ispresent" and self._take("mark", "("):
            wanted = self._need("name").strip("`")
            self._need("mark", ")")
            return lambda record: value(record, wanted) is not None
        return self._comparison(name)

    def _comparison(self, name: str) -> Test:
        negated = self._word("not")
        if self._word("like"):
            test = self._like(name)
        elif self._word("in"):
            test = self._in(name)
        else:
            return _compared(name, self._need("operator"), self._given())
        return (lambda record: not test(record)) if negated else test

    def _like(self, name: str) -> Test:
        kind, text = self._next()
        if kind == "regex":
            ignoring = text.endswith("i")
            pattern = re.compile(text.removesuffix("i")[1:-1], re.IGNORECASE if ignoring else 0)
        elif kind == "text":
            pattern = re.compile(re.escape(_unquoted(text)))
        else:
            raise InvalidQueryError(f"not something to be like: {text}")
        return lambda record: (found := value(record, name)) is not None and bool(pattern.search(_written(found)))

    def _in(self, name: str) -> Test:
        self._need("mark", "[")
        given = [self._given()]
        while self._take("mark", ","):
            given.append(self._given())
        self._need("mark", "]")
        tests = [_compared(name, "=", each) for each in given]
        return lambda record: any(test(record) for test in tests)

    def _given(self) -> str | float:
        kind, text = self._next()
        if kind == "number":
            return float(text)
        if kind != "text":
            raise InvalidQueryError(f"not a value: {text}")
        return _unquoted(text)

    def _word(self, word: str) -> bool:
        here = self._tokens[self._at : self._at + 1]
        if here and here[0][0] == "name" and here[0][1].lower() == word:
            self._at += 1
            return True
        return False


def _compared(name: str, operator: str, given: str | float) -> Test:
    def test(record: Record) -> bool:
        found = value(record, name)
        if operator in ("=", "!="):
            if found is None:
                return operator == "!="
            equal = _number(found) == given if isinstance(given, float) else _written(found) == given
            return equal == (operator == "=")
        number, bound = _number(found), _number(given)
        return number is not None and bound is not None and _ORDER[operator](number, bound)

    return test


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _number(found: Any) -> float | None:
    try:
        return float(found)
    except (TypeError, ValueError):
        return None
