"""Metric math, as far as alarms here use it: arithmetic, comparisons, FILL, IF, ABS, MAX, MIN, SUM and AVG.

CloudWatch User Guide, "Using math expressions with CloudWatch metrics". An expression with anything else is refused.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping

Values = dict[int, float | None]


class UnsupportedError(ValueError):
    """An expression of a kind that is not evaluated here."""


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OF_SEVERAL: dict[str, Callable[[list[float]], float]] = {
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": lambda numbers: sum(numbers) / len(numbers),
}


def check(expression: str) -> None:
    """Raise UnsupportedError for an expression that is not evaluated here."""
    names: dict[str, Values] = {name: {0: 1.0} for name in re.findall(r"\b[a-z]\w*\b", expression)}
    evaluate("result", {"result": expression}, names, [0])


def evaluate(wanted: str, expressions: Mapping[str, str], known: Mapping[str, Values], starts: list[int]) -> Values:
    """The values of a metric or an expression by its ID; a point is missing where one that it needs is."""
    if wanted in known:
        return dict(known[wanted])
    tree = _parsed(expressions[wanted])
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & (set(expressions) | set(known))
    series = {name: evaluate(name, expressions, known, starts) for name in used - {wanted}}
    return {start: _Point({name: values[start] for name, values in series.items()}).value(tree) for start in starts}


def _parsed(expression: str) -> ast.expr:
    text = expression.replace("&&", " and ").replace("||", " or ")
    # IF is a word of Python's too.
    text = re.sub(r"\b(IF|MAX|MIN|SUM|AVG|ABS|FILL)\s*\(", r"\1_(", text)
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        raise UnsupportedError(f"metric math that cannot be read: {expression}") from None


class _Point:
    """One moment's values of all metrics."""

    def __init__(self, values: Mapping[str, float | None]) -> None:
        self._values = values

    def value(self, node: ast.expr) -> float | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id in self._values:
            return self._values[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._of([node.operand], lambda numbers: -numbers[0])
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            combine = _BINARY[type(node.op)]
            return self._of([node.left, node.right], lambda numbers: combine(*numbers))
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            compare = _COMPARE[type(node.ops[0])]
            return self._of([node.left, *node.comparators], lambda numbers: float(compare(*numbers)))
        if isinstance(node, ast.BoolOp):
            every = all if isinstance(node.op, ast.And) else any
            return self._of(node.values, lambda numbers: float(every(numbers)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._called(node.func.id.removesuffix("_"), node.args)
        raise UnsupportedError(f"metric math that is not evaluated here: {ast.unparse(node)}")

    def _called(self, name: str, arguments: list[ast.expr]) -> float | None:
        if name == "FILL" and len(arguments) == 2:
            found = self.value(arguments[0])
            return self.value(arguments[1]) if found is None else found
        if name == "IF" and len(arguments) in (2, 3):
            condition = self.value(arguments[0])
            if condition:
                return self.value(arguments[1])
            return self.value(arguments[2]) if len(arguments) == 3 and condition is not None else None
        if name == "ABS" and len(arguments) == 1:
            return self._of(arguments, lambda numbers: abs(numbers[0]))
        if name in _OF_SEVERAL and len(arguments) == 1 and isinstance(arguments[0], ast.List):
            there = [found for found in map(self.value, arguments[0].elts) if found is not None]
            return _OF_SEVERAL[name](there) if there else None
        raise UnsupportedError(f"metric math that is not evaluated here: {name}")

    def _of(self, nodes: list[ast.expr], combine: Callable[[list[float]], float]) -> float | None:
        numbers = [self.value(node) for node in nodes]
        there = [number for number in numbers if number is not None]
        if len(there) < len(numbers):
            return None
        try:
            return combine(there)
        except ZeroDivisionError:
            return None
