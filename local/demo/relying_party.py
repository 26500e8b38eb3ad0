"""A stranger who trusts an issuer by its URL alone, and verifies with a library that Jobpass does not use."""

import json
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from local.web import Web


class UntrustedError(Exception):
    """The documents or the token are not what a relying party accepts."""


@dataclass(frozen=True)
class VerifiedToken:
    """What a token says, proven."""

    header: dict[str, Any]
    claims: dict[str, Any]


def discovery_document(web: Web, issuer_url: str) -> dict[str, Any]:
    """The issuer's metadata, which must name the issuer that was asked for.

    Raises UntrustedError. Source: OpenID Connect Discovery 1.0, sections 4.1 and 4.3.
    """
    document = _json(web, issuer_url.removesuffix("/") + "/.well-known/openid-configuration")
    if document.get("issuer") != issuer_url:
        raise UntrustedError(f"the document is that of {document.get('issuer')}, not of {issuer_url}")
    return document


def jwk_set(web: Web, discovery: dict[str, Any]) -> dict[str, Any]:
    """The keys, from where the metadata says; raises UntrustedError."""
    return _json(web, str(discovery["jwks_uri"]))


def verify(token: str, *, discovery: dict[str, Any], keys: dict[str, Any], audience: str) -> VerifiedToken:
    """Prove signature, issuer, audience and times; raises UntrustedError.

    Only the algorithms that the issuer announces count, and the claims of RFC 7519 section 4.1 must be there.
    """
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": discovery["issuer"]},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        decoded = jwt.decode(
            token, KeySet.import_key_set(_key_set(keys)), algorithms=discovery["id_token_signing_alg_values_supported"]
        )
        rules.validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise UntrustedError(f"{type(error).__name__}: {error}") from None
    return VerifiedToken(dict(decoded.header), dict(decoded.claims))


def _key_set(keys: dict[str, Any]) -> Any:
    if not keys.get("keys"):
        raise UntrustedError("the JWK Set is empty")
    return keys


def _json(web: Web, url: str) -> dict[str, Any]:
    answer = web.request("GET", url)
    if answer.status != 200:
        raise UntrustedError(f"{url} answered {answer.status}")
    document = json.loads(answer.body)
    if not isinstance(document, dict):
        raise UntrustedError(f"{url} holds no JSON object")
    return document
