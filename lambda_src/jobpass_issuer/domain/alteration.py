"""What somebody else has changed: the ring in its table, or the documents in their bucket.

Whoever may write these can publish a key of their own, and needs no signature of KMS. So each run compares what it
finds with what the issuer can have left there: the ring with its copy, each published key with the ring and with its
own name.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

from jobpass_issuer.domain.documents import paths
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.jwk import thumbprint
from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.domain.reconciliation import Published


@dataclass(frozen=True, slots=True)
class Altered:
    """What is not as the issuer left it: `ring`, and documents by their keys in the bucket."""

    places: tuple[str, ...]


def ring_is_altered(ring: KeyRing, copy: KeyRing | None) -> bool:
    """Whether a ring is not what was left beside the documents under the same version.

    An older or newer copy says nothing: a run that dies leaves one behind, and a restored table finds one ahead.
    """
    return copy is not None and copy.version == ring.version and copy != ring


def jwk_set_is_altered(body: bytes, known_kids: Collection[str]) -> bool:
    """Whether a published JWK Set has what the issuer did not put there.

    A key's `kid` is its thumbprint (RFC 7638), so another key under a known name is found out too.
    """
    try:
        jwks = json.loads(body)["keys"]
        return not all(jwk["kid"] in known_kids and thumbprint(jwk) == jwk["kid"] for jwk in jwks)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def discovery_is_altered(body: bytes, issuer: Issuer) -> bool:
    """Whether a published discovery document leads elsewhere."""
    try:
        said = json.loads(body)
        return bool((said["issuer"], said["jwks_uri"]) != (issuer.url, issuer.jwks_url))
    except (ValueError, KeyError, TypeError):
        return True


def altered(issuer: Issuer, stored: KeyRing, published: Published, known_kids: Collection[str]) -> Altered:
    """Return what is not as the issuer left it; no place where all is.

    `stored` is the ring as the table has it; `known_kids` are those of the issuer's keys.
    """
    found = ["ring"] if ring_is_altered(stored, published.ring) else []
    sets = paths(issuer, issuer.jwks_url)
    for key, body in published.bodies.items():
        if jwk_set_is_altered(body, known_kids) if key in sets else discovery_is_altered(body, issuer):
            found.append(key)
    return Altered(tuple(found))
