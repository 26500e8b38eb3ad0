"""The token function's own package, started and asked as the measurements start and ask it."""

import json
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.stub.running import stub
from bench.token import cold, latency, warm
from bench.token.answers import same, verified
from bench.token.function import FunctionError, running
from bench.token.packages import Interpreter, built_token_package, runnable, with_standing
from bench.token.part import READ, SIGN, Bench
from bench.token.sample import sample


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """All that is needed to run it, by this interpreter; there is no baseline."""
    folder = tmp_path_factory.mktemp("bench")
    interpreter = Interpreter(
        Path(sys.executable).resolve(), platform.python_version(), str(sys.implementation.cache_tag)
    )
    made = sample((1, 2), int(time.time()))
    package = built_token_package(made.standing(1))
    jobpass = runnable(package, folder / "jobpass", interpreter)
    with stub(made.contents, folder) as aws:
        yield Bench(interpreter, made, aws, folder, package, jobpass, folder / "none")


def test_a_start_and_its_first_token_are_told_apart(bench: Bench) -> None:
    found = cold.started(bench.function(), bench.requests(), bench.folder)
    bare = cold.bare_start(bench.interpreter.python)

    assert 0 < bare.ready_cpu_ms < found.ready_cpu_ms < found.first_token_cpu_ms
    assert found.peak_mib > 5
    assert found.modules > 50


def test_its_token_verifies_and_costs_one_read_and_one_signature(bench: Bench) -> None:
    bench.stub.calls()
    with running(bench.function(), bench.requests(), bench.folder) as function:
        served = function.serve(3)

    assert bench.stub.calls() == {READ: 3, SIGN: 3}
    assert len(served.clock_seconds) == 3
    assert served.cpu_ms_each > 0
    token = verified(served.body, bench.sample.public_key)
    assert token["payload"]["sub"].startswith("org:acme:project:")


def test_with_its_calls_stubbed_it_makes_none(bench: Bench) -> None:
    bench.stub.calls()
    one = bench.requests(1)
    found = warm.worked({"own": (bench.stubbed(bench.function()), one)}, bench.folder, 2, 3)["own"]

    assert bench.stub.calls() == {}
    assert len(found.cpu_ms) == 2
    assert json.loads(found.body)["count"] > 1_000
    assert found.log_bytes > 300


def test_more_roles_and_other_keys_give_a_token_too(bench: Bench) -> None:
    package = with_standing(bench.jobpass, bench.sample.standing(3), bench.folder / "roles")
    for function in (bench.function(package=package), bench.function(keys=1)):
        with running(function, bench.requests(), bench.folder) as found:
            verified(found.serve(1).body, bench.sample.public_key)


def test_those_who_ask_at_once_wait_for_aws(bench: Bench) -> None:
    kinds = {"Jobpass": bench.function()}
    found = latency.latencies(kinds, bench.stub, bench.requests(), bench.folder, 3, (1, 2))["Jobpass"]

    assert [each["at_once"] for each in found] == [1, 2]
    assert all(each["p95_ms"] >= each["median_ms"] >= latency.KMS_MS + latency.DYNAMODB_MS for each in found)


def test_a_function_that_answers_no_token_ends_the_measurement(bench: Bench) -> None:
    known = bench.function()
    lost = replace(known, variables={**known.variables, "AWS_ENDPOINT_URL": "https://127.0.0.1:1"})
    with running(lost, bench.requests(), bench.folder) as function, pytest.raises(FunctionError, match="503"):
        function.serve(1)


def test_one_that_cannot_be_loaded_ends_it_too(bench: Bench) -> None:
    missing = replace(bench.function(), module="no_such_module")
    with (
        pytest.raises(FunctionError, match="no_such_module"),
        running(missing, bench.requests(), bench.folder),
    ):
        pass


def test_a_token_of_another_key_does_not_verify(bench: Bench) -> None:
    with running(bench.function(), bench.requests(), bench.folder) as function:
        body = function.serve(1).body
    with pytest.raises(FunctionError, match="does not verify"):
        verified(body, sample((1,), int(time.time())).public_key)


def test_tokens_that_say_otherwise_are_not_the_same() -> None:
    claims = {"sub": "a", "jti": "1"}
    one, other = ({"header": {"kid": "k"}, "payload": {**claims, "jti": jti}} for jti in "12")
    same(one, other)
    with pytest.raises(FunctionError, match="differ"):
        same(one, {**other, "payload": {**claims, "sub": "b"}})
