"""An issuer with as many roles and keys as wanted, a job of it, and the job's requests; the same in every run."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench import synth
from bench.stub.aws import Contents
from jobpass.configuration import parse
from jobpass_issuer.aws.item import registration_item, ring_item
from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.admission import Account, admit
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.request_token import RequestToken
from jobpass_issuer.domain.standing import Standing

SEED = 8
ISSUER_URL = "https://d111111abcdef8.cloudfront.net"
ACCOUNT = Account("aws", "111122223333")
AUDIENCE = "sts.amazonaws.com"
_SECRET = "0123456789-" * 3 + "of-a-sampl"
_JOB_ID = f"{1:032x}"
_FAR_SECONDS = 86_400
# Of one requests file; more would not fit a processor's cache any better or worse.
MOST_REQUESTS = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What the stub holds, by what tables; `standing` is the deployment's for so many roles."""

    contents: Contents
    key_arn: str
    public_key: rsa.RSAPublicKey

    def standing(self, roles: int) -> dict[str, Any]:
        """Return the deployment's part of the function's package."""
        return Standing.of(parse(synth.configuration(roles)).front_door()).to_document()


def table(keys: int) -> str:
    """Return the name of the table whose ring has so many keys."""
    return f"jobpass-with-{keys}-keys"


def sample(keys: Sequence[int], now: int) -> Sample:
    """Return an issuer whose tables have rings of so many keys each, and whose jobs were registered just now."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = private.public_key().public_numbers()
    ring_keys = [_key(number, numbers, now) for number in range(max(keys))]
    rings = {table(count): ring_item(KeyRing(1, tuple(ring_keys[:count]), founded=True)) for count in keys}
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    registration = registration_item(_registration(now))
    contents = Contents(_JOB_ID, _json(registration), rings, {ring_keys[0].key_arn: pem})
    return Sample(contents, ring_keys[0].key_arn, private.public_key())


def requests(registrations: int) -> list[dict[str, Any]]:
    """Return requests for a token of jobs that are drawn from so many, the same draw each time."""
    drawn = random.Random(SEED).sample(  # noqa: S311
        range(1, registrations + 1), min(registrations, MOST_REQUESTS)
    )
    return [_request(f"{number:032x}") for number in drawn]


def _registration(now: int) -> Any:
    deployment = parse(synth.configuration(1)).front_door()
    # The canary's platform is beside it.
    platform = deployment.platforms["ci-server"]
    fields = {
        "org": "acme",
        "org_id": "f8a9ccb8-2b1f-4a51-9d3c-1f2f3a4b5c6d",
        "project": "web",
        "project_id": "936a5312-a3b8-4921-8b3f-000000000001",
        "repo": "service-1",
        "repo_slug": "acme/service-1",
        "ref_type": "branch",
        "ref": "refs/heads/main",
        "branch": "main",
        "wf_id": "aa0e1f2a-6a01-4c71-9b1c-0d2f9e3b7a11",
        "ppl_id": "bb0e1f2a-6a01-4c71-9b1c-0d2f9e3b7a12",
        "job_id": "cc0e1f2a-6a01-4c71-9b1c-0d2f9e3b7a13",
        "job_type": "pipeline_job",
        "trg": "h:f-n:f",
    }
    # The organization is the profile's own constant.
    body = {
        "profile": "ci",
        "fields": {name: value for name, value in fields.items() if name != "org"},
        "audiences": [AUDIENCE],
        "roles": ["deploy-1"],
    }
    token = RequestToken(_JOB_ID, _SECRET)
    registration = admit(
        body, platform, deployment, ACCOUNT, job_id=_JOB_ID, secret_sha256=token.secret_sha256, now=now
    ).registration
    return _lasting(registration, now)


def _lasting(registration: Any, now: int) -> Any:
    document: Mapping[str, Any] = registration.to_document()
    return type(registration).from_document({**document, "expires_at": now + _FAR_SECONDS})


def _key(number: int, numbers: rsa.RSAPublicNumbers, now: int) -> SigningKey:
    """The first key signs, the second is published ahead, and the others have had their time."""
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT.account_id}:key/{number:08d}-0000-4000-8000-000000000000"
    # Of the same length as the real one, and another for each.
    shown = jwk.published(jwk.rsa(numbers.n - 2 * number, numbers.e), "RS256")
    states = (KeyState.ACTIVE, KeyState.PREPARED)
    return SigningKey.new(arn, shown, states[number] if number < len(states) else KeyState.RETIRED, now)


def _request(job_id: str) -> dict[str, Any]:
    """An event of an HTTP API (payload format 2.0), as long as a real one."""
    token = RequestToken(job_id, _SECRET)
    query = f"api-version=1&audience={AUDIENCE}"
    context = {
        "accountId": ACCOUNT.account_id,
        "apiId": "a1b2c3d4e5",
        "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "a1b2c3d4e5",
        "http": {
            "method": "GET",
            "path": "/v1/token",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.7",
            "userAgent": "actions/oidc-client",
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "GET /v1/token",
        "stage": "$default",
        "time": "01/Nov/2026:12:00:00 +0000",
        "timeEpoch": 1793534400000,
    }
    headers = {
        "accept": "application/json",
        "authorization": f"Bearer {token}",
        "content-length": "0",
        "host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
        "user-agent": "actions/oidc-client",
        "x-amzn-trace-id": "Root=1-65f00000-0123456789abcdef01234567",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    return {
        "version": "2.0",
        "routeKey": "GET /v1/token",
        "rawPath": "/v1/token",
        "rawQueryString": query,
        "queryStringParameters": {"api-version": "1", "audience": AUDIENCE},
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }


def _json(item: Mapping[str, Any]) -> str:
    return json.dumps(item, separators=(",", ":"))
