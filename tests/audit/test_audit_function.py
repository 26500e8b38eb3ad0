"""The audit function against an account at the wire: what it joins, what it tells, and that it leaves nothing out."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from jobpass_issuer.domain.audit_schedule import BEHIND_SECONDS, FIRST_SECONDS, SLICE_SECONDS
from jobpass_issuer.handlers import audit, telemetry
from tests.audit import world
from tests.audit.account import AwsAccount
from tests.audit.world import KEY, MALLORY, TOKEN_LOGS, event, issue
from tests.aws import sdk_clients

NOW = 1_790_000_100
END = (NOW - BEHIND_SECONDS) // SLICE_SECONDS * SLICE_SECONDS
START = END - FIRST_SECONDS
COMMAND = {"command": "audit"}
PLENTY = 900_000


@dataclass
class Function:
    """The function in this process, and all that it has written."""

    account: AwsAccount
    read: Callable[[], str]

    def run(self, event: Any = COMMAND, milliseconds: Callable[[], int] = lambda: PLENTY) -> Any:
        """Invoke it."""
        return audit.handler(event, SimpleNamespace(get_remaining_time_in_millis=milliseconds))

    def metrics(self) -> dict[str, list[float]]:
        """The values of each metric so far, in order."""
        found: dict[str, list[float]] = {}
        for line in map(json.loads, self.read().splitlines()):
            for told in line.get("_aws", {}).get("CloudWatchMetrics", ()):
                assert ["service"] in told["Dimensions"]
                for each in told["Metrics"]:
                    found.setdefault(each["Name"], []).extend(
                        line[each["Name"]] if isinstance(line[each["Name"]], list) else [line[each["Name"]]]
                    )
        return found

    def findings(self) -> dict[str, float]:
        """The sum of each metric that tells of something wrong."""
        counts = {"AuditedTokens", "BusiestJobTokens", "AuditRan"}
        return {name: sum(values) for name, values in self.metrics().items() if name not in counts}

    def logged(self, message: str) -> list[dict[str, Any]]:
        """The lines with this message."""
        return [line for line in map(json.loads, self.read().splitlines()) if line.get("message") == message]


class _StandardOutput(io.TextIOBase):
    def write(self, text: str) -> int:
        return sys.stdout.write(text)


@pytest.fixture
def function(
    account: AwsAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Function]:
    """The function as it is deployed, its clock standing still."""
    settings = {
        "TABLE_NAME": "jobpass-table",
        "TOKEN_LOG_GROUP": TOKEN_LOGS,
        "TOKEN_ROLE_ARN": world.TOKEN_ROLE,
        "KEYS_ROLE_ARN": world.KEYS_ROLE,
        "LOG_RETENTION_DAYS": "30",
        "POWERTOOLS_SERVICE_NAME": "jobpass-audit",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for handler in telemetry.logger.handlers:
        monkeypatch.setattr(handler, "stream", _StandardOutput())
    monkeypatch.setattr(audit, "time", SimpleNamespace(time=lambda: NOW))
    written: list[str] = []

    def read() -> str:
        captured = capsys.readouterr()
        written.append(captured.out + captured.err)
        return "".join(written)

    caches = (audit._settings, audit._dynamodb, audit._logs, audit._cloudtrail)
    for cache in caches:
        cache.cache_clear()
    sdk_clients.forget()
    yield Function(account, read)
    sdk_clients.forget()
    for cache in caches:
        cache.cache_clear()


def test_the_first_run_joins_the_last_quarter_that_is_settled(account: AwsAccount, function: Function) -> None:
    for number in range(4):
        issue(account, f"jti-{number}", START + 60 * number, job_id=f"job-{number // 3}")
    world.fail(account, "lost", START + 310, signed=True)
    world.deny(account, START + 320)
    issue(account, "too-late", END + 5)

    assert function.run() == {"audited": 3, "until": END}

    assert function.metrics() == {
        "AuditedTokens": [4, 1, 0],
        "BusiestJobTokens": [3, 1, 0],
        "AuditRan": [1],
    }
    assert account.items["audit"]["audited_until"] == {"N": str(END)}
    assert len(function.logged("audited")) == 3


def test_the_next_run_goes_on_where_it_stopped_and_makes_up_for_what_was_missed(
    account: AwsAccount, function: Function
) -> None:
    function.run()
    assert function.run() == {"audited": 0, "until": END}
    account.items["audit"]["audited_until"] = {"N": str(END - 6 * 3600)}
    issue(account, "jti", END - 5 * 3600)

    assert function.run() == {"audited": 72, "until": END}

    assert sum(function.metrics()["AuditedTokens"]) == 1
    assert function.metrics()["AuditRan"] == [1, 1, 1]


def test_a_token_at_the_edge_of_two_stretches_is_told_once(account: AwsAccount, function: Function) -> None:
    issue(account, "jti", START + SLICE_SECONDS - 1)
    function.run()
    assert function.findings() == {}
    assert function.metrics()["AuditedTokens"] == [1, 0, 0]


def test_what_is_wrong_is_measured_and_logged(account: AwsAccount, function: Function) -> None:
    issue(account, "jti", START + 5)
    world.write(account, START + 10, world.attempt("begun", START + 10))
    issue(account, "unsigned", START + 20)
    account.events = [each for each in account.events if each["requestID"] != "kms-unsigned"]
    account.events += [
        event("Sign", START + 30, MALLORY),
        world.sign("nobody", START + 40),
        event("PutKeyPolicy", START + 50, MALLORY),
        event("Sign", START + 60, MALLORY, errorCode="AccessDenied"),
        event("Sign", START + 70, MALLORY, resources=[{"ARN": KEY + "-of-others"}]),
    ]

    function.run()

    assert function.findings() == {
        "ForeignSign": 1,
        "UnrecordedSign": 1,
        "KeyTouched": 1,
        "KeyCallRefused": 1,
        "UnsignedGrant": 1,
        "UnsignedAttempt": 1,
    }
    suspects = function.logged("suspect call")
    assert [(each["fault"], each["call"], each["caller"]) for each in suspects] == [
        ("foreign", "Sign", MALLORY["arn"]),
        ("unrecorded", "Sign", world.function()["arn"]),
        ("touched", "PutKeyPolicy", MALLORY["arn"]),
        ("refused", "Sign", MALLORY["arn"]),
    ]
    assert {each["jti"] for each in function.logged("token without signature")} == {"begun", "unsigned"}


def test_a_key_that_has_left_the_ring_is_known_by_the_records(account: AwsAccount, function: Function) -> None:
    world.write(account, START + 10, world.attempt("a", START + 10, key_arn=world.SECOND_KEY))
    account.events.append(world.sign("a", START + 11, resources=[{"ARN": world.SECOND_KEY}]))
    account.events.append(world.sign("b", START + 11, resources=[{"ARN": world.SECOND_KEY}], requestID="b"))
    function.run()
    assert function.findings() == {"UnrecordedSign": 1}


@pytest.mark.parametrize(
    ("detail", "metric"),
    [
        (event("Sign", NOW, MALLORY), "ForeignSign"),
        (event("Sign", NOW, {"type": "Root", "arn": "arn:aws:iam::111122223333:root"}), "ForeignSign"),
        (event("Sign", NOW, {"type": "AWSService", "invokedBy": "x.amazonaws.com"}), "ForeignSign"),
        (event("Sign", NOW, world.function("other")), "ForeignSign"),
        (event("PutKeyPolicy", NOW, MALLORY), "KeyTouched"),
        (event("CreateGrant", NOW, world.function()), "KeyTouched"),
        (event("CreateGrant", NOW, MALLORY, errorCode="AccessDenied"), "KeyCallRefused"),
        (event("Sign", NOW, world.function()), None),
        (event("DisableKey", NOW, world.function("jobpass-keys", world.KEYS_ROLE)), None),
        (event("Sign", NOW, MALLORY, resources=[{"ARN": world.SECOND_KEY}]), None),
    ],
)
def test_a_strangers_call_is_told_at_once(function: Function, detail: Any, metric: str | None) -> None:
    told = function.run({"source": "aws.kms", "detail-type": "AWS API Call via CloudTrail", "detail": detail})

    assert told == {"suspect": metric is not None}
    assert function.metrics() == ({metric: [1]} if metric else {})
    assert "audit" not in function.account.items


@pytest.mark.parametrize("detail", [None, {}, "x", {"eventName": "Sign"}])
def test_what_is_no_event_does_not_pass_in_silence(function: Function, detail: Any) -> None:
    assert function.run({"detail": detail}) == {"suspect": False}
    assert function.metrics() == {"AuditIncomplete": [1]}


@pytest.mark.parametrize(
    "operation", ["dynamodb:GetItem", "dynamodb:PutItem", "logs:FilterLogEvents", "cloudtrail:LookupEvents"]
)
def test_a_run_that_cannot_read_fails_and_the_next_goes_on(
    account: AwsAccount, function: Function, operation: str
) -> None:
    account.events.append(event("Sign", START + 30, MALLORY))
    account.failures = {operation: ["AccessDeniedException"]}

    with pytest.raises(RuntimeError, match=f"{operation}: AccessDeniedException"):
        function.run()

    assert "AuditRan" not in function.metrics()
    assert function.metrics()["AuditIncomplete"] == [1]
    assert "audit" not in account.items
    assert function.run() == {"audited": 3, "until": END}
    assert function.findings()["ForeignSign"] >= 1
    assert "arn:aws:secret" not in function.read()


def test_a_stranger_is_told_again_where_the_ring_could_not_be_read(account: AwsAccount, function: Function) -> None:
    account.failures = {"dynamodb:GetItem": ["AccessDeniedException"]}
    # Lambda invokes it again then.
    with pytest.raises(RuntimeError):
        function.run({"detail": event("Sign", NOW, MALLORY)})
    assert "AuditIncomplete" not in function.metrics()


def test_cloudtrails_throttling_is_waited_for(account: AwsAccount, function: Function) -> None:
    account.failures = {"cloudtrail:LookupEvents": ["ThrottlingException"]}
    assert function.run()["audited"] == 3
    assert function.findings() == {}


def test_a_record_that_cannot_be_read_is_said_and_stops_no_audit(account: AwsAccount, function: Function) -> None:
    account.lines[TOKEN_LOGS] += [(START + 10, '{"record": {"kind": "renewal"}}'), (START + 11, '{"record": {}}')]
    account.events.append(world.sign("jti", START + 11))

    assert function.run()["audited"] == 3

    # What it may have told of is missed then.
    assert function.findings() == {"AuditIncomplete": 1, "UnrecordedSign": 1}
    assert function.logged("unreadable records")[0]["lines"] == 1


def test_a_run_ends_before_lambda_ends_it_and_keeps_what_it_has(account: AwsAccount, function: Function) -> None:
    def left() -> int:
        return PLENTY if account.operations().count("dynamodb:PutItem") < 2 else 1

    assert function.run(milliseconds=left) == {"audited": 2, "until": END - SLICE_SECONDS}
    assert function.findings() == {"AuditIncomplete": 1}
    assert function.run() == {"audited": 1, "until": END}


def test_of_two_runs_at_once_one_gives_way(account: AwsAccount, function: Function) -> None:
    def overtaken() -> None:
        account.items["audit"] = {"pk": {"S": "audit"}, "audited_until": {"N": str(END)}}

    account.before["cloudtrail:LookupEvents"] = overtaken
    assert function.run() == {"audited": 0, "until": None}
    assert account.items["audit"]["audited_until"] == {"N": str(END)}
    assert "AuditIncomplete" not in function.metrics()


def test_what_is_kept_no_more_is_left_out_and_said(
    account: AwsAccount, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_RETENTION_DAYS", "1")
    account.items["audit"] = {"pk": {"S": "audit"}, "audited_until": {"N": str(END - 2 * 86400)}}

    assert function.run()["until"] == END

    assert function.findings() == {"AuditIncomplete": 1}
    assert function.logged("left out for good")[0]["seconds"] > 86400
