"""The documents that relying parties read, byte for byte against known answers, and where they are."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.domain import documents, jwk
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState, SigningKey

VECTORS = Path(__file__).parents[1] / "vectors"
DOCUMENTS = VECTORS / "documents"


def _key(name: str, algorithm: str, state: KeyState) -> SigningKey:
    members: dict[str, Any] = json.loads((VECTORS / f"jwk/{name}.json").read_text("utf-8"))
    kept = {name: str(value) for name, value in members.items() if name in {"kty", "n", "e", "crv", "x", "y"}}
    public = jwk.published(kept, algorithm)
    return SigningKey(public["kid"], f"arn:{name}", algorithm, state, public, {})


RSA = _key("rfc7638-3.1", "RS256", KeyState.ACTIVE)
CURVE = _key("rfc7517-a.1", "ES256", KeyState.PREPARED)


@pytest.mark.parametrize("keys", [(RSA, CURVE), (CURVE, RSA)], ids=["one order", "the other"])
def test_the_jwk_set_is_byte_for_byte_the_known_answer(keys: tuple[SigningKey, ...]) -> None:
    known = (DOCUMENTS / "jwks.json").read_bytes()

    assert documents.canonical(documents.jwk_set(KeyRing(1, keys))) == known


def test_the_discovery_document_is_byte_for_byte_the_known_answer() -> None:
    known = (DOCUMENTS / "discovery.json").read_bytes()
    published = documents.published_documents(Issuer("https://oidc.example.com"), KeyRing(1, (RSA,)))

    assert published[".well-known/openid-configuration"] == known
    assert set(published) == {".well-known/openid-configuration", ".well-known/jwks.json"}


def test_an_issuer_with_path_and_slash_has_its_own_known_answer_at_both_places() -> None:
    known = (DOCUMENTS / "discovery-path-and-slash.json").read_bytes()
    jwks = (DOCUMENTS / "jwks.json").read_bytes()

    assert documents.published_documents(Issuer("https://oidc.example.com/api/oidc/"), KeyRing(1, (RSA, CURVE))) == {
        "api/oidc/.well-known/openid-configuration": known,
        "api/oidc//.well-known/openid-configuration": known,
        "api/oidc/.well-known/jwks.json": jwks,
        "api/oidc//.well-known/jwks.json": jwks,
    }


def test_the_key_set_is_published_before_the_document_that_names_it() -> None:
    assert "jwks.json" in next(iter(documents.published_documents(Issuer("https://a.example"), EMPTY)))


@pytest.mark.parametrize("state", [KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRED])
def test_a_key_that_may_sign_or_may_have_signed_is_in_the_set(state: KeyState) -> None:
    assert documents.jwk_set(KeyRing(1, (replace(RSA, state=state),))) == {"keys": [dict(RSA.jwk)]}


def test_a_revoked_key_is_in_no_document() -> None:
    ring = KeyRing(1, (RSA, replace(CURVE, state=KeyState.REVOKED)))
    published = documents.published_documents(Issuer("https://a.example"), ring)

    assert CURVE.kid.encode() not in published[".well-known/jwks.json"]
    assert b"ES256" not in published[".well-known/openid-configuration"]


def test_an_empty_ring_makes_an_empty_set() -> None:
    assert documents.canonical(documents.jwk_set(EMPTY)) == b'{\n  "keys": []\n}\n'


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://a.example", [".well-known/jwks.json"]),
        ("https://a.example/", [".well-known/jwks.json", "/.well-known/jwks.json"]),
        ("https://a.example/x", ["x/.well-known/jwks.json"]),
        ("https://a.example/x/", ["x/.well-known/jwks.json", "x//.well-known/jwks.json"]),
        ("https://a.example/x/y", ["x/y/.well-known/jwks.json"]),
        (
            "https://a.example/.well-known/x/",
            [".well-known/x/.well-known/jwks.json", ".well-known/x//.well-known/jwks.json"],
        ),
    ],
)
def test_a_documents_object_key_is_its_urls_path(url: str, keys: list[str]) -> None:
    issuer = Issuer(url)

    assert documents.paths(issuer, issuer.jwks_url) == keys


def test_no_stale_copy_outlives_a_failing_origin() -> None:
    directives = documents.CACHE_CONTROL.split(", ")

    assert f"max-age={documents.CACHE_SECONDS}" in directives
    assert {"public", "must-revalidate", "stale-if-error=0"} <= set(directives)
    assert documents.MEDIA_TYPE == "application/json"
