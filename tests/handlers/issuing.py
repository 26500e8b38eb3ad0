"""An issuer with a ring and a job in the stand-in for AWS, and the job's request for a token."""

import base64
import time
from typing import Any

from jobpass_issuer.aws.item import registration_item, ring_item
from jobpass_issuer.aws.public_key import jwk_members
from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.handlers import token as function
from tests.aws.wire import Aws
from tests.domain.examples import STS, TOKEN, registration
from tests.handlers.conftest import TABLE
from tests.handlers.events import token_event


def establish(aws: Aws, algorithm: str = "RS256") -> KeyRing:
    """Put a ring with two real keys into the table."""
    chosen = ALGORITHMS[algorithm]
    keys = []
    for _ in range(2):
        key = aws.kms.create(chosen.key_spec)
        shown = aws.kms.answer("GetPublicKey", {"KeyId": key.arn})["PublicKey"]
        keys.append((key.arn, jwk.published(jwk_members(base64.b64decode(shown)), algorithm)))
    states = (KeyState.ACTIVE, KeyState.PREPARED)
    made = [SigningKey.new(arn, shown, state, 1) for (arn, shown), state in zip(keys, states, strict=True)]
    ring = KeyRing(1, tuple(made), founded=True)
    aws.dynamodb.items(TABLE)["ring"] = ring_item(ring)
    return ring


def register(aws: Aws, **changes: Any) -> Registration:
    """Put the example job into the table, registered a moment ago."""
    now = int(time.time())
    held = registration(**{"registered_at": now, "expires_at": now + 3600, **changes})
    item = registration_item(held)
    if held.ended_at is not None:
        item["ended_at"] = {"N": str(held.ended_at)}
    aws.dynamodb.items(TABLE)[item["pk"]["S"]] = item
    return held


def ask(query: str = f"api-version=1&audience={STS}", token: object = TOKEN) -> dict[str, Any]:
    return function.handler(token_event(token, query), None)
