"""What can be wrong with an issuer's documents and headers, and the code by which the doctor names it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.doctor.issuer_server import IssuerServer, Served, ec_key, rsa_key

Spoil = Callable[[IssuerServer], None]


@dataclass(frozen=True)
class Fault:
    """How to spoil a sound issuer, and every finding that comes of it, as `code: severity`."""

    spoil: Spoil
    findings: Mapping[str, str]


def _keys(*keys: Any) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        issuer.jwk_set.body = {"keys": list(keys)}

    return spoil


def _key(**members: Any) -> Spoil:
    """The sound key with members changed, or taken out where they are None."""
    changed = {name: value for name, value in {**rsa_key(), **members}.items() if value is not None}
    return _keys(changed)


def _says(**members: Any) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        said = {**issuer.discovery.body, **members}
        issuer.discovery.body = {name: value for name, value in said.items() if value is not None}

    return spoil


def _discovery_bytes(body: bytes) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        issuer.discovery.body = body

    return spoil


def _jwks_bytes(body: bytes) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        issuer.jwk_set.body = body

    return spoil


def _headers(**headers: str | None) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        issuer.jwk_set.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    return spoil


def _moved(issuer: IssuerServer) -> None:
    issuer.answers["/elsewhere"] = Served(issuer.discovery.body)
    issuer.answers[issuer.well_known] = Served(b"", 302, {"Location": "/elsewhere"})


def _to_plain_http(issuer: IssuerServer) -> None:
    issuer.answers[issuer.well_known] = Served(b"", 301, {"Location": "http://oidc.example.test/x"})


def _in_circles(issuer: IssuerServer) -> None:
    issuer.answers[issuer.well_known] = Served(b"", 302, {"Location": issuer.well_known})


def _nowhere(issuer: IssuerServer) -> None:
    issuer.answers[issuer.well_known] = Served(b"", 302)


def _status(status: int) -> Spoil:
    def spoil(issuer: IssuerServer) -> None:
        issuer.jwk_set.status = status

    return spoil


def _page(issuer: IssuerServer) -> None:
    issuer.answers[issuer.well_known] = Served(b"<!doctype html>", headers={"Content-Type": "text/html"})


def _twice(issuer: IssuerServer) -> None:
    issuer.discovery.body = b'{"issuer": "https://a",' + json.dumps(issuer.discovery.body).encode()[1:]


_SMALL, _OTHER, _EC = rsa_key(1024), rsa_key(salt=7), ec_key()
_X5C = [base64.b64encode(b"a certificate of another key").decode()]
_MANY = [rsa_key(salt=number) for number in range(101)]

DISCOVERY: Mapping[str, Fault] = {
    "no issuer": Fault(_says(issuer=None), {"issuer_missing": "error"}),
    "an issuer that is no text": Fault(_says(issuer=["https://a"]), {"issuer_missing": "error"}),
    "a slash more": Fault(_says(issuer="https://oidc.example.test/api/"), {"issuer_slash": "error"}),
    "another issuer": Fault(_says(issuer="https://other.example.test"), {"issuer_other": "error"}),
    "other letters": Fault(_says(issuer="https://oidc.example.test/API"), {"issuer_other": "error"}),
    "no jwks_uri": Fault(_says(jwks_uri=None), {"jwks_uri": "error"}),
    "a jwks_uri in the clear": Fault(_says(jwks_uri="http://oidc.example.test/keys"), {"jwks_uri": "error"}),
    "an endless jwks_uri": Fault(_says(jwks_uri="https://a.example/" + "a" * 2048), {"jwks_uri": "error"}),
    "a relative jwks_uri": Fault(_says(jwks_uri="/keys"), {"jwks_uri": "error"}),
    "no response types": Fault(_says(response_types_supported=None), {"discovery_member": "error"}),
    "response types in a text": Fault(_says(response_types_supported="id_token"), {"discovery_member": "error"}),
    "no subject types": Fault(_says(subject_types_supported=[]), {"discovery_member": "error"}),
    "no algorithms": Fault(_says(id_token_signing_alg_values_supported=None), {"discovery_member": "error"}),
    "no algorithm of IAM's": Fault(
        _says(id_token_signing_alg_values_supported=["PS256"]),
        {"algorithms": "error", "algorithm_not_named": "warning"},
    ),
    "algorithm none": Fault(
        _says(id_token_signing_alg_values_supported=["RS256", "none"]), {"algorithms_forgeable": "warning"}
    ),
    "a shared secret": Fault(
        _says(id_token_signing_alg_values_supported=["RS256", "HS256"]), {"algorithms_forgeable": "warning"}
    ),
    "an algorithm without a key": Fault(
        _says(id_token_signing_alg_values_supported=["RS256", "ES256"]), {"algorithm_without_key": "warning"}
    ),
    "no authorization endpoint": Fault(_says(authorization_endpoint=None), {"authorization_endpoint": "warning"}),
    "no claims": Fault(_says(claims_supported=None), {"claims_supported": "note"}),
    "no JSON": Fault(_discovery_bytes(b"{"), {"discovery_json": "error"}),
    "a list": Fault(_discovery_bytes(b"[]"), {"discovery_json": "error"}),
    "a byte order mark": Fault(_discovery_bytes(b"\xef\xbb\xbf{}"), {"discovery_json": "error"}),
    "latin-1": Fault(_discovery_bytes(b'{"issuer": "\xe9"}'), {"discovery_json": "error"}),
    "NaN": Fault(_discovery_bytes(b'{"issuer": NaN}'), {"discovery_json": "error"}),
    "endless nesting": Fault(_discovery_bytes(b"[" * 50_000), {"discovery_json": "error"}),
    "deep nesting": Fault(_discovery_bytes(b'{"a":' * 50 + b"1" + b"}" * 50), {"discovery_json": "error"}),
    "a member twice": Fault(_twice, {"discovery_repeated": "error"}),
    "a web page": Fault(_page, {"http_content_type": "warning", "discovery_json": "error"}),
}  # fmt: skip

JWK_SET: Mapping[str, Fault] = {
    "no JSON": Fault(_jwks_bytes(b"keys"), {"jwks_json": "error"}),
    "no list": Fault(_jwks_bytes(b'{"keys": {}}'), {"jwks_json": "error"}),
    "a member twice": Fault(
        _jwks_bytes(b'{"keys": [],' + json.dumps({"keys": [rsa_key()]}).encode()[1:]), {"jwks_repeated": "error"}
    ),
    "no keys": Fault(_keys(), {"jwks_empty": "error"}),
    "a key that is no object": Fault(_keys(rsa_key(), "key"), {"jwk_form": "error"}),
    "more than 100 RSA keys": Fault(_keys(*_MANY), {"jwks_many": "error"}),
    "more than 100 EC keys": Fault(
        _keys(rsa_key(), *(ec_key(number) for number in range(101))),
        {"jwks_many": "error", "algorithm_not_named": "warning"},
    ),
    "100 RSA keys": Fault(_keys(*_MANY[:100]), {}),
    "no kid": Fault(
        _key(kid=None), {"jwk_kid": "error", "jwks_useless": "error"}
    ),
    "an empty kid": Fault(_keys(rsa_key(), {**_OTHER, "kid": ""}), {"jwk_kid": "error"}),
    "a kid that is a number": Fault(_keys(rsa_key(), {**_OTHER, "kid": 7}), {"jwk_kid": "error"}),
    "one kid for two keys": Fault(_keys(rsa_key(), {**_OTHER, "kid": rsa_key()["kid"]}), {"kid_repeated": "error"}),
    "one key twice": Fault(_keys(rsa_key(), rsa_key()), {"kid_repeated": "warning"}),
    "one key under two kids": Fault(_keys(rsa_key(), {**rsa_key(), "kid": "another"}), {}),
    "key_ops": Fault(_key(key_ops=["verify"]), {"jwk_key_ops": "error", "jwks_useless": "error"}),
    "key_ops on one key of two": Fault(_keys(rsa_key(), {**_OTHER, "key_ops": ["sign"]}), {"jwk_key_ops": "error"}),
    "no use": Fault(_key(use=None), {"jwk_use": "warning"}),
    "use enc": Fault(_key(use="enc"), {"jwk_use": "warning", "jwks_useless": "error"}),
    "a private exponent": Fault(_key(d="AQAB"), {"jwk_private": "error"}),
    "a shared secret": Fault(
        _keys(rsa_key(), {"kty": "oct", "k": "c2VjcmV0", "kid": "s", "use": "sig"}),
        {"jwk_private": "error", "jwk_type": "warning"},
    ),
    "1024 bits": Fault(_keys(_SMALL), {"jwk_bits": "error"}),
    "no modulus": Fault(
        _key(n=None),
        {"jwk_members": "error", "jwks_useless": "error", "algorithm_without_key": "warning"},
    ),
    "a padded modulus": Fault(_keys(rsa_key(), {**_OTHER, "n": _OTHER["n"] + "="}), {"jwk_members": "error"}),
    "a modulus in base64": Fault(_keys(rsa_key(), {**_OTHER, "n": "+/+/"}), {"jwk_members": "error"}),
    "a modulus after a zero byte": Fault(
        _keys({**rsa_key(), "n": "AIAA" + "A" * 336 + "AAAB"}), {"jwk_zero": "warning"}
    ),
    "an exponent of one": Fault(_key(e="AQ"), {"jwk_exponent": "error"}),
    "an even exponent": Fault(_key(e="AQAA"), {"jwk_exponent": "error"}),
    "another key's certificate": Fault(_key(x5c=_X5C), {"jwk_x5c": "error"}),
    "a certificate that is none": Fault(_key(x5c="certificate"), {"jwk_x5c": "error"}),
    "no coordinate": Fault(
        _keys(rsa_key(), {**_EC, "y": None}), {"jwk_members": "error", "algorithm_not_named": "warning"}
    ),
    "a short coordinate": Fault(
        _keys(rsa_key(), {**_EC, "x": "AAAA"}), {"jwk_members": "error", "algorithm_not_named": "warning"}
    ),
    "a curve that IAM does not take": Fault(
        _keys(rsa_key(), {**_EC, "crv": "secp256k1", "alg": "ES256K"}), {"jwk_curve": "warning", "jwk_alg": "warning"}
    ),
    "a curve that is a list": Fault(_keys(rsa_key(), {**_EC, "crv": [], "alg": None}), {"jwk_curve": "warning"}),
    "Ed25519": Fault(
        _keys(rsa_key(), {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "e", "use": "sig", "alg": "EdDSA"}),
        {"jwk_type": "warning"},
    ),
    "another curve's algorithm": Fault(
        _keys(rsa_key(), {**_EC, "alg": "ES384"}), {"jwk_alg": "error", "algorithm_not_named": "warning"}
    ),
    "RSA-PSS": Fault(_key(alg="PS256"), {"jwk_alg": "warning"}),
    "an algorithm that is not named": Fault(_keys(rsa_key(), _EC), {"algorithm_not_named": "warning"}),
}  # fmt: skip

DELIVERY: Mapping[str, Fault] = {
    "a redirect": Fault(_moved, {"http_redirect": "error"}),
    "a redirect into the clear": Fault(_to_plain_http, {"http_status": "error"}),
    "redirects in circles": Fault(_in_circles, {"http_redirect": "error", "http_status": "error"}),
    "a redirect to nowhere": Fault(_nowhere, {"http_status": "error"}),
    "a log-in": Fault(_status(403), {"http_status": "error"}),
    "S3's content type": Fault(
        _headers(Content_Type="binary/octet-stream"), {"http_content_type": "warning"}
    ),
    "no content type": Fault(_headers(Content_Type=None), {"http_content_type": "warning"}),
    "the JWK Set's own content type": Fault(_headers(Content_Type="application/jwk-set+json; charset=utf-8"), {}),
    "compressed unasked": Fault(_headers(Content_Encoding="gzip"), {"http_encoding": "error"}),
    "no Cache-Control": Fault(_headers(Cache_Control=None), {"cache_missing": "warning"}),
    "cached for a week": Fault(_headers(Cache_Control="max-age=604800"), {"cache_long": "warning"}),
    "cached for ever": Fault(_headers(Cache_Control="max-age=60, immutable"), {"cache_long": "warning"}),
    "never cached": Fault(_headers(Cache_Control="no-store"), {"cache_none": "note"}),
    "an age of nothing": Fault(_headers(Cache_Control="public"), {"cache_none": "note"}),
    "shared caches only": Fault(_headers(Cache_Control="s-maxage=604800, max-age=60"), {}),
    "a cookie": Fault(_headers(Set_Cookie="a=b"), {"http_cookie": "warning"}),
    "more than some readers take": Fault(
        _jwks_bytes(json.dumps({"keys": [rsa_key()], "padding": "x" * 52_000}).encode()), {"size": "warning"}
    ),
    "more than a megabyte": Fault(_jwks_bytes(b" " * (1 << 20) + b" "), {"size": "error", "jwks_json": "error"}),
}  # fmt: skip
