"""What somebody else has changed is told from what the issuer itself leaves behind, run by dead run."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.alteration import altered
from jobpass_issuer.domain.documents import published_documents
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.reconciliation import NOTHING_PUBLISHED, Published
from tests.domain.rings import NOW, ring

ISSUER = Issuer("https://oidc.example.com/api/")
JWKS, DOUBLED = "api/.well-known/jwks.json", "api//.well-known/jwks.json"
DISCOVERY = "api/.well-known/openid-configuration"


def _jwk(letter: bytes) -> dict[str, str]:
    return jwk.published(jwk.elliptic_curve("P-256", letter * 32, letter * 32), "ES256")


RING = ring(
    SigningKey.new("arn:active", _jwk(b"a"), KeyState.ACTIVE, NOW),
    SigningKey.new("arn:reserve", _jwk(b"b"), KeyState.PREPARED, NOW),
)
BODIES = published_documents(ISSUER, RING)


def _found(
    stored: KeyRing = RING,
    copy: KeyRing | None = RING,
    bodies: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[str, ...]:
    published = Published(RING.published_kids, copy, {**BODIES, **bodies})
    return altered(ISSUER, stored, published, {key.kid for key in RING.keys}).places


def _set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def test_what_the_issuer_left_is_as_it_was() -> None:
    assert _found() == ()
    assert altered(ISSUER, EMPTY, NOTHING_PUBLISHED, set()).places == ()


@pytest.mark.parametrize("place", [JWKS, DOUBLED])
@pytest.mark.parametrize(
    "body",
    [
        _set(_jwk(b"a"), _jwk(b"x")),
        _set({**_jwk(b"x"), "kid": _jwk(b"b")["kid"]}),
        _set({**_jwk(b"a"), "kty": "none"}),
        _set({"kid": "x"}),
        b'{"keys": ["a"]}',
        b'{"keys": 7}',
        b"[]",
        b"\xff",
        b"",
    ],
    ids=["added", "exchanged", "of-no-type", "empty", "text", "number", "list", "bytes", "nothing"],
)
def test_a_set_with_anything_that_is_not_ours_is_told_where_it_lies(place: str, body: bytes) -> None:
    assert _found(bodies={place: body}) == (place,)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"issuer": ISSUER.url, "jwks_uri": "https://attacker.example.com/jwks.json"}).encode(),
        json.dumps({"issuer": "https://oidc.example.com/api", "jwks_uri": ISSUER.jwks_url}).encode(),
        b"{}",
        b"[]",
        b"<html>",
    ],
)
def test_a_discovery_document_that_leads_elsewhere_is_told(body: bytes) -> None:
    assert _found(bodies={DISCOVERY: body}) == (DISCOVERY,)


def test_a_ring_that_differs_from_its_copy_of_the_same_version_is_told() -> None:
    planted = SigningKey.new("arn:planted", _jwk(b"x"), KeyState.PREPARED, NOW)
    changed = replace(RING, keys=(*RING.keys, planted))

    assert _found(stored=changed) == ("ring",)
    assert _found(copy=changed) == ("ring",)


@pytest.mark.parametrize(
    "left",
    [
        {"copy": None},
        {"copy": replace(RING, version=RING.version - 1, served=())},
        {"copy": replace(RING, version=RING.version + 1, served=())},
        {"bodies": {JWKS: _set(_jwk(b"a"))}},
    ],
    ids=["no-copy", "older-copy", "newer-copy", "smaller-set"],
)
def test_what_a_run_that_died_or_a_restored_table_leaves_is_no_alteration(left: dict[str, Any]) -> None:
    assert _found(**left) == ()
