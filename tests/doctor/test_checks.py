"""Checks on facts that no test can make on loopback, and on whatever a stranger may serve."""

import base64
import datetime
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.doctor.checks import findings
from jobpass.doctor.facts import Document, Endpoint, Facts, Unanswered
from jobpass.doctor.finding import Finding
from jobpass.doctor.json_body import DEEPEST, parse
from tests.doctor.issuer_server import rsa_key

ISSUER = "https://oidc.example.com"
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
HEADERS = {"content-type": "application/json", "cache-control": "max-age=300"}
SAID = {
    "issuer": ISSUER,
    "jwks_uri": f"{ISSUER}/keys",
    "authorization_endpoint": "urn:example:none",
    "response_types_supported": ["id_token"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "claims_supported": ["sub"],
}


def document(url: str, value: Any, seconds: float = 0.1) -> Document:
    return Document(url, 200, HEADERS, json.dumps(value).encode(), seconds)


HOST = Endpoint("oidc.example.com", 443, ("93.184.215.14", "2606:2800:21f::1"), {"TLS 1.2": True, "TLS 1.3": True})
SOUND = Facts(
    ISSUER,
    NOW,
    document(f"{ISSUER}/.well-known/openid-configuration", SAID),
    jwk_set=document(f"{ISSUER}/keys", {"keys": [rsa_key()]}),
    endpoints=(HOST,),
)


def found(facts: Facts) -> list[Finding]:
    return [each for group in findings(facts).values() for each in group]


def at(url: str) -> Facts:
    """The sound issuer under another URL."""
    return replace(SOUND, issuer_url=url, discovery=document(url, {**SAID, "issuer": url}))


def named(facts: Facts) -> dict[str, str]:
    return {each.code: each.severity.value for each in found(facts)}


def test_a_sound_issuer_on_the_internet_has_nothing_to_mend() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("93.184.215.14",), {}),
        (("2606:2800:21f::1",), {"dns_no_ipv4": "error"}),
        (("10.0.0.7",), {"dns_private": "error"}),
        (("fe80::1%eth0", "93.184.215.14"), {"dns_private": "error"}),
        (None, {"dns_proxy": "note"}),
    ],
)
def test_addresses(addresses: tuple[str, ...] | None, expected: dict[str, str]) -> None:
    assert named(replace(SOUND, endpoints=(replace(HOST, addresses=addresses),))) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1.999, {}), (2.0, {"slow": "warning"}), (4.999, {"slow": "warning"}), (5.0, {"slow": "error"})],
)
def test_time_beside_the_five_seconds_of_sts(seconds: float, expected: dict[str, str]) -> None:
    assert named(replace(SOUND, jwk_set=document(f"{ISSUER}/keys", {"keys": [rsa_key()]}, seconds))) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(14, {}), (13.99, {"tls_expiry": "warning"}), (0.1, {"tls_expiry": "warning"})]
)
def test_how_long_the_certificate_lasts(days: float, expected: dict[str, str]) -> None:
    ends = NOW + datetime.timedelta(days=days)
    assert named(replace(SOUND, endpoints=(replace(HOST, certificate_ends=ends),))) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://oidc.example.com/a/b", {}),
        ("https://oidc.example.com:443", {"url_port": "error"}),
        ("https://oidc.example.com?tenant=1", {"url_query": "error"}),
        ("https://oidc.example.com/a#b", {"url_query": "error"}),
        ("https://user@oidc.example.com", {"url_user": "error"}),
        ("https://OIDC.example.com", {"url_capitals": "warning"}),
        ("https://oidc.example.com/a%20b", {"url_form": "warning"}),
        ("https://oidc.example.com/", {"url_slash": "note"}),
        (f"https://oidc.example.com/{'a' * 230}", {}),
        (f"https://oidc.example.com/{'a' * 231}", {"url_length": "error"}),
    ],
)
def test_the_rules_of_a_provider_url(url: str, expected: dict[str, str]) -> None:
    assert {code: severity for code, severity in named(at(url)).items() if code.startswith("url_")} == expected


def test_a_certificate_of_the_same_key_is_sound() -> None:
    modulus = base64.urlsafe_b64decode(rsa_key()["n"] + "==")
    key = {**rsa_key(), "x5c": [base64.b64encode(b"0\x82" + modulus + b"\2\3").decode()]}
    assert named(replace(SOUND, jwk_set=document(f"{ISSUER}/keys", {"keys": [key]}))) == {}


def test_what_a_stranger_serves_cannot_command_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e"
    said = {**SAID, "issuer": evil, "jwks_uri": evil, "response_types_supported": evil}
    keys = [{"kty": evil, "kid": evil, "use": evil, "alg": evil}, {**rsa_key(), "kid": evil * 50, evil: 1}]
    facts = replace(SOUND, discovery=document(ISSUER, said), jwk_set=document(f"{ISSUER}/keys", {"keys": keys}))

    texts = [text for each in found(facts) for text in (each.where, each.message, each.remedy)]
    assert texts
    assert all(text.isascii() and text.isprintable() and len(text) < 400 for text in texts)


def test_what_a_stranger_answers_in_the_place_of_http_cannot_either() -> None:
    facts = replace(SOUND, jwk_set=Unanswered(f"{ISSUER}/keys", "protocol", "\x1b[2J" + "x" * 70_000))

    (only,) = found(facts)
    assert only.message.isascii()
    assert only.message.isprintable()
    assert len(only.message) < 400


def test_nesting_is_measured() -> None:
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"1" + b"]" * depth

    assert parse(nested(DEEPEST)).mistake is None
    assert parse(nested(DEEPEST + 1)).mistake is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
MEMBERS = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y", "x5c", "key_ops", "d")
KEY = st.dictionaries(st.sampled_from(MEMBERS), JSON | st.sampled_from(["RSA", "EC", "P-256", "RS256", "sig", "AQAB"]))


@given(st.dictionaries(st.sampled_from(sorted(SAID)), JSON), st.lists(KEY | JSON, max_size=4))
def test_whatever_is_served_is_judged_and_each_finding_has_a_remedy(said: dict[str, Any], keys: list[Any]) -> None:
    facts = replace(
        SOUND, discovery=document(ISSUER, {**SAID, **said}), jwk_set=document(f"{ISSUER}/keys", {"keys": keys})
    )
    assert all(each.code and each.message and each.remedy for each in found(facts))


@given(st.binary(max_size=200))
def test_whatever_bytes_are_served_are_judged(body: bytes) -> None:
    served = Document(ISSUER, 200, HEADERS, body, 0.1)
    assert named(replace(SOUND, discovery=served, jwk_set=served)).get("jwks_json") == "error"
