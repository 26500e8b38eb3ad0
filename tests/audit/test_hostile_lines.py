"""What somebody has put into the log group or the trail's bucket is told, and ends no audit otherwise."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from jobpass.audit import trail_files
from jobpass.command.main import main
from jobpass_issuer.aws.issuance_log import IssuanceLog
from jobpass_issuer.domain.audit import Window
from local.seam.cloudwatch import filter_pattern
from tests.audit import world
from tests.audit.account import AwsAccount
from tests.audit.world import TOKEN_LOGS, issue, sign

AT = 1_790_000_000
RANGE = ("--from", str(AT), "--to", str(AT + 3600))
TRAIL = ("--trail", "s3://acme-trail/logs/")
Ask = Callable[..., tuple[int, Any]]
DEEP = "[" * 100_000


@pytest.fixture
def ask(
    account: AwsAccount, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """Run the command with `--json`; its status and its document."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, Any]:
        status = main(["audit", *RANGE, *arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    "spoilt",
    [
        DEEP.encode(),
        b'{"Records": 5}',
        b'{"Records": {"eventName": "Sign"}}',
        b'{"Records": null}',
        json.dumps({"Records": [[sign("jti", AT + 60)]]}).encode(),
    ],
    ids=["nested", "a number", "one event", "nothing", "lists of events"],
)
def test_a_file_whose_events_cannot_be_read_hides_none(account: AwsAccount, ask: Ask, spoilt: bytes) -> None:
    key = world.trail_file(account, "acme-trail", AT + 400, [], folder="logs/")
    account.objects[f"acme-trail/{key}"] = gzip.compress(spoilt)

    status, told = ask(*TRAIL)

    assert (status, told["error"]["code"]) == (3, "trail_malformed")
    assert key in told["error"]["message"]


def test_a_file_that_unfolds_without_end_is_not_unfolded(
    account: AwsAccount, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_files, "_MOST_BYTES", 1_000_000)
    issue(account, "jti", AT + 60)
    written = world.trail_file(account, "acme-trail", AT + 400, list(account.events), folder="logs/")
    assert ask(*TRAIL)[1]["tokens"]["matched"] == 1
    within = json.dumps({"Records": []}).encode()
    account.objects[f"acme-trail/{written}"] = gzip.compress(within + b" " * 1_000_000)

    status, told = ask(*TRAIL)

    assert (status, told["error"]["code"]) == (3, "trail_malformed")


@pytest.fixture
def nested(account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> AwsAccount:
    """The account with a line that is deeper than Python reads; the stand-in finds it all the same."""
    monkeypatch.setattr(filter_pattern, "compiled", lambda _pattern: lambda _text: True)
    account.lines[TOKEN_LOGS].append((AT + 60, '{"record": {"kind": ' + DEEP))
    return account


@pytest.mark.usefixtures("nested")
def test_a_line_nested_without_end_is_told_by_the_command(ask: Ask) -> None:
    status, told = ask()

    assert (status, told["error"]["code"]) == (3, "record_malformed")


def test_a_line_nested_without_end_stops_no_run_of_the_audit_function(nested: AwsAccount) -> None:
    issue(nested, "jti", AT + 61)
    log = IssuanceLog(boto3.client("logs"), TOKEN_LOGS)

    assert {each.record.KIND for each in log.read(Window(AT, AT + 3600))} == {"attempt", "grant"}
    assert log.unreadable == 1
