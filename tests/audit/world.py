"""Tokens that were issued in the account of tests/audit/account.py, and what CloudTrail has of each."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from jobpass_issuer.domain.issuance_record import (
    AttemptRecord,
    DenialRecord,
    FailureRecord,
    GrantRecord,
    Record,
    document,
)
from jobpass_issuer.domain.key_ring import EMPTY, KeyState, SigningKey
from tests.audit.account import ACCOUNT_ID, REGION, AwsAccount, serving

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/11111111-1111-1111-1111-111111111111"
SECOND_KEY = KEY.replace("1111-1111", "1111-2222")
TOKEN_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/jobpass-token"
KEYS_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/jobpass-keys"
TOKEN_LOGS, JOBS_LOGS = "/aws/lambda/jobpass-token", "/aws/lambda/jobpass-jobs"
ISSUER = "https://oidc.example.com"
SUBJECT = "org:acme:repo:web"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/web-deploy"
MALLORY = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/mallory", "accessKeyId": "AKIAMALLORY"}
RING = EMPTY.with_key(SigningKey.new(KEY, {"kid": "kid-1", "alg": "RS256"}, KeyState.ACTIVE, 1))


def new_account() -> AwsAccount:
    """An account with a deployed issuer that has issued nothing."""
    ring = {"pk": {"S": "ring"}, "version": {"N": "1"}, "document": {"S": json.dumps(RING.to_document())}}
    return AwsAccount(
        lines={TOKEN_LOGS: [], JOBS_LOGS: []},
        outputs={f"{name}FunctionName": f"jobpass-{name.lower()}" for name in ("Token", "Jobs", "Keys")},
        tagged={"jobpass": [KEY, SECOND_KEY]},
        items={"ring": ring},
    )


def function(name: str = "jobpass-token", role: str = TOKEN_ROLE) -> dict[str, Any]:
    """The identity of a function of the issuer."""
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role.rpartition('/')[2]}/{name}",
        "accessKeyId": "ASIAFUNCTION",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
    }


def event(name: str, at: int, identity: Mapping[str, Any], source: str = "kms", **more: Any) -> dict[str, Any]:
    """A record of CloudTrail."""
    made = f"{source}-{name}-{at}-{identity.get('accessKeyId')}-{more.get('requestID', '')}"
    return {
        "eventVersion": "1.11",
        "userIdentity": dict(identity),
        "eventTime": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.36",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"request-{made}",
        "eventID": f"event-{made}",
        "readOnly": name in ("Sign", "GetCallerIdentity"),
        "resources": [{"accountId": ACCOUNT_ID, "type": "AWS::KMS::Key", "ARN": KEY}] if source == "kms" else [],
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT_ID,
        **more,
    }


def sign(jti: str, at: int, **more: Any) -> dict[str, Any]:
    """The Sign of a token by the token function."""
    agent = {"userAgent": f"Botocore/1.44.3 ua/2.1 jti/{jti}", "requestID": f"kms-{jti}"}
    return event("Sign", at, function(), **{**agent, **more})


def write(account: AwsAccount, at: float, record: Record) -> None:
    """Write a record as the function does."""
    line = {"level": "INFO", "message": "issuance", "service": "jobpass-token", "record": document(record)}
    account.lines[TOKEN_LOGS].append((at, json.dumps(line)))


def attempt(jti: str, at: int, **more: Any) -> AttemptRecord:
    """The record of a token that is about to be signed."""
    members: dict[str, Any] = {
        "jti": jti,
        "issuer": ISSUER,
        "subject": SUBJECT,
        "audience": "sts.amazonaws.com",
        "lifetime_seconds": 300,
        "at": at,
        "kid": "kid-1",
        "key_arn": KEY,
        "platform": "ci-server",
        "profile": "ci",
        "job_id": "job-1",
        "roles": (ROLE,),
        "source_identity": jti,
        "source_address": "198.51.100.4",
    }
    return AttemptRecord(**{**members, **more})


def issue(account: AwsAccount, jti: str, at: int, **more: Any) -> None:
    """Issue a token: attempt, signature, grant."""
    made = attempt(jti, at, **more)
    write(account, at, made)
    account.events.append(sign(jti, at + 1))
    write(account, at + 1.5, GrantRecord(jti, f"kms-{jti}", "ab" * 32, "kid-1", made.job_id))


def fail(account: AwsAccount, jti: str, at: int, *, signed: bool) -> None:
    """Lose the answer of KMS, with or without its having signed."""
    write(account, at, attempt(jti, at))
    if signed:
        account.events.append(sign(jti, at + 1))
    write(account, at + 3, FailureRecord(jti, "kms:Sign", "ReadTimeoutError", "job-1"))


def deny(account: AwsAccount, at: int, job_id: str = "job-1") -> None:
    """Refuse a token."""
    write(account, at, DenialRecord("invalid_token", 401, job_id, None, "203.0.113.9", "gateway-1"))


def session(source_identity: str | None, at: int, key: str, **more: Any) -> dict[str, Any]:
    """AssumeRoleWithWebIdentity of a job, with the access key that it gave."""
    provider = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{ISSUER.removeprefix('https://')}"
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{SUBJECT}",
        "userName": SUBJECT,
        "identityProvider": provider,
    }
    asked = {"roleArn": ROLE, "roleSessionName": "job"} | (
        {"sourceIdentity": source_identity} if source_identity else {}
    )
    answered = {"credentials": {"accessKeyId": key}, "subjectFromWebIdentityToken": SUBJECT, "provider": provider}
    parts = {"requestParameters": asked, "responseElements": answered, "requestID": key}
    return event("AssumeRoleWithWebIdentity", at, identity, "sts", **{**parts, **more})


def trail_file(
    account: AwsAccount, bucket: str, at: int, events: Sequence[Mapping[str, Any]], *, folder: str = ""
) -> str:
    """Write a trail's log file, delivered at this time; its key."""
    moment = datetime.fromtimestamp(at, UTC)
    place = f"{folder}AWSLogs/{ACCOUNT_ID}/CloudTrail/{REGION}/{moment:%Y/%m/%d}"
    key = f"{place}/{ACCOUNT_ID}_CloudTrail_{REGION}_{moment:%Y%m%dT%H%MZ}_{len(account.objects):016d}.json.gz"
    account.objects[f"{bucket}/{key}"] = gzip.compress(json.dumps({"Records": list(events)}).encode())
    return key


@contextmanager
def reached(account: AwsAccount) -> Iterator[dict[str, str]]:
    """Serve the account, and yield the variables that lead AWS's SDK there."""
    with serving(account) as endpoint:
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
