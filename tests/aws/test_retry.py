"""A call is tried again where botocore's standard mode would try it again, after the same wait."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions
from botocore.model import OperationModel
from botocore.retries import quota, standard
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.aws import retry, unreachable
from jobpass_issuer.aws.reply import CORRUPT, RefusedError, Reply
from jobpass_issuer.aws.unreachable import UnreachableError

_OPERATIONS = {"kms": "Sign", "dynamodb": "BatchGetItem", "sts": "AssumeRoleWithWebIdentity"}
# Its types are not told of what is its own, nor of what a test gives it.
_STANDARD: Any = standard
_QUOTA: Any = quota.RetryQuota
_TRANSIENT, _BACKOFF = _STANDARD.TransientRetryableChecker, _STANDARD.ExponentialBackoff
_REASONS = sorted({*unreachable.PASSING, unreachable.NO_CREDENTIALS})
# Of a code that the operation knows, botocore lets its description decide, whatever the status; 429 is none of theirs.
_STATUSES = [301, 400, 403, 404, 413, 500, 501, 502, 503, 504]
_CODES = sorted(
    {*retry.TRANSIENT_CODES, *retry.THROTTLING_CODES, "AccessDeniedException", "InternalServerError", "500"}
)
_ASKED = (
    st.none()
    | st.integers(-10, 10_000).map(str)
    | st.sampled_from(["9" * 400, "9" * 5000, "-0", "+7", "1_0", " 5 ", "", "soon", "1.5", "٣"])
)


def _refused(code: str, status: int, asked: str | None) -> RefusedError:
    return RefusedError(code, Reply(status, {} if asked is None else {"x-amz-retry-after": asked}, b"{}"))


_ERRORS = (
    st.sampled_from(_REASONS).map(UnreachableError)
    | st.builds(_refused, st.sampled_from(_CODES), st.sampled_from(_STATUSES), _ASKED)
    | st.builds(_refused, st.sampled_from(["429", "Busy"]), st.just(429), _ASKED)
)


@cache
def _operation(service: str) -> OperationModel:
    return get_session().get_service_model(service).operation_model(_OPERATIONS[service])


class _Botocore:
    """Botocore's own rules for one service, put together as it does it."""

    def __init__(self, service: str, tries: int, draw: float, left: int) -> None:
        self._service = service
        adapter = _STANDARD.RetryEventAdapter()
        throttling = _STANDARD.ThrottlingErrorDetector(adapter)
        self.quota = _QUOTA()
        self.quota._available_capacity = left
        self._checker = _STANDARD.RetryQuotaChecker(self.quota, throttling)
        backoff = _BACKOFF(random=lambda: draw, service_name=service, throttling_detector=throttling)
        policy = _STANDARD.RetryPolicy(_STANDARD.StandardRetryConditions(tries), backoff)
        self._handler = _STANDARD.RetryHandler(policy, adapter, self._checker, service)
        self.context: dict[str, Any] = {}

    def wait_seconds(self, error: retry.Trouble, attempts: int) -> float | None:
        response, caught = None, None
        if isinstance(error, RefusedError):
            reply = error.reply
            http = SimpleNamespace(status_code=reply.status, headers=reply.headers, content=reply.body)
            response = (http, {"Error": {"Code": error.code}})
        else:
            caught = _exception(error.reason)
        wait: float | None = self._handler.needs_retry(
            response=response,
            attempts=attempts,
            operation=_operation(self._service),
            caught_exception=caught,
            request_dict={"context": self.context},
        )
        return wait

    def succeeded(self) -> None:
        self._checker.release_retry_quota(self.context, SimpleNamespace(status_code=200))


def _exception(reason: str) -> BaseException:
    words = dict.fromkeys(("endpoint_url", "proxy_url", "error"), "there")
    made: BaseException = getattr(exceptions, reason)(**words)
    return made


@given(
    service=st.sampled_from(sorted(_OPERATIONS)),
    tries=st.integers(1, 9),
    draw=st.floats(0, 1, exclude_max=True),
    left=st.integers(0, retry.QUOTA),
    # Each call's errors; one that is still to be tried after the last of them succeeds.
    calls=st.lists(st.lists(_ERRORS, max_size=9), max_size=9),
)
def test_every_wait_is_botocores(
    service: str, tries: int, draw: float, left: int, calls: list[list[retry.Trouble]]
) -> None:
    ours, theirs = retry.StandardRetries(service, tries, lambda: draw), _Botocore(service, tries, draw, left)
    ours._quota = left
    for errors in calls:
        theirs.context = {}
        # An error that only STS knows is none of the others'.
        known = [each for each in errors if service == "sts" or str(each) != "IDPCommunicationError"]
        wait: float | None = 0.0
        for attempts, error in enumerate(known, 1):
            wait = ours.wait_seconds(error, attempts)
            assert wait == theirs.wait_seconds(error, attempts)
            if wait is None:
                break
        if wait is not None:
            ours.succeeded(len(known) + 1)
            theirs.succeeded()
        assert ours._quota == theirs.quota.available_capacity


def test_the_codes_statuses_and_numbers_are_botocores() -> None:
    assert {*_TRANSIENT._TRANSIENT_ERROR_CODES, "IDPCommunicationError"} == retry.TRANSIENT_CODES
    assert set(_TRANSIENT._TRANSIENT_STATUS_CODES) == retry.TRANSIENT_STATUSES
    assert set(_STANDARD.ThrottledRetryableChecker._THROTTLED_ERROR_CODES) == retry.THROTTLING_CODES
    assert _STANDARD.ThrottlingStatusCodeChecker._THROTTLING_STATUS_CODES == [retry.THROTTLING_STATUS]
    assert _QUOTA.INITIAL_CAPACITY == retry.QUOTA
    costs = _STANDARD.RetryQuotaChecker
    assert costs._THROTTLING_RETRY_COST == retry.THROTTLING_COST
    assert (costs._RETRY_COST, costs._NO_RETRY_INCREMENT) == (retry.OTHER_COST, retry.GOOD_CALL)
    assert (_BACKOFF._MAX_BACKOFF, _BACKOFF._RETRY_AFTER_MAX_ADDITIONAL) == (
        retry.MOST_SECONDS,
        retry.MOST_MORE_SECONDS,
    )


@pytest.mark.parametrize("reason", _REASONS)
def test_trouble_goes_by_the_name_of_botocores_exception_which_passes_or_does_not(reason: str) -> None:
    passes = isinstance(_exception(reason), _TRANSIENT._TRANSIENT_EXCEPTION_CLS)

    assert passes == (reason in unreachable.PASSING)


def test_an_answer_that_is_spoilt_is_asked_for_again() -> None:
    retries = retry.StandardRetries("dynamodb", 3, lambda: 1.0)

    assert retries.wait_seconds(_refused(CORRUPT, 200, None), 1) == retry.DYNAMODB_SECONDS
