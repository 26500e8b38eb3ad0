"""A slow dependency costs a caller less than the caller waits, by the configured numbers: nothing here is timed.

What callers wait for an answer: `@actions/http-client` 180 s (of its socket), `id` 30 s, Windmill's clients 900 s,
Jobpass's own client 30 s, botocore's container provider 2 s, the AWS SDK for JavaScript's 1 s. API Gateway gives a
function 30 s, and Lambda our two 10 s: what is not answered by then is answered by them, without `Retry-After`.

One try takes at most `TRY_SECONDS` = 0.5 + 1.2 = 1.7 s. A try is repeated only where the wait before it and itself end
within the route's patience P. So whatever fails however often, all that is tried again has ended by P, and after P each
further call of the route costs one try:

    route                               calls in the worst case                  P + the further calls' tries
    GET /v1/token, Windmill's           read, sign, read again, sign again       4.5 + 3 x 1.7 = 9.6 s < 10 s
    /v1/jobs, /v1/assertion/jobs        spend the assertion, one more            4.5 + 1 x 1.7 = 6.2 s < 10 s
    GET /v1/credentials                 read, sign, read, sign, STS              0 + 4 x 1.7 + 1.7 = 8.5 s < 10 s

(The second read and signature are for a key that KMS refuses.) On that last route one slow dependency costs 1.7 s, and
the others some 0.3 s together where they are well: the answer is there within botocore's 2 s, or botocore asks again.
"""

import ast
import inspect
from pathlib import Path

import pytest
from botocore.config import Config

from infra import issuer_stack
from jobpass_issuer.aws import client, patience, sts_sessions
from jobpass_issuer.handlers import jobs, token
from tests.handlers.faults.table import ASSERTED, CREDENTIALS, END, REGISTER, ROWS, SHOW, TOKEN, WINDMILL

# See above.
SHORTEST_WAIT_SECONDS = {TOKEN: 30, WINDMILL: 30}
BOTOCORE_SECONDS = 2
GATEWAY_SECONDS = 30
# Calls that a route makes a second time: the key is read anew, and signs, where KMS refuses the first.
TWICE = {"dynamodb:BatchGetItem", "kms:Sign"}
_OTHERS_WELL_SECONDS = 0.3


def _try_seconds(limits: patience.Limits) -> float:
    return limits.connect_seconds + limits.read_seconds


def _limits_of(config: Config) -> patience.Limits:
    tries = config.retries["total_max_attempts"]  # type: ignore[attr-defined]
    return patience.Limits(config.connect_timeout, config.read_timeout, tries)  # type: ignore[attr-defined]


def _lambda_seconds() -> list[int]:
    """The time that the stack gives the functions, the token's and the jobs' first."""
    tree = ast.parse(Path(inspect.getfile(issuer_stack)).read_text("utf-8"))
    found = [
        given.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Running"
        for given in node.args[:1]
        if isinstance(given, ast.Constant)
    ]
    return [int(str(value)) for value in found]


def _patience(route: str) -> float:
    return float(
        token.PATIENCE_SECONDS.get(route, 0) if route in (TOKEN, WINDMILL, CREDENTIALS) else jobs.PATIENCE_SECONDS
    )


def _worst_seconds(route: str) -> float:
    """All tries of all calls of a route, however they fail."""
    operations = [row.operation for row in ROWS if row.scene == route]
    calls = len(operations) + len(TWICE & set(operations))
    tried_again = max(_patience(route), patience.TRY_SECONDS)
    return tried_again + (calls - 1) * patience.TRY_SECONDS


def test_a_try_is_what_the_clients_are_configured_with() -> None:
    assert _try_seconds(patience.LIMITS) == patience.TRY_SECONDS
    assert patience.LIMITS.tries == patience.TRIES
    assert _limits_of(client._CONFIG) == patience.LIMITS
    assert client._CONFIG.retries["mode"] == "standard"  # type: ignore[attr-defined]
    assert _try_seconds(sts_sessions.LIMITS) <= patience.TRY_SECONDS
    assert sts_sessions.LIMITS.tries == 1


@pytest.mark.parametrize("route", [TOKEN, WINDMILL, CREDENTIALS, REGISTER, SHOW, END, *ASSERTED])
def test_a_route_answers_before_lambda_and_the_gateway_end_it(route: str) -> None:
    given = min(_lambda_seconds())

    assert given == 10
    assert _worst_seconds(route) < given < GATEWAY_SECONDS
    assert _worst_seconds(route) < SHORTEST_WAIT_SECONDS.get(route, 30)


def test_one_slow_dependency_of_credentials_is_told_before_botocore_gives_up() -> None:
    assert _patience(CREDENTIALS) == 0
    for seconds in (patience.TRY_SECONDS, _try_seconds(sts_sessions.LIMITS)):
        assert seconds + _OTHERS_WELL_SECONDS <= BOTOCORE_SECONDS


@pytest.mark.parametrize(
    ("attempts", "left", "again"),
    [(1, 2.71, True), (1, 2.69, False), (2, 3.71, True), (2, 3.69, False), (1, 0, False), (1, -1, False)],
)
def test_a_call_is_tried_again_only_where_the_wait_and_the_try_still_fit(
    attempts: int, left: float, again: bool
) -> None:
    assert patience.tried_again(attempts, left) is again


def test_within_the_patience_of_a_token_a_timeout_is_made_up_for_once_and_a_throttle_twice() -> None:
    after_a_timeout = token.PATIENCE_SECONDS[TOKEN] - patience.TRY_SECONDS
    after_two_throttles = token.PATIENCE_SECONDS[TOKEN] - patience.backoff_seconds(1) * 0.7

    assert patience.tried_again(1, after_a_timeout)
    assert patience.tried_again(2, after_two_throttles)
