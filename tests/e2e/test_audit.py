"""`jobpass audit` on the deployed stack: what is accounted for, what is told, and where a token leads."""

import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from local.clients import Aws, Credentials
from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e import known_answers
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of, unverified
from tests.e2e.programs import run

TOKEN_LOGS = "/aws/lambda/jobpass-token"
ROOT = "arn:aws:iam::000000000000:root"
Audit = tuple[int, dict[str, Any]]


def audit(deployment: Deployment, folder: Path, *arguments: object) -> Audit:
    """The command in an operator's shell; its status and its document."""
    environment = {"PATH": os.environ["PATH"], **deployment.embedded.variables(), "COLUMNS": "80"}
    command = [sys.executable, "-m", "jobpass", "audit", *map(str, arguments), "--json"]
    ran = run(command, environment, directory=folder)
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


def next_second() -> int:
    """Wait until a second begins, so that a range holds what follows and nothing before it."""
    now = time.time()
    time.sleep(1 - now % 1 + 0.01)
    return int(now) + 1


def foreign_sign(deployment: Deployment) -> str:
    """Sign with an issuer's key as the account's root, which only the embedded AWS lets; the key's ARN."""
    kms = deployment.aws.client("kms")
    key_arn = str(known_answers.issuer_keys(kms, "jobpass")[0])
    kms.sign(KeyId=key_arn, Message=b"x" * 32, MessageType="DIGEST", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
    return key_arn


def test_tokens_are_accounted_for_and_a_stranger_is_told(
    deployment: Deployment, platform: Platform, tmp_path: Path
) -> None:
    job = platform.register(Job(MAIN_BRANCH))
    start = next_second()
    for _ in range(3):
        token_of(ask_for_token(deployment, QUERY, bearer(job)))
    ask_for_token(deployment, QUERY, [("Authorization", "Bearer " + "0" * 32 + ".x")])
    end = next_second()

    status, told = audit(deployment, tmp_path, "--from", start, "--to", end)

    assert (status, told["verdict"], told["findings"]) == (0, "sound", [])
    assert (told["tokens"]["matched"], told["signatures"]) == (3, 3)
    assert sum(told["denials"].values()) == 1

    key_arn = foreign_sign(deployment)
    status, told = audit(deployment, tmp_path, "--from", end, "--to", next_second())

    (finding,) = told["findings"]
    assert (status, told["verdict"]) == (1, "unsound")
    assert (finding["finding"], finding["caller"], finding["key_arns"]) == ("foreign", ROOT, [key_arn])


def test_a_record_without_a_signature_is_told(deployment: Deployment, tmp_path: Path) -> None:
    at, jti = int(time.time()) - 7200, str(uuid.uuid4())
    record = {"kind": "grant", "jti": jti, "kms_request_id": "none", "token_sha256": "00", "kid": "k", "job_id": "j"}
    write(deployment.aws, at, {"record": record})

    status, told = audit(deployment, tmp_path, "--from", at - 60, "--to", at + 60)

    assert status == 1
    assert [(each["finding"], each["jti"]) for each in told["findings"]] == [("unsigned_grant", jti)]


def write(aws: Aws, at: int, document: dict[str, Any], credentials: Credentials | None = None) -> None:
    """Write a line into the token function's log, as that function does, and whoever has the right to."""
    logs = aws.client("logs", credentials or Credentials())
    stream = f"audit-{uuid.uuid4()}"
    logs.create_log_stream(logGroupName=TOKEN_LOGS, logStreamName=stream)
    line = {"timestamp": at * 1000, "message": json.dumps(document)}
    logs.put_log_events(logGroupName=TOKEN_LOGS, logStreamName=stream, logEvents=[line])


def test_a_token_is_followed_to_the_calls_made_with_it(
    deployment: Deployment, platform: Platform, tmp_path: Path
) -> None:
    start = int(time.time()) - 1
    job = platform.register(Job(MAIN_BRANCH))
    role_arn = deployment.output("RoleWebDeployArn")
    token = token_of(ask_for_token(deployment, f"{QUERY}&role_arn={role_arn}", bearer(job)))
    claims = unverified(token)[1]
    drawn = deployment.aws.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="followed", WebIdentityToken=token
    )["Credentials"]
    credentials = Credentials(drawn["AccessKeyId"], drawn["SecretAccessKey"], drawn["SessionToken"])
    deployment.aws.client("sts", credentials).get_caller_identity()
    next_second()

    status, told = audit(deployment, tmp_path, "--from", start, "--jti", claims["jti"])

    (followed,) = told["tokens"]
    assert (status, followed["fate"], len(followed["signatures"])) == (0, "matched", 1)
    assert followed["signatures"][0]["request_id"] == followed["grant"]["kms_request_id"]
    (given,) = followed["sessions"]
    assert (given["role_arn"], given["access_key_id"]) == (role_arn, credentials.access_key_id)
    assert given["names_this_token"] is (claims["https://aws.amazon.com/source_identity"] == claims["jti"])
    assert [each["call"] for each in given["calls"]] == ["sts:GetCallerIdentity"]
    assert [each["what"] for each in told["registrations"][job.job_id]] == ["registered"]
