"""However a request is put, ministack's own AssumeRoleWithWebIdentity, which verifies nothing, never answers it."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from tests.local.conftest import ROOT, Emulator, emulator_python
from tests.local.seam import signing
from tests.local.seam.asking import HEADER, numbers, token
from tests.local.seam.federation import Federation

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AMZ_JSON = {"Content-Type": "application/x-amz-json-1.1"}
STS = {"Host": "sts.us-east-1.amazonaws.com"}
TARGET = "AWSSecurityTokenServiceV20110615"


@dataclass(frozen=True)
class Door:
    """One way of putting the request; `{form}` and `{json}` in path and body stand for its parameters."""

    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def knock(self, emulator: Emulator, role: str, text: str) -> tuple[int, str]:
        """Send it with this role and token; the status and the body of the answer."""
        members = {"RoleArn": role, "RoleSessionName": "side-door", "WebIdentityToken": text}
        action = {"Action": "AssumeRoleWithWebIdentity"}
        forms = {"{form}": urlencode(action | members), "{json}": json.dumps(action | members)}
        path, body = self.path, self.body or ""
        for placeholder, parameters in forms.items():
            path, body = path.replace(placeholder, parameters), body.replace(placeholder, parameters)
        status, answer = emulator.send(path, body.encode() or None, self.method, self.headers)
        return status, answer.decode()


# Those that ministack reads as the action, so that a good token must be taken and judged there too.
JUDGED = {
    "form": Door(headers=FORM, body="{form}"),
    "query": Door("GET", "/?{form}"),
    "query, the body's action blank": Door(path="/?{form}", headers=FORM, body="Action="),
    "query, a GET with another action in its body": Door("GET", "/?{form}", FORM, "Action=GetCallerIdentity"),
    "query, a PUT with another action in its body": Door("PUT", "/?{form}", FORM, "Action=GetCallerIdentity"),
    "form, said to be JSON, without a target": Door(headers=AMZ_JSON | STS, body="{form}"),
    "query, said to be JSON, without a target": Door(path="/?{form}", headers=AMZ_JSON | STS, body="{}"),
    "query, with the target of nobody": Door(
        path="/?{form}", headers=AMZ_JSON | STS | {"X-Amz-Target": "X.GetCallerIdentity"}, body="{}"
    ),
    "JSON": Door(headers=AMZ_JSON | {"X-Amz-Target": f"{TARGET}.AssumeRoleWithWebIdentity"}, body="{json}"),
}
# Those that it reads as something else, or not at all.
NOT_THE_ACTION = {
    "query, another action in the body": Door(path="/?{form}", headers=FORM, body="Action=GetCallerIdentity"),
    "form, another action first": Door(headers=FORM, body="Action=GetCallerIdentity&{form}"),
    "query, a body of several parts": Door(
        path="/?{form}", headers={"Content-Type": "multipart/form-data; boundary=x"}, body="Action=GetCallerIdentity"
    ),
    "JSON, no object": Door(headers=AMZ_JSON | {"X-Amz-Target": f"{TARGET}.AssumeRoleWithWebIdentity"}, body="[]"),
}
# What ministack reads may hang on the host and on how AUTH takes an unsigned request: only that nothing is granted.
UNCERTAIN = {
    "form, another action last": Door(headers=FORM, body="{form}&Action=GetCallerIdentity"),
    "form, said to be JSON, no host": Door(headers=AMZ_JSON, body="{form}"),
    "JSON whose body names the action": Door(
        headers=AMZ_JSON | {"X-Amz-Target": f"{TARGET}.GetCallerIdentity"}, body="{json}"
    ),
    "form, at a path": Door(path="/sts", headers=FORM | STS, body="{form}"),
}
ALL = JUDGED | NOT_THE_ACTION | UNCERTAIN


@pytest.fixture
def role(federation: Federation) -> str:
    """A role that trusts the issuer, whose documents are published."""
    arn = federation.role(f"side-door-{next(numbers)}", federation.policy())
    assert federation.assume(arn, token(federation.url), signing.six_keys()).allowed
    return arn


@pytest.mark.parametrize("door", ALL.values(), ids=ALL)
def test_a_token_signed_by_a_stranger_is_refused_at_every_door(
    door: Door, emulator: Emulator, federation: Federation, role: str
) -> None:
    now = int(time.time())
    claims = {"iss": federation.url, "aud": "client-a", "sub": "org:acme:ref:main", "iat": now, "exp": now + 300}
    forged = signing.token(HEADER, claims, "stranger")

    status, answer = door.knock(emulator, role, forged)

    assert "AccessKeyId" not in answer
    assert status >= 400 or "GetCallerIdentityResponse" in answer, "another action, if any, is answered"


@pytest.mark.parametrize("door", JUDGED.values(), ids=JUDGED)
def test_where_ministack_reads_the_action_the_token_is_judged(
    door: Door, emulator: Emulator, federation: Federation, role: str
) -> None:
    status, answer = door.knock(emulator, role, token(federation.url))
    assert status == 200
    assert "org:acme:ref:main" in answer, "ministack's own answer has another subject"

    status, answer = door.knock(emulator, role, token(federation.url, exp=int(time.time()) - 86400))
    assert status == 400
    assert "ExpiredTokenException" in answer


@pytest.mark.parametrize("name", ["RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds"])
def test_a_parameter_that_is_no_text_is_refused_or_left_out(name: str, emulator: Emulator, role: str) -> None:
    members = {"RoleArn": role, "RoleSessionName": "side-door", "WebIdentityToken": "x.y.z"} | {name: [{"a": [1]}]}
    door = Door(headers=JUDGED["JSON"].headers, body=json.dumps(members))

    status, answer = door.knock(emulator, role, "")

    assert status == 400
    assert "ValidationError" in answer or "InvalidIdentityToken" in answer


# Puts the action, another one or none at every place where a request can have one, in every combination, and counts
# the requests for which a session is registered. The token is no token at all.
EVERY_COMBINATION = """
import asyncio, itertools, json, sys
import local.seam.__main__ as seam
from ministack.services import sts

if sys.argv[1] == "with":
    seam.install()
sessions = []
sts.register_session = lambda *session: sessions.append(session)
action, other, service = "AssumeRoleWithWebIdentity", "GetCallerIdentity", "AWSSecurityTokenServiceV20110615"
members = {"RoleArn": "arn:aws:iam::000000000000:role/r", "RoleSessionName": "any", "WebIdentityToken": "forged"}
form = "&".join(f"{name}={value}" for name, value in members.items())
forms = ["", form, f"Action={action}&{form}", f"{form}&Action=", f"Action={other}", "junk"]
documents = [{}, members, members | {"Action": action}, members | {"Action": [action, other]}]
queries = [{name: [value] for name, value in members.items()} | {"Action": actions}
           for actions in ([action], [other], [action, other], [""])]
types = ["", "application/x-www-form-urlencoded", "application/x-amz-json-1.1", "application/json", "text/plain"]
targets = ["", action, *(f"{prefix}.{name}" for prefix in (service, "X") for name in (action, other))]
combinations = list(itertools.product(
    ["GET", "POST", "PUT"], [{}, *queries], [*forms, *map(json.dumps, documents)], types, targets
))

async def send_all():
    for method, query, body, content_type, target in combinations:
        headers = {"content-type": content_type, "x-amz-target": target}
        await sts.handle_request(method, "/", headers, body.encode(), dict(query))

asyncio.run(send_all())
print(len(combinations), len(sessions))
"""


def test_no_combination_reaches_ministacks_own_branch() -> None:
    counts = {}
    for seam in ("without", "with"):
        said = subprocess.run(
            [emulator_python(), "-c", EVERY_COMBINATION, seam],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        sent, counts[seam] = map(int, said.split())
        assert sent == 3 * 5 * 10 * 5 * 6

    assert counts["without"] > 100, "ministack itself grants them, or this would prove nothing"
    assert counts["with"] == 0
