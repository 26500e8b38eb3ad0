"""A few thousand inputs, the same in every run, for each parser that strangers reach; `make fuzz` tries a million."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from jobpass_issuer.domain.errors import IssuerError
from tests.fuzz import targets
from tests.fuzz.seeds import INPUTS, SEEDS
from tests.fuzz.targets import TARGETS, FindingError, check

EACH = 300


@pytest.fixture(autouse=True)
def _functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jobpass")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "jobpass-test")
    for handler in targets.logger.handlers:
        monkeypatch.setattr(handler, "stream", targets._StandardOutput())


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_a_stranger_sends_is_granted_or_refused_and_no_fault(name: str) -> None:
    statuses = {check(name, each) for each in SEEDS[name]}

    @seed(20260101)
    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(INPUTS)
    def feed(data: bytes) -> None:
        statuses.add(check(name, data))

    feed()

    assert statuses & {400, 401, 403, 404}


@pytest.mark.parametrize("error", [KeyError("x"), IssuerError("x"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x")])
def test_a_fault_is_a_finding(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(_: bytes) -> Any:
        def work(_: object) -> object:
            raise error

        return targets._event(), work

    monkeypatch.setitem(TARGETS, "broken", broken)

    with pytest.raises(FindingError, match="answered 500"):
        check("broken", b"")


def test_a_secret_that_is_told_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TARGETS, "loud", lambda _: (targets._event(), lambda _: print(targets.SECRET)))

    with pytest.raises(FindingError, match="may not be told"):
        check("loud", b"")
