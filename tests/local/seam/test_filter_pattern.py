"""Filter patterns of CloudWatch Logs."""

import json

import pytest

from local.seam.cloudwatch.filter_pattern import InvalidPatternError, compiled, field

LINE = json.dumps(
    {"event": "token_issued", "jti": "0f-1", "n": 5, "ok": True, "none": None, "at": [{"k": "a"}, {"k": "b"}],
     "deep": {"er": {"x": "y z"}}, "odd key": 1}
)  # fmt: skip


@pytest.mark.parametrize(
    "pattern",
    [
        "", " ", '{ $.event = "token_issued" }', "{ $.event = token_* }", "{ $.event != token_denied }",
        '{ $.event = "token_issued" && $.n >= 5 }', "{ $.n = 5 }", "{ $.n < 6 && $.n > 4.5 }",
        '{ ($.event = "x" || $.jti = "0f-1") && $.ok IS TRUE }', "{ $.none IS NULL }", "{ $.jti EXISTS }",
        "{ $.nobody NOT EXISTS }", '{ $.deep.er.x = "y z" }', "{ $.at[1].k = b }", "{ $.at[*].k = a }",
        "{ $.['odd key'] = 1 }", "{ $.event = %issue.$% }", "token_issued", '"token_issued"', "token jti", "?nope ?jti",
        "jti -nope", "%0f-[0-9]%",
    ],
)  # fmt: skip
def test_matches(pattern: str) -> None:
    assert compiled(pattern)(LINE)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.event = "token_denied" }', "{ $.event = issued }", "{ $.event != token_issued }", "{ $.n > 5 }",
        '{ $.n = "6" }', "{ $.nobody = x }", "{ $.nobody != x }", "{ $.nobody EXISTS }", "{ $.jti NOT EXISTS }",
        "{ $.ok IS FALSE }", "{ $.event > 1 }", "{ $.at[7].k = b }", "nope", "TOKEN_ISSUED", "?nope ?neither",
        "jti -token_issued",
    ],
)  # fmt: skip
def test_does_not_match(pattern: str) -> None:
    assert not compiled(pattern)(LINE)


def test_a_line_that_is_no_json_matches_no_json_pattern() -> None:
    assert not compiled("{ $.x NOT EXISTS }")("START RequestId: 1")


@pytest.mark.parametrize(
    "pattern", ["{ $.x }", "{ $.x = }", "{ x = 1 }", "{ ($.x = 1 }", "[a, b]", "{ $.x > y }", "{ }"]
)
def test_what_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPatternError):
        compiled(pattern)


def test_a_field_by_its_selector() -> None:
    assert field(LINE, "$.deep.er.x") == "y z"
    assert field(LINE, "$.nobody") is None
    assert field("no json", "$.x") is None
