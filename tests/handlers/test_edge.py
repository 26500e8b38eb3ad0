"""The edge of a function: every way out is an answer, logged and counted, that tells no more than it must."""

from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.domain.errors import InvalidTargetError, IssuerError, NotFoundError
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.response import Response, success
from jobpass_issuer.handlers.telemetry import count
from tests.handlers.events import REQUEST_ID, event, members

Records = Callable[[], list[dict[str, Any]]]


def _raising(error: Exception) -> Response:
    return answered(_work(error), event(), refusal="TokenRefused")


def _work(error: Exception) -> Callable[[Any], Response]:
    def work(_: Any) -> Response:
        raise error

    return work


def _metrics(records: Records) -> list[dict[str, Any]]:
    return [record for record in records() if "_aws" in record]


def _logs(records: Records) -> list[dict[str, Any]]:
    return [record for record in records() if "_aws" not in record]


def test_what_the_work_answers_is_the_answer(records: Records) -> None:
    assert answered(lambda _: success({"a": 1}), event(), refusal="X") == success({"a": 1})
    assert records() == []


def test_a_refusal_is_answered_logged_and_counted_by_its_code(records: Records) -> None:
    answer = _raising(InvalidTargetError("audience: is not registered"))
    (log,), (metric,) = _logs(records), _metrics(records)

    assert answer["statusCode"] == 400
    assert members(answer)["request_id"] == REQUEST_ID
    assert (log["level"], log["message"], log["error"], log["status"]) == ("INFO", "refused", "invalid_target", 400)
    assert log["request_id"] == REQUEST_ID
    assert (metric["TokenRefused"], metric["Reason"]) == ([1.0], "invalid_target")


def test_a_failed_dependency_is_answered_as_temporary_and_named_in_the_log_alone(records: Records) -> None:
    answer = _raising(DependencyError("kms:Sign", "DisabledException"))
    (log,), (metric,) = _logs(records), _metrics(records)

    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "2"
    assert "Disabled" not in answer["body"]
    assert (log["level"], log["operation"], log["reason"]) == ("ERROR", "kms:Sign", "DisabledException")
    assert (metric["DependencyFailure"], metric["Reason"]) == ([1.0], "kms:Sign")


@pytest.mark.parametrize("error", [KeyError("secret-detail"), RuntimeError("secret-detail"), RecursionError()])
def test_what_nobody_foresaw_is_answered_without_detail_and_logged_with_it(error: Exception, records: Records) -> None:
    answer = _raising(error)
    (log,), (metric,) = _logs(records), _metrics(records)

    assert answer["statusCode"] == 500
    assert members(answer) == {
        "error": "server_error",
        "error_description": "Jobpass failed; give the request_id to whoever runs it",
        "request_id": REQUEST_ID,
    }
    assert (log["level"], log["message"], log["request_id"]) == ("ERROR", "fault", REQUEST_ID)
    assert type(error).__name__ in log["exception"]
    assert metric["Fault"] == [1.0]


def test_an_issuer_error_of_no_known_kind_is_a_fault_of_ours_too(records: Records) -> None:
    assert _raising(IssuerError("x"))["statusCode"] == 500


@pytest.mark.parametrize("broken", [{}, {"requestContext": {}}, {"requestContext": {"requestId": None}}])
def test_an_event_without_a_request_identifier_is_answered_too(broken: dict[str, Any], records: Records) -> None:
    assert answered(_work(NotFoundError("x")), broken, refusal="X")["statusCode"] == 404


def test_a_metric_is_an_embedded_record_with_its_namespace_counted_in_all_and_by_reason(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "jobpass-token")
    count("TokenRefused", "invalid_target")
    (metric,) = records()
    (definition,) = metric["_aws"]["CloudWatchMetrics"]

    assert definition["Namespace"] == "Jobpass"
    assert definition["Metrics"] == [{"Name": "TokenRefused", "Unit": "Count"}]
    # Alarms watch the first, people ask for the second.
    assert [set(each) for each in definition["Dimensions"]] == [{"service"}, {"service", "Reason"}]
    assert (metric["service"], metric["Reason"]) == ("jobpass-token", "invalid_target")


def test_one_events_reason_never_stands_beside_another_event(records: Records) -> None:
    count("DependencyFailure", "kms:Sign")
    count("TokenRefused", "invalid_target")
    count("TokenGranted")
    first, second, third = records()

    assert (first["Reason"], second["Reason"]) == ("kms:Sign", "invalid_target")
    assert "Reason" not in third
    assert {"DependencyFailure", "TokenRefused"}.isdisjoint(third)
    assert "Reason" not in str(third["_aws"])
