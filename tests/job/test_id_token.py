"""A token from a token endpoint: all shapes of answers, and what becomes of each bad one."""

import json
from typing import Any

import pytest

import jobpass
from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.job import id_token
from jobpass.job.id_token import REMEDIES, IdToken
from jobpass.job.request_source import find
from tests.job.drawing import REQUEST_SECRET, REQUEST_TOKEN, ROLE, hasty
from tests.job.token_endpoint import CLAIMS, Reply, TokenEndpoint, closes, refuses, resets, says, sends, token


def fetched(endpoint: TokenEndpoint, name: str = "jobpass", **wanted: Any) -> IdToken:
    """A token from the endpoint, without time lost between attempts."""
    return id_token.fetch(find(endpoint.block(name)), wanted.pop("audience", "a"), patience=hasty(), **wanted)


def failure(endpoint: TokenEndpoint, *replies: Reply, name: str = "jobpass") -> JobpassError:
    """What becomes of a bad answer; no secret is in it, and a remedy is."""
    endpoint.replies += replies
    with pytest.raises(JobpassError) as caught:
        fetched(endpoint, name)
    said = f"{caught.value!r} {caught.value.message} {caught.value.remedy}"
    assert REQUEST_SECRET not in said
    assert caught.value.remedy
    assert said.isprintable()
    return caught.value


@pytest.mark.parametrize("name", ["jobpass", "github", "azure", "windmill"])
def test_each_protocol_brings_the_token_and_what_it_says(endpoint: TokenEndpoint, name: str) -> None:
    found = fetched(endpoint, name, expires_in_seconds=60)

    assert found.value == token()
    said = (found.issuer, found.subject, found.audience, found.issued_at, found.expires_at)
    assert said == (CLAIMS["iss"], CLAIMS["sub"], CLAIMS["aud"], CLAIMS["iat"], CLAIMS["exp"])
    (asked,) = endpoint.asked
    if name == "windmill":
        assert (asked.method, asked.target) == ("POST", "/api/w/acme/oidc/token/a?expires_in=60")
        assert asked.headers["content-length"] == "0"
    else:
        assert (asked.method, asked.target) == ("GET", "/v1/token?api-version=1&audience=a&expires_in=60")
    assert asked.headers["authorization"] == f"Bearer {REQUEST_TOKEN}"


def test_the_library_finds_its_way_by_the_environment(
    plain_endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JOBPASS_REQUEST_URL", "JOBPASS_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(JobpassError) as caught:
        jobpass.get_id_token("a")
    assert caught.value.code == "request_source_missing"

    for name, value in plain_endpoint.block().items():
        monkeypatch.setenv(name, value)
    assert jobpass.get_id_token("a", expires_in_seconds=60, role_arn="r") == token()
    assert plain_endpoint.asked[0].target == "/v1/token?api-version=1&audience=a&expires_in=60&role_arn=r"


def test_the_token_is_in_no_repr(endpoint: TokenEndpoint) -> None:
    assert token().split(".")[1] not in repr(fetched(endpoint))


def test_the_default_audience_is_asked_for_by_asking_for_none(endpoint: TokenEndpoint) -> None:
    fetched(endpoint, audience=None, role_arn=ROLE)
    assert (
        endpoint.asked[0].target == f"/v1/token?api-version=1&role_arn={ROLE.replace(':', '%3A').replace('/', '%2F')}"
    )


def test_several_audiences_are_said_as_several(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(says({"value": token(aud=["a", "b"])}))
    assert fetched(endpoint).audience == "a, b"


@pytest.mark.parametrize("bad", [resets, closes, *(says({"error": "x"}, status) for status in (502, 503, 504))])
def test_what_passes_is_got_over(endpoint: TokenEndpoint, bad: Reply) -> None:
    endpoint.replies += [bad, bad]
    assert fetched(endpoint).value == token()
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize("name", ["jobpass", "windmill"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid_request", 400),
        ("invalid_target", 400),
        ("invalid_token", 401),
        ("access_denied", 403),
        ("not_found", 404),
        ("something_new", 409),
    ],
)
def test_the_issuers_no_is_told_in_its_own_words_once(
    endpoint: TokenEndpoint, name: str, code: str, status: int
) -> None:
    error = failure(endpoint, refuses(code, "audience: is not registered", status), name=name)

    assert isinstance(error, RefusedError)
    assert (error.code, error.message, error.exit_status) == (code, "audience: is not registered", 1)
    assert error.remedy == REMEDIES.get(code, "ask whoever runs the issuer")
    assert len(endpoint.asked) == 1


def test_whoever_named_no_audience_is_told_the_argument(endpoint: TokenEndpoint) -> None:
    error = failure(endpoint, refuses("invalid_request", "audience: is missing: append `&audience=…`", 400))
    assert error.remedy == "name one with `--audience` (in Python, with `audience`)"


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (says({"message": "Forbidden"}, 403), "access_denied", "Forbidden"),
        (says({"message": "Not Found"}, 404), "not_found", "Not Found"),
        (says(b"<h1>no</h1>", 401), "invalid_token", "127.0.0.1 answered 401"),
        (says({"error": "Bad Thing\n", "error_description": 7}, 400), "refused", "127.0.0.1 answered 400"),
        (says({"error": ["invalid_token"]}, 400), "refused", "127.0.0.1 answered 400"),
        (says([], 422), "refused", "127.0.0.1 answered 422"),
    ],
)
def test_a_no_without_the_issuers_words_is_one_all_the_same(
    endpoint: TokenEndpoint, reply: Reply, code: str, words: str
) -> None:
    error = failure(endpoint, reply)
    assert isinstance(error, RefusedError)
    assert (error.code, error.message) == (code, words)


@pytest.mark.parametrize(
    ("reply", "code", "words", "times"),
    [
        (refuses("temporarily_unavailable", "KMS is away", 503), "temporarily_unavailable", "KMS is away", 5),
        (refuses("server_error", "a fault", 500), "server_error", "a fault (request r-1)", 1),
        (says({"message": "Too Many Requests"}, 429), "issuer_unavailable", "Too Many Requests", 1),
        (says(b"<html>", 502), "issuer_unavailable", "127.0.0.1 answered 502", 5),
        (says(b"", 302, Location="https://elsewhere.example/"), "unexpected_answer", "redirect (302)", 1),
        (says(b"", 204), "unexpected_answer", "204", 1),
        (resets, "connection_failed", "no answer from 127.0.0.1", 5),
        (sends(b"nonsense\r\n\r\n"), "answer_malformed", "not HTTP", 1),
        (says(b"x" * 2_000_000), "answer_too_large", "more than", 1),
    ],
)
def test_who_cannot_answer_may_later(endpoint: TokenEndpoint, reply: Reply, code: str, words: str, times: int) -> None:
    error = failure(endpoint, *[reply] * 5)

    assert isinstance(error, UnavailableError)
    assert (error.code, error.exit_status) == (code, 3)
    assert words in error.message
    assert len(endpoint.asked) == times


def test_a_time_to_come_back_that_is_too_far_off_ends_it(endpoint: TokenEndpoint) -> None:
    assert failure(endpoint, says({"error": "temporarily_unavailable"}, 503, Retry_After="3600")).code
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 100_000,
        b"\xff\xfe",
        {"token": token()},
        {"value": None},
        {"value": "a.b"},
        {"value": "a.b.c.d"},
        {"value": "a..c"},
        {"value": token() + "\n::add-mask::x"},
        {"value": token().replace("c2lnbmF0dXJl", "\x1b[31m")},
        {"value": "e30.bm9uc2Vuc2U.c2ln"},
        {"value": token(exp="soon")},
        {"value": token(exp=float("inf"))},
        {"value": token(exp=None)},
        {"value": token(iss=None)},
        {"value": token(aud=7)},
        {"value": token(iat=[1])},
    ],
    ids=lambda body: ascii(body)[:40],
)
def test_an_answer_without_an_id_token_is_not_taken_for_one(endpoint: TokenEndpoint, body: object) -> None:
    error = failure(endpoint, says(body))
    assert (error.code, isinstance(error, UnavailableError)) == ("unexpected_answer", True)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"a.b", json.dumps({"value": token()}).encode()])
def test_nor_is_one_of_windmills_route(endpoint: TokenEndpoint, body: bytes) -> None:
    assert failure(endpoint, says(body), name="windmill").code == "unexpected_answer"


def test_a_refusal_that_repeats_the_secret_or_drives_a_terminal_is_cleaned(endpoint: TokenEndpoint) -> None:
    error = failure(endpoint, refuses("invalid_token", f"no: {REQUEST_TOKEN}\x1b]0;x\x07\r\nok" + "x" * 9000))
    assert error.message.startswith("no: (the request token) ]0;x")
    assert len(error.message) < 1100


@pytest.mark.parametrize("before", range(900, 1001, 20))
def test_no_part_of_the_secret_is_left_where_a_long_text_is_cut(endpoint: TokenEndpoint, before: int) -> None:
    error = failure(endpoint, refuses("invalid_token", "x" * before + REQUEST_TOKEN))
    assert REQUEST_SECRET[:4] not in error.message
