"""A platform without AWS credentials on the deployed stack: what its assertions open, and that they do so once."""

import base64
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Registration
from local.web import Answer
from tests.e2e.asking import request, unverified
from tests.e2e.build_host import KID, NAME, BuildHost
from tests.e2e.registering import described

BODY = Job(MAIN_BRANCH).body()
JOBS = "/v1/assertion/jobs"
SUBJECT = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"
Make = Callable[..., str]


@pytest.fixture
def assertion(clients: Deployment, build_host: BuildHost) -> Make:
    """Makes assertions for this issuer."""

    def make(audience: str | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        return build_host.assertion(audience or clients.output("IssuerUrl"), header, **claims)

    return make


def call(clients: Deployment, text: str, method: str = "POST", path: str = JOBS) -> Answer:
    """A request with an assertion."""
    headers = {"Authorization": f"Bearer {text}", "Content-Type": "application/json"}
    body = BODY if method == "POST" else None
    return clients.web.request(method, clients.output("ApiUrl") + path, headers, body)


def refused(answer: Answer) -> str:
    """What a refusal for want of a proof says."""
    assert answer.status == 401, answer.body
    assert answer.headers.get_all("WWW-Authenticate") == ['Bearer realm="jobpass", error="invalid_client"']
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    document = json.loads(answer.body)
    assert document["error"] == "invalid_client"
    assert document["request_id"]
    return str(document["error_description"])


def token(clients: Deployment, job: dict[str, Any]) -> Answer:
    """A job's request for an ID token."""
    url = f"{job['request_url']}&audience=sts.amazonaws.com"
    return clients.web.request("GET", url, {"Authorization": f"Bearer {job['request_token']}"})


def test_a_job_registered_by_assertion_gets_tokens_until_it_is_ended(clients: Deployment, assertion: Make) -> None:
    job = described(call(clients, assertion()), 201)
    path = f"{JOBS}/{job['job_id']}"

    granted = token(clients, job)
    shown = described(call(clients, assertion(), "GET", path))
    ended = described(call(clients, assertion(), "DELETE", path))

    claims = unverified(json.loads(granted.body)["value"])[1]
    assert (claims["iss"], claims["sub"]) == (clients.output("IssuerUrl"), SUBJECT)
    assert job["platform"] == shown["platform"] == NAME
    assert job["roles"]["web-deploy"]["allowed"] is True
    assert ended["ended_at"] is not None
    assert token(clients, job).status == 401


def test_its_jobs_assume_the_role_that_trusts_them(clients: Deployment, assertion: Make) -> None:
    job = described(call(clients, assertion()), 201)
    id_token = json.loads(token(clients, job).body)["value"]

    answer = clients.aws.client("sts").assume_role_with_web_identity(
        RoleArn=clients.output("RoleWebDeployArn"), RoleSessionName="buildhost", WebIdentityToken=id_token
    )

    assert answer["SubjectFromWebIdentityToken"] == SUBJECT


def test_a_used_assertion_opens_nothing_again(clients: Deployment, assertion: Make) -> None:
    text = assertion()
    job = described(call(clients, text), 201)

    for method, path in (("POST", JOBS), ("GET", f"{JOBS}/{job['job_id']}"), ("DELETE", f"{JOBS}/{job['job_id']}")):
        assert "used before" in refused(call(clients, text, method, path))
    assert token(clients, job).status == 200


def test_of_many_uses_at_once_one_alone_wins(clients: Deployment, assertion: Make) -> None:
    for _ in range(4):
        text = assertion()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, text=text: call(clients, text), range(8)))

        assert Counter(answer.status for answer in answers) == {201: 1, 401: 7}
        for answer in answers:
            assert answer.status == 201 or "used before" in refused(answer)


def test_what_is_kept_of_an_assertion_goes_by_itself(clients: Deployment, assertion: Make) -> None:
    text = assertion()
    claims = unverified(text)[1]
    assert call(clients, text).status == 201

    scan = clients.aws.client("dynamodb").get_paginator("scan").paginate(TableName=clients.output("TableName"))
    items = [item for page in scan for item in page["Items"] if item["pk"]["S"].startswith(f"assertion#{NAME}#")]
    assert items
    assert all(set(item) == {"pk", "nonce", "delete_after"} for item in items)
    assert claims["jti"] not in str(items)
    assert max(int(item["delete_after"]["N"]) for item in items) >= claims["exp"]


def _strange(assertion: Make, **header: Any) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(unverified(assertion())[1], key, "RS256", {"kid": KID, **header})


def _signed_as(assertion: Make, header: dict[str, Any], secret: bytes) -> str:
    claims = assertion().split(".")[1]
    signed = f"{base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b'=').decode()}.{claims}"
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _public_pem(key_file: Path) -> bytes:
    key = serialization.load_pem_private_key(key_file.read_bytes(), None).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_bad_assertions_are_refused_beside_good_ones(
    clients: Deployment, assertion: Make, build_host: BuildHost
) -> None:
    now, issuer = int(time.time()), clients.output("IssuerUrl")
    public_key = _public_pem(build_host.key_file)
    assert issuer.endswith("/")
    bad = {
        "expired": assertion(iat=now - 120, exp=now - 60),
        "too long": assertion(iat=now, exp=now + 301),
        "from tomorrow": assertion(iat=now + 86_400, exp=now + 86_460),
        "another audience": assertion("https://another.example/"),
        "the audience without its slash": assertion(issuer.rstrip("/")),
        "the API as audience": assertion(clients.output("ApiUrl")),
        "audiences": assertion(aud=[issuer]),
        "another platform": assertion(iss="ci-server", sub="ci-server"),
        "another subject": assertion(sub="ci-server"),
        "no jti": assertion(jti=None),
        "another key": _strange(assertion),
        "another key by jku": _strange(assertion, jku="https://attacker.example/jwks.json"),
        "a jku beside a good signature": assertion(header={"jku": f"{issuer}.well-known/jwks.json"}),
        "crit": assertion(header={"crit": ["exp"]}),
        "no algorithm": _signed_as(assertion, {"alg": "none", "kid": KID}, b""),
        "HS256 with the public key": _signed_as(assertion, {"alg": "HS256", "kid": KID}, public_key),
        "cut short": assertion()[:-4],
        "too much": assertion(x="x" * 5000),
        "nothing": "",
    }
    for name, text in bad.items():
        assert refused(call(clients, text)), name
        assert call(clients, assertion()).status == 201, name


def test_a_strangers_answer_tells_no_platform_from_none(clients: Deployment, assertion: Make) -> None:
    told = [refused(call(clients, text)) for text in (_strange(assertion), assertion(iss="nobody", sub="nobody"))]

    assert told[0] == told[1]


def test_a_platform_sees_its_own_jobs_only(clients: Deployment, assertion: Make) -> None:
    foreign: Registration = clients.platform().register(Job(MAIN_BRANCH))
    own = described(call(clients, assertion()), 201)

    for method in ("GET", "DELETE"):
        assert call(clients, assertion(), method, f"{JOBS}/{foreign.job_id}").status == 404
        assert clients.platform().call(method, f"/v1/jobs/{own['job_id']}").status == 404
    assert token(clients, own).status == 200


def test_the_signed_routes_take_no_assertion(clients: Deployment, assertion: Make) -> None:
    answer = call(clients, assertion(), path="/v1/jobs")

    assert answer.status == 403
    assert call(clients, assertion()).status == 201


def test_the_assertion_routes_take_no_signature_of_aws(clients: Deployment, assertion: Make) -> None:
    platform = clients.platform()

    assert refused(platform.call("POST", JOBS, BODY))
    assert platform.call("POST", "/v1/jobs", BODY).status == 201


def test_two_assertions_in_one_request_are_none(clients: Deployment, assertion: Make) -> None:
    url = clients.output("ApiUrl") + JOBS
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]
    both = [("Authorization", f"Bearer {assertion()}"), ("Authorization", f"Bearer {assertion()}")]

    assert refused(request(clients.web, "POST", url, [*headers, *both], BODY))
    assert request(clients.web, "POST", url, [*headers, both[0]], BODY).status == 201
