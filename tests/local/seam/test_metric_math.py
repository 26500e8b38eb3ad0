"""Metric math, point by point."""

import pytest

from local.seam.cloudwatch.metric_math import UnsupportedError, check, evaluate

KNOWN: dict[str, dict[int, float | None]] = {
    "errors": {0: 2.0, 60: None, 120: 5.0},
    "calls": {0: 4.0, 60: 10.0, 120: 0.0},
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("errors / calls", [0.5, None, None]),
        ("100 * FILL(errors, 0) / calls", [50.0, 0.0, None]),
        ("IF(calls >= 5, FILL(errors, 0), -1)", [-1.0, 0.0, -1.0]),
        ("MAX([errors, calls]) - MIN([errors, calls])", [2.0, 0.0, 5.0]),
        ("SUM([errors, calls]) + AVG([errors, calls])", [9.0, 20.0, 7.5]),
        ("ABS(errors - calls) > 1 && calls > 0", [1.0, None, 0.0]),
        ("errors == 2 || calls == 0", [1.0, None, 1.0]),
        ("half * 2", [2.0, None, 5.0]),
    ],
)
def test_expressions(expression: str, expected: list[float | None]) -> None:
    expressions = {"e": expression, "half": "errors / 2"}

    assert list(evaluate("e", expressions, KNOWN, [0, 60, 120]).values()) == expected


@pytest.mark.parametrize("expression", ["ANOMALY_DETECTION_BAND(m1)", "SEARCH('x', 'Sum')", "m1 +", "__import__('os')"])
def test_what_is_not_evaluated_is_refused(expression: str) -> None:
    with pytest.raises(UnsupportedError):
        check(expression)
