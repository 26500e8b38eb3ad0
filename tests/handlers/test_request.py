"""What a request says, taken apart strictly: every trick with query, headers and body is refused or harmless."""

import base64
import json
from typing import Any

import pytest

from jobpass_issuer.domain.errors import InvalidRequestError
from jobpass_issuer.handlers.request import (
    MAX_BODY_BYTES,
    MAX_PARAMETERS,
    MAX_QUERY_LENGTH,
    header,
    json_body,
    query,
)
from tests.handlers.events import event

PERMITTED = ("audience", "expires_in")


def _query(raw: str) -> dict[str, str]:
    return query(event(query=raw), PERMITTED)


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("", {}),
        ("audience=x", {"audience": "x"}),
        ("audience=x&expires_in=5", {"audience": "x", "expires_in": "5"}),
        ("audience=", {"audience": ""}),
        ("audience", {"audience": ""}),
        ("audience=a=b", {"audience": "a=b"}),
        ("audience=https://a/b?c", {"audience": "https://a/b?c"}),
        ("audience=a%2Cb", {"audience": "a,b"}),
        ("audience=a,b", {"audience": "a,b"}),
        ("audience=a;expires_in=5", {"audience": "a;expires_in=5"}),
        ("audience=a+b", {"audience": "a b"}),
        ("audience=a%2Bb", {"audience": "a+b"}),
        ("audience=a%252Fb", {"audience": "a%2Fb"}),
        ("audience=a%2526expires_in%253D5", {"audience": "a%26expires_in%3D5"}),
        ("audience=a%26expires_in%3D5", {"audience": "a&expires_in=5"}),
        ("audience=%00", {"audience": "\x00"}),
        ("audience=%0d%0aX:1", {"audience": "\r\nX:1"}),
        ("audience=%C3%A9", {"audience": "é"}),
        ("audience=%", {"audience": "%"}),
        ("audience=%zz", {"audience": "%zz"}),
        ("audience=%u0041", {"audience": "%u0041"}),
        ("&&audience=x&", {"audience": "x"}),
        ("audience=" + "x" * (MAX_QUERY_LENGTH - 9), {"audience": "x" * (MAX_QUERY_LENGTH - 9)}),
    ],
)
def test_a_query_is_decoded_exactly_once(raw: str, values: dict[str, str]) -> None:
    assert _query(raw) == values


@pytest.mark.parametrize(
    ("raw", "remedy"),
    [
        ("audience=x&audience=y", "given twice"),
        ("audience=x&audience=x", "given twice"),
        ("audience=x&%61udience=y", "given twice"),
        ("audience&audience", "given twice"),
        ("audience=x&Audience=y", "is no parameter"),
        ("AUDIENCE=x", "is no parameter"),
        ("audience[]=x", "is no parameter"),
        ("audience%00=x", "is no parameter"),
        (" audience=x", "is no parameter"),
        ("+audience=x", "is no parameter"),
        ("=x", "is no parameter"),
        ("?audience=x", "is no parameter"),
        ("role=x", "it takes audience, expires_in"),
        ("audience=%FF", "not UTF-8"),
        ("%FF=x", "not UTF-8"),
        ("audience=%C3", "not UTF-8"),
        ("audience=%ED%A0%80", "not UTF-8"),
        ("audience=%C0%AF", "not UTF-8"),
        ("audience=" + "x" * (MAX_QUERY_LENGTH - 8), "longer than"),
        ("&".join(f"a{index}=1" for index in range(MAX_PARAMETERS + 1)), "more than"),
    ],
)
def test_a_query_that_could_mean_two_things_is_refused(raw: str, remedy: str) -> None:
    with pytest.raises(InvalidRequestError, match=remedy):
        _query(raw)


def test_every_mistake_of_a_query_is_told_and_long_names_are_withheld() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        _query("nope=1&audience=x&audience=y&" + "n" * 500 + "=1")

    assert [problem.path for problem in refused.value.problems] == ["nope", "audience", "(a name that is not shown)"]


def test_the_gateways_joined_parameters_are_not_looked_at() -> None:
    tricked = {**event(query="audience=x"), "queryStringParameters": {"audience": "x,y"}}

    assert query(tricked, PERMITTED) == {"audience": "x"}


def test_a_request_without_a_query_has_no_parameters() -> None:
    assert query({}, PERMITTED) == {}


def test_a_header_is_found_by_its_name_in_lower_case() -> None:
    made = event(headers={"authorization": "Bearer x"})

    assert header(made, "authorization") == "Bearer x"
    assert header(made, "Authorization") is None
    assert header(made, "x-authorization") is None


@pytest.mark.parametrize("headers", [{"authorization": None}, {"authorization": ["a", "b"]}, {"authorization": 1}, {}])
def test_a_header_that_is_no_text_is_none(headers: dict[str, Any]) -> None:
    assert header({"headers": headers}, "authorization") is None
    assert header({}, "authorization") is None


def _body(text: str | bytes, media_type: str | None = "application/json") -> Any:
    headers = {} if media_type is None else {"content-type": media_type}
    if isinstance(text, bytes):
        return json_body(event(headers=headers, body=base64.b64encode(text).decode(), base64=True))
    return json_body(event(headers=headers, body=text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (b"{}", {}),
        (' {"a": 1}\n', {"a": 1}),
        ('{"a": "é"}', {"a": "é"}),
        ('{"a": "é"}'.encode(), {"a": "é"}),
        ('{"a": {"a": 1}}', {"a": {"a": 1}}),
        ("[]", []),
        ("null", None),
        ('"text"', "text"),
        ('{"a": "\\ud800"}', {"a": "\ud800"}),
        ("1" * 4000, int("1" * 4000)),
    ],
)
def test_json_is_parsed_whatever_value_it_is(text: str | bytes, value: Any) -> None:
    assert _body(text) == value


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json ;x=y",
        " application/json",
    ],
)
def test_the_media_types_parameters_and_case_do_not_matter(media_type: str) -> None:
    assert _body("{}", media_type) == {}


@pytest.mark.parametrize(
    "media_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "text/json", "application/jsonp",
     "application/json,text/plain", "multipart/form-data; boundary=application/json", "application/*", "*/*",
     "application /json"],
)  # fmt: skip
def test_another_media_type_is_refused(media_type: str | None) -> None:
    with pytest.raises(InvalidRequestError, match="Content-Type: application/json"):
        _body("{}", media_type)


DEEP = "[" * 32_000 + "]" * 32_000


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "not JSON"),
        (" ", "not JSON"),
        ("{", "not JSON"),
        ("{}{}", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ('{"a": 1,}', "not JSON"),
        ("{} // no", "not JSON"),
        ("profile=ci", "not JSON"),
        ("\ufeff{}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ('{"a": "\n"}', "not JSON"),
        ("{}".encode("utf-16"), "not UTF-8"),
        ("{}".encode("utf-16-le"), "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        ('{"a": "\ud800"}', "not UTF-8"),
        ('{"a": 1, "a": 2}', "`a` is given twice"),
        ('{"a": {"b": 1, "b": 1}}', "`b` is given twice"),
        ('{"a": 1, "\\u0061": 2}', "`a` is given twice"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": Infinity}', "no JSON number"),
        ('{"a": -Infinity}', "no JSON number"),
        ("1" * 5000, "not plain JSON"),
        (DEEP, "not plain JSON"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "not plain JSON"),
        ("[" * 100_000, "longer than"),
        ('"' + "x" * (MAX_BODY_BYTES - 1) + '"', "longer than"),
        ('"' + "é" * (MAX_BODY_BYTES // 2) + '"', "longer than"),
        (b'"' + b"x" * MAX_BODY_BYTES + b'"', "longer than"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_body_that_is_no_plain_json_is_refused(text: str | bytes, remedy: str) -> None:
    with pytest.raises(InvalidRequestError, match=remedy):
        _body(text)


def test_a_body_may_be_as_long_as_is_said_and_no_longer() -> None:
    assert len(_body('"' + "x" * (MAX_BODY_BYTES - 2) + '"')) == MAX_BODY_BYTES - 2


@pytest.mark.parametrize("body", ["not base64!", "e30", "é", "e30=\n", "{}"])
def test_a_body_that_is_not_base64_as_it_says_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequestError):
        json_body(event(headers={"content-type": "application/json"}, body=body, base64=True))


@pytest.mark.parametrize("missing", [{}, {"body": None}, {"body": ""}])
def test_a_missing_body_is_refused(missing: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="not JSON"):
        json_body({"headers": {"content-type": "application/json"}, **missing})


def test_a_repeated_member_is_found_among_many() -> None:
    many = ",".join(f'"{index:x}":1' for index in range(6000))

    with pytest.raises(InvalidRequestError, match="given twice"):
        _body("{" + many + ',"176f":1}')


def test_a_long_repeated_member_is_not_echoed_whole() -> None:
    name = json.dumps("x" * 5000)

    with pytest.raises(InvalidRequestError) as refused:
        _body(f"{{{name}: 1, {name}: 2}}")

    assert len(refused.value.description) < 200
