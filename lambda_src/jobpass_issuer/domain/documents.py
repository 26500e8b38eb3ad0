"""The documents that relying parties read: discovery document and JWK Set, in canonical bytes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import KeyRing

MEDIA_TYPE = "application/json"
# A relying party may hold a copy this long; the waits of a rotation count it. No stale copy once the origin fails.
CACHE_SECONDS = 300
CACHE_CONTROL = f"public, max-age={CACHE_SECONDS}, must-revalidate, stale-if-error=0"

# Beside the documents, where nobody reads it but the keys function: CloudFront is not let near it.
RING_COPY = "ring/copy.json"


def discovery(issuer: Issuer, algorithms: Iterable[str]) -> dict[str, Any]:
    """Return the discovery document (OpenID Connect Discovery 1.0, section 3).

    `authorization_endpoint` is required there; a URN says that tokens are not had by a browser's redirection.
    """
    return {
        "issuer": issuer.url,
        "jwks_uri": issuer.jwks_url,
        "authorization_endpoint": "urn:jobpass:programmatic-authorization",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": sorted(set(algorithms)),
        "scopes_supported": ["openid"],
        "claims_supported": ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"],
    }


def jwk_set(ring: KeyRing) -> dict[str, Any]:
    """Return the JWK Set of every key that a relying party must know (RFC 7517, section 5), ordered by `kid`."""
    return {"keys": sorted((dict(key.jwk) for key in ring.published), key=lambda jwk: jwk["kid"])}


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return one document's only spelling, so that equal documents are equal bytes."""
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def paths(issuer: Issuer, url: str) -> list[str]:
    """Return the object keys at which a well-known URL of this issuer is served.

    For an issuer that ends in a slash also the key that joining without removing the slash gives: which of both STS
    asks for is not documented, and RFC-abiding clients ask for the first.
    """
    _, _, path = url.removeprefix("https://").partition("/")
    keys = [path]
    if issuer.url.endswith("/"):
        base, _, name = path.rpartition(".well-known/")
        keys.append(f"{base}/.well-known/{name}")
    return keys


def published_documents(issuer: Issuer, ring: KeyRing) -> dict[str, bytes]:
    """Return every object that the issuer serves, by its key."""
    algorithms = {key.algorithm for key in ring.published}
    bodies = {
        issuer.jwks_url: canonical(jwk_set(ring)),
        issuer.discovery_url: canonical(discovery(issuer, algorithms)),
    }
    return {key: body for url, body in bodies.items() for key in paths(issuer, url)}
