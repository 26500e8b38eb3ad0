"""`jobpass audit` against an account at the wire: what is sound, what is not, and where each identity leads."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobpass.command.main import main
from tests.audit import world
from tests.audit.account import ACCOUNT_ID, AwsAccount
from tests.audit.world import JOBS_LOGS, KEY, MALLORY, ROLE, SECOND_KEY, TOKEN_LOGS, event, issue, sign

EXAMPLE = Path(__file__).parents[2] / "jobpass.yaml"
AT = 1_790_000_000
RANGE = ("--from", str(AT), "--to", str(AT + 3600))
TRAIL = ("--trail", "s3://acme-trail/logs/")
Ran = tuple[int, Any]
Ask = Callable[..., Ran]


@pytest.fixture
def ask(
    account: AwsAccount, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Ask:
    """Run the command with `--json`; its status and its document."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ran:
        status = main(["audit", *arguments, "--json"])
        captured = capsys.readouterr()
        assert captured.err == ""
        return status, json.loads(captured.out)

    return run


def test_every_signature_accounted_for(account: AwsAccount, ask: Ask) -> None:
    for number in range(5):
        issue(account, f"jti-{number}", AT + 60 * number)
    world.fail(account, "lost", AT + 400, signed=True)
    world.fail(account, "failed", AT + 500, signed=False)
    world.deny(account, AT + 600)
    account.lines[TOKEN_LOGS].append((AT + 10, "START RequestId: x"))

    status, told = ask(*RANGE)

    assert (status, told["verdict"], told["findings"]) == (0, "sound", [])
    assert told["tokens"] == {
        "matched": 5,
        "lost": 1,
        "failed": 1,
        "unsettled": 0,
        "unsigned_grant": 0,
        "unsigned_attempt": 0,
    }
    assert (told["signatures"], told["denials"]) == (6, {"invalid_token": 1})
    assert (told["from"], told["to"]) == ("2026-09-21T14:13:20Z", "2026-09-21T15:13:20Z")


def test_a_signature_by_somebody_else(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    account.events.append(event("Sign", AT + 70, MALLORY))

    status, told = ask(*RANGE)

    (finding,) = told["findings"]
    assert (status, told["verdict"]) == (1, "unsound")
    assert (finding["finding"], finding["caller"]) == ("foreign", MALLORY["arn"])
    assert (finding["call"], finding["source_address"], finding["key_arns"]) == ("kms:Sign", "192.0.2.7", [KEY])


@pytest.mark.parametrize("key_arn", [SECOND_KEY, KEY.replace("1111-1111", "1111-3333")])
def test_keys_that_bear_the_tag_or_stand_in_a_record_are_watched(account: AwsAccount, ask: Ask, key_arn: str) -> None:
    world.write(account, AT + 50, world.attempt("jti-1", AT + 50, key_arn=key_arn))
    account.events.append(sign("jti-1", AT + 51, resources=[{"ARN": key_arn}]))
    account.events.append(sign("jti-2", AT + 60, resources=[{"ARN": key_arn}]))
    account.events.append(event("Sign", AT + 70, MALLORY, resources=[{"ARN": "arn:aws:kms:eu-central-1:1:key/other"}]))

    status, told = ask(*RANGE)

    assert (status, [each["finding"] for each in told["findings"]]) == (1, ["unrecorded"])
    assert told["tokens"]["lost"] == 1


def test_a_record_without_a_signature(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    account.events.clear()
    world.write(account, AT + 90, world.attempt("jti-2", AT + 90))

    status, told = ask(*RANGE)

    assert status == 1
    assert [(each["finding"], each["jti"], each["job_id"]) for each in told["findings"]] == [
        ("unsigned_grant", "jti-1", "job-1"),
        ("unsigned_attempt", "jti-2", "job-1"),
    ]


def test_a_key_that_somebody_changed(account: AwsAccount, ask: Ask) -> None:
    account.events.append(event("PutKeyPolicy", AT + 70, MALLORY))
    account.events.append(event("DisableKey", AT + 80, world.function("jobpass-keys", world.KEYS_ROLE)))
    account.events.append(event("Sign", AT + 90, MALLORY, errorCode="AccessDenied"))

    status, told = ask(*RANGE)

    assert status == 1
    assert [(each["finding"], each["call"], each["error"]) for each in told["findings"]] == [
        ("touched", "kms:PutKeyPolicy", None),
        ("refused", "kms:Sign", "AccessDenied"),
    ]


def test_the_last_hour_is_audited_unless_another_is_named(account: AwsAccount, ask: Ask) -> None:
    status, told = ask()
    assert (status, sum(told["tokens"].values())) == (0, 0)
    ((_, asked), *_) = [call for call in account.calls if call[0] == "cloudtrail:LookupEvents"]
    assert asked["EndTime"] - asked["StartTime"] == 3600 + 60


def test_the_stack_here(account: AwsAccount, ask: Ask, tmp_path: Path) -> None:
    account.tagged = {"acme": [KEY]}
    assert ask(*RANGE, "--stack", "acme")[0] == 0
    status, told = ask(*RANGE)
    assert (status, told["error"]["code"]) == (3, "not_there")
    (tmp_path / "jobpass.yaml").write_text(EXAMPLE.read_text().replace("name: jobpass ", "name: acme ", 1))
    assert ask(*RANGE)[0] == 0


def test_a_trails_files_stand_in_for_the_event_history(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    issue(account, "jti-2", AT + 3000)
    foreign = event("Sign", AT + 70, MALLORY)
    # Delivered in two files, one of them late; one event is in both.
    world.trail_file(account, "acme-trail", AT + 400, [account.events[0], foreign], folder="logs/")
    world.trail_file(account, "acme-trail", AT + 6000, [*account.events, {"eventName": "x"}], folder="logs/")
    world.trail_file(account, "acme-trail", AT - 86400, [sign("old", AT + 80)], folder="logs/")
    account.objects[f"acme-trail/logs/AWSLogs/{ACCOUNT_ID}/CloudTrail/eu-central-1/x.json.gz"] = b"no"
    account.events.clear()

    status, told = ask(*RANGE, *TRAIL)

    assert (status, [each["finding"] for each in told["findings"]]) == (1, ["foreign"])
    assert told["tokens"]["matched"] == 2
    assert "cloudtrail:LookupEvents" not in account.operations()


def test_an_organisations_trail_has_a_folder_of_its_own(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    key = world.trail_file(account, "acme-trail", AT + 400, list(account.events))
    account.objects = {f"acme-trail/{key.replace('AWSLogs/', 'AWSLogs/o-acme/')}": account.objects[f"acme-trail/{key}"]}

    status, told = ask(*RANGE, "--trail", "s3://acme-trail")

    assert (status, told["tokens"]["matched"]) == (0, 1)


@pytest.mark.parametrize("spoilt", [b"no gzip", gzip.compress(b"{", mtime=0), gzip.compress(b"[]", mtime=0)])
def test_a_file_that_is_no_trails_is_not_passed_over(account: AwsAccount, ask: Ask, spoilt: bytes) -> None:
    key = world.trail_file(account, "acme-trail", AT + 400, [], folder="logs/")
    account.objects[f"acme-trail/{key}"] = spoilt

    status, told = ask(*RANGE, *TRAIL)

    assert (status, told["error"]["code"]) == (3, "trail_malformed")
    assert key in told["error"]["message"]


def test_a_bucket_without_a_trail(account: AwsAccount, ask: Ask) -> None:
    status, told = ask(*RANGE, *TRAIL)
    assert (status, told["error"]["code"]) == (3, "no_trail_files")


def _followed(account: AwsAccount) -> None:
    registered = {"message": "registered", "job_id": "job-1", "platform": "ci-server", "subject": world.SUBJECT}
    account.lines[JOBS_LOGS].append((AT - 86400, json.dumps(registered)))
    account.lines[JOBS_LOGS].append((AT - 80000, json.dumps({**registered, "job_id": "job-2"})))
    issue(account, "jti-1", AT + 60)
    issue(account, "jti-2", AT + 120)
    issue(account, "jti-3", AT + 180, job_id="job-2", subject="org:acme:repo:api")
    account.events += [
        world.session("jti-1", AT + 70, "ASIAONE"),
        world.session("jti-2", AT + 130, "ASIATWO"),
        world.session("jti-2", AT + 5000, "ASIALATE"),
        event("ListBuckets", AT + 90, {"type": "AssumedRole", "arn": "x", "accessKeyId": "ASIAONE"}, "s3"),
        event("GetCallerIdentity", AT + 80, {"type": "AssumedRole", "arn": "x", "accessKeyId": "ASIAONE"}, "sts"),
        event("ListBuckets", AT + 140, {"type": "AssumedRole", "arn": "x", "accessKeyId": "ASIATWO"}, "s3"),
    ]
    world.deny(account, AT + 200)


def test_one_token_is_followed_to_the_calls_made_with_it(account: AwsAccount, ask: Ask) -> None:
    _followed(account)

    status, told = ask(*RANGE, "--jti", "jti-1")

    (token,) = told["tokens"]
    assert (status, told["verdict"], told["denials"]) == (0, "sound", [])
    assert told["registrations"] == {
        "job-1": [
            {"at": "2026-09-20T14:13:20Z", "what": "registered", "platform": "ci-server", "subject": world.SUBJECT}
        ]
    }
    assert (token["jti"], token["fate"], token["attempt"]["subject"]) == ("jti-1", "matched", world.SUBJECT)
    assert [each["request_id"] for each in token["signatures"]] == [token["grant"]["kms_request_id"]]
    (session,) = token["sessions"]
    assert (session["role_arn"], session["access_key_id"], session["names_this_token"]) == (ROLE, "ASIAONE", True)
    assert [each["call"] for each in session["calls"]] == ["sts:GetCallerIdentity", "s3:ListBuckets"]


@pytest.mark.parametrize("asked", [("--job", "job-1"), ("--subject", world.SUBJECT)])
def test_a_job_and_a_subject_are_followed(account: AwsAccount, ask: Ask, asked: tuple[str, str]) -> None:
    _followed(account)

    status, told = ask(*RANGE, *asked)

    assert status == 0
    assert [each["jti"] for each in told["tokens"]] == ["jti-1", "jti-2"]
    assert [len(each["sessions"]) for each in told["tokens"]] == [1, 1]
    # A denial has no subject: nobody had proved one.
    assert len(told["denials"]) == (1 if asked[0] == "--job" else 0)


def test_the_trail_is_followed_too(account: AwsAccount, ask: Ask) -> None:
    _followed(account)
    world.trail_file(account, "acme-trail", AT + 400, list(account.events), folder="logs/")
    account.events.clear()

    _, told = ask(*RANGE, "--jti", "jti-2", *TRAIL)

    (token,) = told["tokens"]
    assert [each["access_key_id"] for each in token["sessions"]] == ["ASIATWO"]
    assert [each["call"] for each in token["sessions"][0]["calls"]] == ["s3:ListBuckets"]


def test_without_a_source_identity_sessions_are_found_by_the_subject(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60, source_identity=None)
    refused = world.session(None, AT + 75, "none", errorCode="AccessDenied", responseElements=None)
    other = world.session("run-7", AT + 76, "ASIAOTHER")
    stranger = world.session(None, AT + 77, "ASIASTRANGER")
    stranger["userIdentity"]["identityProvider"] = stranger["userIdentity"]["identityProvider"].replace("oidc.", "x.")
    account.events += [world.session(None, AT + 70, "ASIAONE"), refused, other, stranger]

    _, told = ask(*RANGE, "--jti", "jti-1")

    (token,) = told["tokens"]
    assert [(each["access_key_id"], each["error"], each["names_this_token"]) for each in token["sessions"]] == [
        ("ASIAONE", None, False),
        (None, "AccessDenied", False),
    ]


def test_a_token_without_its_signature_is_told_when_it_is_followed(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    account.events.clear()
    status, told = ask(*RANGE, "--jti", "jti-1")
    assert (status, told["verdict"], told["tokens"][0]["fate"]) == (1, "unsound", "unsigned_grant")


def test_further_regions_are_looked_through_where_they_are_named(account: AwsAccount, ask: Ask) -> None:
    _followed(account)
    ask(*RANGE, "--jti", "jti-1")
    lookups = account.operations().count("cloudtrail:LookupEvents")
    account.calls.clear()
    ask(*RANGE, "--jti", "jti-1", "--region", "us-west-2", "--region", "eu-central-1")
    assert account.operations().count("cloudtrail:LookupEvents") > lookups


def test_an_identity_that_nobody_knows(account: AwsAccount, ask: Ask) -> None:
    issue(account, "jti-1", AT + 60)
    status, told = ask(*RANGE, "--jti", "jti-9")
    assert (status, told["error"]["code"]) == (1, "unknown_identity")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "yesterday"), "`--from` is no moment"),
        (("--to", "-1"), "`--to` is no moment"),
        (("--from", str(AT), "--to", str(AT)), "empty"),
        (("--from", "2999-01-01T00:00:00Z"), "empty"),
        (("--jti", "a", "--job", "b"), "several identities"),
        (("--jti", 'a" || $.x'), "`--jti` has characters"),
        (("--subject", "job:*"), "`--subject` has characters"),
        (("--job", ""), "`--job` has characters"),
        (("--trail", "acme-trail"), "names no bucket"),
        (("--trail", "s3://Acme"), "names no bucket"),
    ],
)
def test_what_the_command_does_not_take(account: AwsAccount, ask: Ask, arguments: tuple[str, ...], said: str) -> None:
    status, told = ask(*arguments)
    assert (status, told["error"]["code"]) == (2, "usage")
    assert said in told["error"]["message"]
    assert account.calls == []


@pytest.mark.parametrize(
    ("operation", "code", "expected", "status"),
    [
        ("cloudformation:DescribeStacks", "AccessDenied", "not_permitted", 1),
        ("tag:GetResources", "AccessDeniedException", "not_permitted", 1),
        ("logs:FilterLogEvents", "AccessDeniedException", "not_permitted", 1),
        ("cloudtrail:LookupEvents", "AccessDeniedException", "not_permitted", 1),
        ("cloudtrail:LookupEvents", "ExpiredTokenException", "aws_credentials_refused", 1),
        ("cloudtrail:LookupEvents", "InvalidLookupAttributesException", "aws_refused", 1),
        ("logs:FilterLogEvents", "ResourceNotFoundException", "not_there", 3),
    ],
)
def test_what_aws_refuses(account: AwsAccount, ask: Ask, operation: str, code: str, expected: str, status: int) -> None:
    account.failures = {operation: [code]}
    ran, told = ask(*RANGE)
    assert (ran, told["error"]["code"]) == (status, expected)
    assert "arn:aws:secret" not in told["error"]["message"]


def test_a_stack_that_is_no_issuers(account: AwsAccount, ask: Ask) -> None:
    del account.outputs["KeysFunctionName"]
    status, told = ask(*RANGE)
    assert (status, told["error"]["code"]) == (3, "no_issuer")


def test_a_record_of_another_version_is_not_passed_over(account: AwsAccount, ask: Ask) -> None:
    account.lines[TOKEN_LOGS].append((AT + 60, json.dumps({"record": {"kind": "renewal"}})))
    status, told = ask(*RANGE)
    assert (status, told["error"]["code"]) == (3, "record_malformed")


def test_where_nothing_can_be_asked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert ask(*RANGE)[1]["error"]["code"] == "no_aws_credentials"
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    assert ask(*RANGE)[1]["error"]["code"] == "no_region"
