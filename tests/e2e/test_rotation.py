"""Signing keys rotate, are revoked and outlive their table on the deployed stack, while a job fetches tokens."""

import json
import re
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import KeySet

from local.clock import Clock
from local.deployment import EXAMPLE_CONFIGURATION, Deployment, deployed
from local.folder import REPOSITORY, Folder
from local.registration import MAIN_BRANCH, Job
from local.stage import Stages
from tests.e2e.programs import SYSTEM_PATH, run

HOUR = 3600
DAY = 86400
AUDIENCE = "sts.amazonaws.com"
PUBLISH_AHEAD = HOUR
JWKS_CACHE = "/_jobpass/sts/jwks-cache"
RUNBOOK = (REPOSITORY / "docs" / "runbooks" / "signing-keys.md").read_text()
UNKNOWN_KEY = "Couldn't retrieve verification key from your identity provider"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment whose keys rotate as often as the configuration permits."""
    directory = tmp_path_factory.mktemp("rotation")
    configuration = yaml.safe_load(EXAMPLE_CONFIGURATION.read_text())
    configuration["signing"] = {"algorithm": "RS256", "rotate_every_days": 1, "publish_ahead_hours": 1}
    path = directory / "jobpass.yaml"
    path.write_text(yaml.safe_dump(configuration))
    with deployed(path, Folder(directory / "local"), Stages(None)) as deployment:
        yield deployment


@dataclass
class Issuer:
    """The deployed issuer as operator, job, relying party and time see it."""

    stack: Deployment
    offset: int = 0
    copies: list[tuple[int, KeySet]] = field(default_factory=list)
    job: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """Functions and STS."""
        return self.stack.embedded.clock

    def wait(self, seconds: int) -> None:
        """Let time go by."""
        self.offset += seconds
        self.clock.move(self.offset)

    def command(self, **members: str) -> Any:
        """What the keys function answers an operator."""
        answer = self.stack.aws.client("lambda").invoke(
            FunctionName=self.stack.output("KeysFunctionName"), Payload=json.dumps(members).encode()
        )
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def register(self) -> None:
        """Register the job anew."""
        registration = self.stack.platform().register(Job(MAIN_BRANCH, expires_in_seconds=DAY))
        self.job = {"url": registration.request_url, "token": registration.request_token}

    def answer(self, **parameters: str) -> tuple[int, Any]:
        """What the job gets for its request."""
        query = "".join(f"&{name}={value}" for name, value in {"audience": AUDIENCE, **parameters}.items())
        headers = {"Authorization": f"Bearer {self.job['token']}"}
        answer = self.stack.web.request("GET", self.job["url"] + query, headers)
        return answer.status, json.loads(answer.body)

    def token(self, **parameters: str) -> str:
        """An ID token for the job."""
        status, body = self.answer(**parameters)
        assert status == 200, body
        return str(body["value"])

    def look(self) -> KeySet:
        """A fresh copy of the JWK Set, kept with its time."""
        answer = self.stack.web.request("GET", self.stack.output("JwksUrl"))
        copy = KeySet.import_key_set(json.loads(answer.body))
        self.copies.append((self.offset, copy))
        return copy

    def copies_held(self) -> list[KeySet]:
        """Every copy that a relying party may still hold."""
        return [copy for at, copy in self.copies if self.offset - at <= PUBLISH_AHEAD]

    def assume(self, token: str) -> str:
        """The name of the role that STS gives for a token, or its refusal."""
        try:
            answer = self.stack.aws.client("sts").assume_role_with_web_identity(
                RoleArn=self.stack.output("RoleWebDeployArn"), RoleSessionName="rotation", WebIdentityToken=token
            )
        except ClientError as refusal:
            return str(refusal.response["Error"]["Message"])
        return str(answer["AssumedRoleUser"]["Arn"]).split("/")[1]


@pytest.fixture
def issuer(stack: Deployment) -> Iterator[Issuer]:
    """The issuer with a registered job, and the clock left where it came to: time never goes back for a ring."""
    issuer = Issuer(stack, offset=_elapsed.get(id(stack), 0))
    issuer.register()
    yield issuer
    _elapsed[id(stack)] = issuer.offset


_elapsed: dict[int, int] = {}


def _kid(token: str) -> str:
    head = token.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def test_keys_rotate_while_a_job_fetches_tokens_and_no_copy_of_the_set_ever_lacks_one(issuer: Issuer) -> None:
    """Three days in steps of two hours: every token verifies against every copy that may still be held, and at STS."""
    signed_by = []
    for step in range(3 * 12):
        if step % 10 == 0:
            issuer.register()
        issuer.look()
        issuer.command(command="settle")
        token = issuer.token()
        issuer.look()
        for copy in issuer.copies_held():
            jwt.decode(token, copy, algorithms=["RS256"])
        assert issuer.assume(token) == "jobpass-web-deploy"
        signed_by.append(_kid(token))
        issuer.wait(2 * HOUR)

    assert len(dict.fromkeys(signed_by)) >= 3
    # Each key signs once, for a stretch: nothing goes back and forth.
    assert sum(one != other for one, other in pairwise(signed_by)) == len(set(signed_by)) - 1
    ring = issuer.command(command="list")
    assert {"active", "prepared", "removed"} <= {key["state"] for key in ring["keys"]}
    kms = issuer.stack.aws.client("kms")
    for key in ring["keys"]:
        state = kms.describe_key(KeyId=key["key_arn"])["KeyMetadata"]["KeyState"]
        assert (state == "PendingDeletion") == (key["state"] == "removed"), key


def test_a_revoked_key_stops_at_once_and_the_next_one_is_known_everywhere(
    issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    """STS holds a copy of the set: new tokens pass from the first request on, old ones until the copy has run out."""
    cache_seconds = 600
    issuer.wait(2 * HOUR)
    issuer.register()
    issuer.command(command="settle")
    _keep_jwks(issuer, cache_seconds)
    try:
        before = issuer.token(expires_in="3600")
        assert issuer.assume(before) == "jobpass-web-deploy"
        started = time.monotonic()
        ring = issuer.command(command="revoke", kid=_kid(before), reason="leaked: test")
        revoked_in = time.monotonic() - started
        after = issuer.token()

        assert _kid(after) == ring["active"] != _kid(before)
        assert issuer.assume(after) == "jobpass-web-deploy"
        assert issuer.assume(before) == "jobpass-web-deploy"
        assert _kid(before) not in issuer.stack.web.request("GET", issuer.stack.output("JwksUrl")).body.decode()
        issuer.wait(cache_seconds + 1)
        assert issuer.assume(before).startswith(UNKNOWN_KEY)
        assert issuer.assume(issuer.token()) == "jobpass-web-deploy"
    finally:
        _keep_jwks(issuer, 0)
    key = next(key for key in ring["keys"] if key["kid"] == _kid(before))
    kms = issuer.stack.aws.client("kms")
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key["key_arn"])["Tags"]}
    assert tags["jobpass:revoked"] == "leaked: test"
    assert kms.describe_key(KeyId=key["key_arn"])["KeyMetadata"]["KeyState"] in {"Disabled", "PendingDeletion"}
    with capsys.disabled():
        print(
            f"\n  revocation: published and promoted in {revoked_in:.1f} s; new tokens good from the first request; "
            f"old ones refused once STS's copy was {cache_seconds} s old"
        )


def test_a_rotation_can_be_asked_for_and_taken_back(issuer: Issuer) -> None:
    """The key in reserve signs at once where it is old enough; and the one before signs again on request."""
    issuer.wait(2 * HOUR)
    issuer.command(command="settle")
    first = _kid(issuer.token())
    issuer.command(command="rotate")
    second = _kid(issuer.token())
    issuer.command(command="roll-back")
    third = issuer.token()

    assert first != second
    assert _kid(third) == first
    assert issuer.assume(third) == "jobpass-web-deploy"


def test_a_table_restored_to_before_a_revocation_revives_neither_key_nor_job(issuer: Issuer) -> None:
    """KMS refuses the key, the next run mends the ring, and jobs of the restored past must register anew."""
    issuer.wait(2 * HOUR)
    issuer.command(command="settle")
    dynamodb, table = issuer.stack.aws.client("dynamodb"), issuer.stack.output("TableName")
    past = dynamodb.get_item(TableName=table, Key={"pk": {"S": "ring"}})["Item"]
    revoked = _kid(issuer.token())
    issuer.command(command="revoke", kid=revoked, reason="test")
    issuer.wait(60)
    dynamodb.put_item(TableName=table, Item=past)

    assert issuer.answer()[0] == 503
    ring = issuer.command(command="settle")
    assert revoked not in ring["served"]
    status, body = issuer.answer()
    assert (status, body["error"]) == (401, "invalid_token")
    assert "void" in body["error_description"]
    issuer.wait(1)
    issuer.register()
    assert _kid(issuer.token()) != revoked


def test_an_emptied_table_is_filled_again_and_no_second_ring_begins(issuer: Issuer) -> None:
    """The same keys sign and are served; not one is made."""
    issuer.wait(2 * HOUR)
    before = issuer.command(command="settle")
    dynamodb, table = issuer.stack.aws.client("dynamodb"), issuer.stack.output("TableName")
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": "ring"}})

    assert issuer.answer()[0] == 503
    after = issuer.command(command="settle")
    assert after["active"] == before["active"]
    assert [key["kid"] for key in after["keys"]] == [key["kid"] for key in before["keys"]]
    issuer.wait(1)
    issuer.register()
    assert issuer.assume(issuer.token()) == "jobpass-web-deploy"


def test_the_runbooks_commands_do_as_it_says(issuer: Issuer, tmp_path: Path) -> None:
    """As they are printed, in an operator's shell; the AWS CLI's say the same."""
    issuer.wait(2 * HOUR)
    printed = re.findall(r"^ *(jobpass keys .*)$", RUNBOOK, re.MULTILINE)
    assert [line.split()[2] for line in printed] == ["list", "rotate", "roll-back", "revoke", "settle"]
    first = issuer.command(command="settle")["active"]
    signed_by: dict[str, str] = {}
    for line in printed:
        if line.split()[2] == "revoke":
            line = line.replace("KID", signed_by["roll-back"][:12]) + " --yes"  # noqa: PLW2901 - nobody is there to type
        ring = json.loads(_shell(issuer, f"{line} --json", tmp_path))
        signed_by[line.split()[2]] = ring["active"]

    assert signed_by["list"] == signed_by["roll-back"] == first
    assert first not in (signed_by["rotate"], signed_by["revoke"])
    assert _kid(issuer.token()) == signed_by["revoke"] == signed_by["settle"]
    (script,) = re.findall(r"^```sh\n(KEYS_FUNCTION=.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
    told = json.loads(_shell(issuer, script, tmp_path))
    assert {**told, "at": ""} == {**issuer.command(command="list"), "at": ""}


def _shell(issuer: Issuer, script: str, folder: Path) -> str:
    """What a script prints in an operator's shell, in an empty folder."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}", **issuer.stack.embedded.variables()}
    ran = run(["bash", "-ec", script], environment, directory=folder)
    assert ran.returncode == 0, ran
    return ran.stdout


def _keep_jwks(issuer: Issuer, seconds: int) -> None:
    answer = issuer.stack.web.request(
        "POST",
        issuer.stack.embedded.endpoint_url + JWKS_CACHE,
        {"Content-Type": "application/json"},
        json.dumps({"seconds": seconds}).encode(),
    )
    assert answer.status == 200
