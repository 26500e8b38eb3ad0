"""DynamoDB items: one document of JSON each, beside the attributes that DynamoDB itself must see."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.domain.registration import Registration

Item = Mapping[str, Mapping[str, Any]]
RING_KEY = {"pk": {"S": "ring"}}
AUDIT_KEY = {"pk": {"S": "audit"}}
# Long enough to look at a job after its end, short enough not to keep what nobody needs.
KEPT_AFTER_END_SECONDS = 7 * 86400
# A clock that differs must not forget a used assertion while it could still be sent.
ASSERTION_KEPT_SECONDS = 3600


def job_key(job_id: str) -> dict[str, dict[str, str]]:
    """Return the key of a job's registration."""
    return {"pk": {"S": f"job#{job_id}"}}


def registration_item(registration: Registration) -> dict[str, dict[str, Any]]:
    """Return the item that keeps a new registration."""
    return {
        **job_key(registration.job_id),
        "platform": {"S": registration.platform},
        "document": {"S": _json(registration.to_document())},
        "delete_after": {"N": str(registration.expires_at + KEPT_AFTER_END_SECONDS)},
    }


def registration_of(item: Item) -> Registration:
    """Return the registration that an item keeps, ended where the item says so."""
    registration = Registration.from_document(json.loads(item["document"]["S"]))
    ended_at = item.get("ended_at")
    return registration.ended(int(ended_at["N"])) if ended_at else registration


def assertion_item(platform: str, jti_sha256: str, expires_at: int) -> dict[str, dict[str, Any]]:
    """Return the item that says that a platform's client assertion has been used, kept until long after it expires."""
    return {
        "pk": {"S": f"assertion#{platform}#{jti_sha256}"},
        "delete_after": {"N": str(expires_at + ASSERTION_KEPT_SECONDS)},
    }


def ring_item(ring: KeyRing) -> dict[str, dict[str, Any]]:
    """Return the item that keeps the key ring."""
    return {**RING_KEY, "version": {"N": str(ring.version)}, "document": {"S": _json(ring.to_document())}}


def ring_of(item: Item) -> KeyRing:
    """Return the key ring that an item keeps."""
    return _ring(item["document"]["S"])


# Each token reads it, and it changes a few times a year: what has been read before need not be taken apart again.
@lru_cache(maxsize=2)
def _ring(document: str) -> KeyRing:
    return KeyRing.from_document(json.loads(document))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
