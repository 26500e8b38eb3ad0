"""Answers: every error has its status, its code and its headers, and nobody may keep any of them."""

import json
from collections.abc import Iterator

import pytest

from jobpass_issuer.aws.dynamodb_key_ring import RingConflictError
from jobpass_issuer.aws.failure import DependencyError, KeyUnusableError
from jobpass_issuer.domain.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidRequestError,
    InvalidTargetError,
    InvalidTokenError,
    IssuerError,
    NotFoundError,
    Problem,
    TemporarilyUnavailableError,
)
from jobpass_issuer.handlers import response
from tests.handlers.events import members

EXPECTED: dict[type[IssuerError], tuple[int, str]] = {
    InvalidRequestError: (400, "invalid_request"),
    InvalidTargetError: (400, "invalid_target"),
    InvalidTokenError: (401, "invalid_token"),
    InvalidClientError: (401, "invalid_client"),
    AccessDeniedError: (403, "access_denied"),
    NotFoundError: (404, "not_found"),
    TemporarilyUnavailableError: (503, "temporarily_unavailable"),
    DependencyError: (503, "temporarily_unavailable"),
    KeyUnusableError: (503, "temporarily_unavailable"),
    RingConflictError: (503, "temporarily_unavailable"),
}


def _subclasses(kind: type[IssuerError]) -> Iterator[type[IssuerError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def _error(kind: type[IssuerError]) -> IssuerError:
    return kind("kms:Sign", "X") if issubclass(kind, DependencyError) else kind("what to do")


def test_every_kind_of_error_has_a_status_of_its_own() -> None:
    kinds = set(_subclasses(IssuerError))

    assert kinds == set(EXPECTED)
    assert {kind: response.status_of(_error(kind)) for kind in kinds} == {
        kind: status for kind, (status, _) in EXPECTED.items()
    }


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: str(kind.__name__))
def test_an_error_is_answered_with_its_code_what_to_do_and_the_request(kind: type[IssuerError]) -> None:
    status, code = EXPECTED[kind]
    error = _error(kind)

    answer = response.failure(error, "req-1")

    assert answer["statusCode"] == status
    assert members(answer) == {"error": code, "error_description": error.description, "request_id": "req-1"}
    assert ("WWW-Authenticate" in answer["headers"]) is (status == 401)
    assert ("Retry-After" in answer["headers"]) is (status == 503)


def test_an_error_that_nobody_foresaw_is_a_fault_of_ours() -> None:
    answer = response.failure(IssuerError("x"), "req-1")

    assert answer["statusCode"] == 500
    assert members(answer)["error"] == "server_error"


@pytest.mark.parametrize("kind", [InvalidTokenError, InvalidClientError])
def test_an_unauthorized_answer_says_how_to_authorize(kind: type[IssuerError]) -> None:
    answer = response.failure(kind("x"), "")

    assert answer["headers"]["WWW-Authenticate"] == f'Bearer realm="jobpass", error="{kind.code}"'


@pytest.mark.parametrize("seconds", [1, 5, 60])
def test_an_answer_that_shall_be_tried_again_says_when(seconds: int) -> None:
    answer = response.failure(TemporarilyUnavailableError("x", retry_after_seconds=seconds), "")

    assert answer["headers"]["Retry-After"] == str(seconds)


def test_every_problem_is_told_with_its_place() -> None:
    error = InvalidRequestError.of([Problem("a", "is wrong"), Problem("", "is odd")])

    body = members(response.failure(error, ""))

    assert body["error_description"] == "a: is wrong; is odd"
    assert body["problems"] == [{"field": "a", "problem": "is wrong"}, {"field": "", "problem": "is odd"}]


def test_aws_words_for_a_failure_are_for_the_log_alone() -> None:
    answer = response.failure(DependencyError("kms:Sign", "AccessDeniedException"), "")

    assert "kms" not in answer["body"]
    assert "AccessDenied" not in answer["body"]


@pytest.mark.parametrize("text", ["\ud800", "é", "\x00", "\u2028", '"', "\U0001f511"])
def test_whatever_text_comes_back_is_ascii_on_the_wire(text: str) -> None:
    answer = response.failure(InvalidRequestError.of([Problem(text, "x")]), text)

    assert members(answer)["problems"][0]["field"] == text


def test_a_success_is_what_it_is_given() -> None:
    answer = response.success({"a": [1, "é"]}, 201)

    assert answer["statusCode"] == 201
    assert members(answer) == {"a": [1, "é"]}


def test_one_answers_headers_are_not_anothers() -> None:
    response.failure(InvalidTokenError("x"), "")

    assert set(response.success({})["headers"]) == {"Content-Type", "Cache-Control", "X-Content-Type-Options"}
    assert json.loads(response.success({})["body"]) == {}
