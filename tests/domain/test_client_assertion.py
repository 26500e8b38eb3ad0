"""The client assertion: what parses as one, whose key may prove it, and which claims hold at which moment."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.client_assertion import (
    CLOCK_TOLERANCE_SECONDS,
    MAX_LENGTH,
    MAX_LIFETIME_SECONDS,
    claimed_key,
    from_authorization,
    proven,
    read,
)
from jobpass_issuer.domain.errors import InvalidClientError
from jobpass_issuer.domain.platform import Platform
from tests.domain.examples import CI_SERVER, ISSUER_URL, NOW

KEY = {"alg": "ES256", "kid": "key-1", "kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
BUILDHOST = replace(CI_SERVER, name="buildhost", invocation_role=None, public_keys=(KEY,))
FARM = replace(BUILDHOST, name="farm", public_keys=({**KEY, "x": "another"}, {**KEY, "kid": "key-2"}))
PLATFORMS = {each.name: each for each in (CI_SERVER, BUILDHOST, FARM)}
HEADER = {"alg": "ES256", "kid": "key-1", "typ": "JWT"}
JTI = "0123456789abcdef"
CLAIMS = {"iss": "buildhost", "sub": "buildhost", "aud": ISSUER_URL, "jti": JTI, "iat": NOW, "exp": NOW + 60}
# Its name in the names of tests is the same in every process.
ABSENT = Ellipsis


def part(value: object) -> str:
    """A part of a JWT: text as it is, all else as JSON."""
    data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def text(header: object = HEADER, claims: object = CLAIMS, signature: str = "c2ln") -> str:
    """An assertion whose signature is none."""
    return f"{part(header)}.{part(claims)}.{signature}"


def changed(members: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The members with some of them changed, and left out where a change says so."""
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}


def refusal(error: pytest.ExceptionInfo[InvalidClientError]) -> str:
    """What a refusal says."""
    return error.value.description


def test_an_assertion_is_taken_apart() -> None:
    assertion = read(text())

    assert (assertion.text, assertion.algorithm, assertion.kid) == (text(), "ES256", "key-1")
    assert assertion.claims == CLAIMS


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_bearer_in_any_case(scheme: str) -> None:
    assert from_authorization(f"{scheme} {text()}") == read(text())


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", text(), f"Basic {text()}", f"Bearer{text()}"])
def test_what_is_no_bearer_header_is_refused(header: str | None) -> None:
    with pytest.raises(InvalidClientError):
        from_authorization(header)


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "..",
        text().rpartition(".")[0],
        text().rpartition(".")[0] + ".",
        f"{text()}.",
        f".{text()}",
        f"{text()}.c2ln",
        f"{text()}=",
        f"{text()} ",
        f"{text()}\n",
        text().replace(".", "=.", 1),
        text().replace(".", "\n.", 1),
        text().replace(".", "..", 1),
        f"{part(HEADER)}.{part(CLAIMS)}.é",
        f"{part(HEADER)}+.{part(CLAIMS)}.c2ln",
        text(header="{"),
        text(header="[]"),
        text(header='"alg"'),
        text(header="null"),
        text(claims="{"),
        text(claims="[]"),
        text(claims="1"),
        text(claims='{"iss": NaN}'),
        text(claims='{"iss": "buildhost"} {}'),
        text(claims='{"iss": "buildhost", "iss": "farm"}'),
        text(claims='{"iss": "buildhost", "x": {"a": 1, "a": 1}}'),
        text(header='{"alg": "ES256", "kid": "key-1", "kid": "key-2"}'),
        text(header='{"alg": "none", "alg": "ES256", "kid": "key-1"}'),
        text(claims="[" * 2500),
        text(header='\ufeff{"alg": "ES256", "kid": "key-1"}'),
        f"{base64.urlsafe_b64encode(json.dumps(HEADER).encode('utf-16')).rstrip(b'=').decode()}.{part(CLAIMS)}.c2ln",
        f"{part(HEADER)}.{base64.urlsafe_b64encode(b'{}' + bytes([255])).rstrip(b'=').decode()}.c2ln",
    ],
    ids=lambda spoiled: ascii(spoiled)[:60],
)
def test_what_is_no_assertion_is_refused(spoiled: str) -> None:
    with pytest.raises(InvalidClientError):
        read(spoiled)


def test_base64_with_bits_left_over_is_refused() -> None:
    # `fQ` and `fR` decode alike where nobody looks at the last four bits.
    claims = part(changed(CLAIMS, x="12"))
    variants = [
        f"{claims[:-1]}{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    ]
    alike = [
        each for each in variants if base64.urlsafe_b64decode(each + "==") == base64.urlsafe_b64decode(claims + "==")
    ]
    assert len(alike) > 1

    taken = []
    for each in alike:
        try:
            taken.append(read(f"{part(HEADER)}.{each}.c2ln").claims)
        except InvalidClientError:
            continue
    assert taken == [changed(CLAIMS, x="12")]


def test_an_assertion_may_be_so_long_and_no_longer() -> None:
    longest = text()[: -len("c2ln")]
    longest += "A" * (MAX_LENGTH - len(longest))

    assert read(longest).claims == CLAIMS
    with pytest.raises(InvalidClientError, match=str(MAX_LENGTH)):
        read(f"{longest}A")


@pytest.mark.parametrize("typ", ["JWT", "jwt", "client-authentication+jwt", ABSENT])
def test_a_type_of_client_assertions_is_taken(typ: object) -> None:
    assert read(text(changed(HEADER, typ=typ))).kid == "key-1"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_two_algorithms_are_taken(alg: str) -> None:
    assert read(text(changed(HEADER, alg=alg))).algorithm == alg


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": ""},
        {"alg": "HS256"},
        {"alg": "PS256"},
        {"alg": "ES384"},
        {"alg": "RS512"},
        {"alg": "EdDSA"},
        {"alg": "es256"},
        {"alg": ["ES256"]},
        {"alg": None},
        {"alg": ABSENT},
        {"kid": ABSENT},
        {"kid": None},
        {"kid": 1},
        {"kid": ["key-1"]},
        {"typ": "at+jwt"},
        {"typ": "JWE"},
        {"typ": ["JWT"]},
        {"typ": None},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/chain"},
        {"jwk": KEY},
        {"x5c": ["MII"]},
        {"x5t": "x"},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A256GCM"},
        {"cty": "JWT"},
        {"anything": 1},
    ],
    ids=lambda changes: ascii({name: "-" if value is ABSENT else value for name, value in changes.items()}),
)
def test_a_header_that_asks_for_anything_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidClientError):
        read(text(changed(HEADER, **changes)))


def test_a_refused_header_does_not_come_back() -> None:
    secret = "s" * 60
    with pytest.raises(InvalidClientError) as error:
        read(text({**HEADER, secret: 1}))

    assert secret not in refusal(error)


@pytest.mark.parametrize("iss", [ABSENT, None, 1, ["buildhost"], {"name": "buildhost"}])
def test_an_assertion_of_nobody_is_refused(iss: object) -> None:
    with pytest.raises(InvalidClientError, match="iss"):
        read(text(claims=changed(CLAIMS, iss=iss)))


def test_the_key_is_the_claimed_platforms_own() -> None:
    assert claimed_key(read(text()), PLATFORMS) == (BUILDHOST, KEY)
    assert claimed_key(read(text(claims=changed(CLAIMS, iss="farm"))), PLATFORMS) == (FARM, FARM.public_keys[0])


@pytest.mark.parametrize(
    ("header", "iss"),
    [
        (HEADER, "nobody"),
        (HEADER, ""),
        (HEADER, "BUILDHOST"),
        (HEADER, "buildhost "),
        (HEADER, "ci-server"),
        (changed(HEADER, kid="key-2"), "buildhost"),
        (changed(HEADER, kid="KEY-1"), "buildhost"),
        (changed(HEADER, kid=""), "buildhost"),
        (changed(HEADER, alg="RS256"), "buildhost"),
    ],
)
def test_an_unknown_platform_or_key_is_refused_in_one_way(header: dict[str, Any], iss: str) -> None:
    with pytest.raises(InvalidClientError) as unknown:
        claimed_key(read(text(header, changed(CLAIMS, iss=iss))), PLATFORMS)
    with pytest.raises(InvalidClientError) as other:
        claimed_key(read(text(claims=changed(CLAIMS, iss="nobody-else"))), PLATFORMS)

    assert refusal(unknown) == refusal(other)
    assert unknown.value.problems == ()


def judged(platform: Platform = BUILDHOST, now: int = NOW, **changes: Any) -> Any:
    """The proof by the example's claims with some of them changed."""
    return proven(changed(CLAIMS, **changes), platform, ISSUER_URL, now)


def test_claims_that_hold_prove_their_platform() -> None:
    proof = judged()

    assert proof.platform == BUILDHOST
    assert proof.expires_at == NOW + 60
    assert proof.jti_sha256 == hashlib.sha256(JTI.encode()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + MAX_LIFETIME_SECONDS},
        {"iat": NOW + CLOCK_TOLERANCE_SECONDS},
        {"iat": NOW - MAX_LIFETIME_SECONDS + 1, "exp": NOW + 1},
        {"nbf": NOW + CLOCK_TOLERANCE_SECONDS},
        {"nbf": 0},
        {"jti": "!" * 16},
        {"jti": "~" * 128},
        {"scope": "anything", "aud2": [], "azp": "x"},
    ],
)
def test_claims_at_their_limits_and_others_beside_them_hold(changes: dict[str, Any]) -> None:
    assert judged(**changes).platform == BUILDHOST


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"sub": ABSENT}, ["sub"]),
        ({"sub": "farm"}, ["sub"]),
        ({"sub": ["buildhost"]}, ["sub"]),
        ({"aud": ABSENT}, ["aud"]),
        ({"aud": ""}, ["aud"]),
        ({"aud": f"{ISSUER_URL}/"}, ["aud"]),
        ({"aud": ISSUER_URL.upper()}, ["aud"]),
        ({"aud": "https://another.example"}, ["aud"]),
        ({"aud": f"{ISSUER_URL} https://another.example"}, ["aud"]),
        ({"aud": [ISSUER_URL]}, ["aud"]),
        ({"aud": [ISSUER_URL, "https://another.example"]}, ["aud"]),
        ({"aud": {ISSUER_URL: 1}}, ["aud"]),
        ({"jti": ABSENT}, ["jti"]),
        ({"jti": None}, ["jti"]),
        ({"jti": 10**20}, ["jti"]),
        ({"jti": "x" * 15}, ["jti"]),
        ({"jti": "x" * 129}, ["jti"]),
        ({"jti": "x" * 16 + " "}, ["jti"]),
        ({"jti": "x" * 16 + "\n"}, ["jti"]),
        ({"jti": "é" * 16}, ["jti"]),
        ({"jti": "\ud800" * 16}, ["jti"]),
        ({"jti": "\0" * 16}, ["jti"]),
        ({"jti": [JTI]}, ["jti"]),
        ({"exp": ABSENT}, ["exp"]),
        ({"iat": ABSENT}, ["iat"]),
        ({"iat": ABSENT, "exp": ABSENT}, ["iat", "exp"]),
        ({"exp": NOW}, ["exp", "exp"]),
        ({"exp": NOW - 1, "iat": NOW - 2}, ["exp"]),
        ({"exp": NOW, "iat": NOW - 60}, ["exp"]),
        ({"exp": NOW + MAX_LIFETIME_SECONDS + 1}, ["exp"]),
        ({"exp": 10**300}, ["exp"]),
        ({"iat": -(10**300)}, ["exp"]),
        ({"iat": 0}, ["exp"]),
        ({"iat": NOW + CLOCK_TOLERANCE_SECONDS, "exp": NOW + 1}, ["exp"]),
        ({"iat": NOW + CLOCK_TOLERANCE_SECONDS + 1}, ["iat"]),
        ({"iat": NOW + 86_400, "exp": NOW + 86_460}, ["iat"]),
        ({"nbf": NOW + CLOCK_TOLERANCE_SECONDS + 1}, ["nbf"]),
        ({"nbf": None}, ["nbf"]),
        ({"nbf": str(NOW)}, ["nbf"]),
        ({"exp": str(NOW + 60)}, ["exp"]),
        ({"exp": float(NOW + 60)}, ["exp"]),
        ({"exp": None}, ["exp"]),
        ({"exp": True}, ["exp"]),
        ({"exp": [NOW + 60]}, ["exp"]),
        ({"iat": False}, ["iat"]),
        ({"iat": NOW + 0.5}, ["iat"]),
        ({"iat": float("inf")}, ["iat"]),
        ({"aud": "x", "jti": "y", "sub": "z", "iat": "w"}, ["sub", "aud", "jti", "iat"]),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_claims_that_do_not_hold_are_all_named(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidClientError) as error:
        judged(**changes)

    assert [problem.path for problem in error.value.problems] == fields


def test_an_assertion_holds_until_the_second_it_expires() -> None:
    assert judged(now=NOW + 59).platform == BUILDHOST
    with pytest.raises(InvalidClientError, match="is past"):
        judged(now=NOW + 60)


def test_an_assertion_of_one_platform_proves_no_other() -> None:
    with pytest.raises(InvalidClientError):
        judged(platform=FARM)
    assert judged(platform=FARM, sub="farm").platform == FARM
