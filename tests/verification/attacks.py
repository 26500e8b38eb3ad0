"""What people have tried on verifiers of JWTs: each one step away from a good token, and refused for one reason.

The one table for every place that verifies a token: `jobpass verify`, the canary, client assertions, `jobpass explain`
and the embedded STS. A place that does not refuse one of them names it, and says why.
"""

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.local.seam import signing
from tests.verification.attack import (
    Attack,
    as_text,
    in_claims,
    in_header,
    in_key,
    in_signature,
    of,
    raw_claims,
    raw_header,
)
from tests.verification.signature_attacks import ECDSA_ATTACKS, RSA_ATTACKS
from tests.verification.tokens import ABSENT, claims, encoded, header, keys, resigned, signed


def _hs256(form: serialization.PublicFormat, encoding: serialization.Encoding) -> Attack:
    """The public key taken for a shared secret."""

    def make(algorithm: str) -> str:
        secret = signing.private_key(algorithm).public_key().public_bytes(encoding, form)
        signing_input = f"{encoded(header('HS256', kid=algorithm))}.{encoded(claims())}"
        return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), 'sha256'))}"

    return of("algorithm", make)


def _none(name: str) -> Attack:
    def make(algorithm: str) -> str:
        signing_input = f"{encoded(header(name, kid=algorithm))}.{encoded(claims())}"
        return f"{signing_input}.{signed(algorithm).rpartition('.')[2]}"

    return of("algorithm", make)


def _none_of(algorithm: str) -> str:
    return f"{encoded(header('none', kid=algorithm))}.{encoded(claims())}"


def _changed_claims(algorithm: str) -> str:
    head, _, signature = signed(algorithm).split(".")
    return f"{head}.{encoded(claims(sub='org:acme:repo:other'))}.{signature}"


def _twice(document: dict[str, Any], name: str, value: object) -> bytes:
    return json.dumps(document).removesuffix("}").encode() + f', "{name}": {json.dumps(value)}}}'.encode()


def _with_last_bits(token: str) -> str:
    """The last letter of a part whose bits do not all count, changed to another that means the same."""
    parts = token.split(".")
    at = next(index for index, part in enumerate(parts) if len(part) % 4)
    return ".".join([*parts[:at], _meaning_the_same(parts[at]), *parts[at + 1 :]])


def _with_last_bits_of_signature(token: str) -> str:
    head, _, signature = token.rpartition(".")
    assert len(signature) % 4
    return f"{head}.{_meaning_the_same(signature)}"


def _meaning_the_same(part: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) + 1]


def _other_alphabet(algorithm: str) -> str:
    """A token with `-` or `_` somewhere, written in the alphabet with `+` and `/`."""
    token = next(
        made
        for count in range(100)
        if {"-", "_"} & set(made := signed(algorithm, None, claims(sub=f"\xff\xfe{count}~?>")))
    )
    return token.replace("-", "+").replace("_", "/")


def _attacker(algorithm: str) -> tuple[str, Sequence[Any], str]:
    """A key that the token brings itself."""
    brought = signing.jwk("ES512")
    made = signed("ES512", header("ES512", jwk=brought, kid=algorithm))
    return made, keys(algorithm), "header"


def _stranger(algorithm: str) -> tuple[str, Sequence[Any], str]:
    """A good signature of somebody else's key, under the name of the issuer's."""
    if algorithm.startswith("RS"):
        return signed(algorithm, which="stranger"), keys(algorithm), "signature"
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    numbers = {name: encoded(value.to_bytes(32)) for name, value in (("x", point.x), ("y", point.y))}
    return signed(algorithm), keys(algorithm, **numbers), "signature"


def _brought(**brings: Any) -> Attack:
    """A stranger's signature under the name of the issuer's key, and the way to the stranger's."""

    def make(algorithm: str) -> str:
        return signed(algorithm, header(algorithm, **brings), which="stranger")

    return of("header", make)


def _brought_jwk(algorithm: str) -> tuple[str, Sequence[Any], str]:
    brought = signing.jwk(algorithm, which="stranger")
    return signed(algorithm, header(algorithm, jwk=brought), which="stranger"), keys(algorithm), "header"


def _mac(secret: Callable[[dict[str, Any]], bytes]) -> Attack:
    """A MAC that is called the issuer's algorithm, with what everybody can read as its secret."""

    def make(algorithm: str) -> str:
        signing_input = f"{encoded(header(algorithm))}.{encoded(claims())}"
        made = hmac.digest(secret(signing.jwk(algorithm)), signing_input.encode(), "sha256")
        return f"{signing_input}.{encoded(made)}"

    return of("signature", make)


def _huge_number(good: dict[str, Any]) -> bytes:
    """An end in more digits than Python reads."""
    return json.dumps({**good, "exp": 0}).replace('"exp": 0', '"exp": ' + "9" * 5000).encode()


ATTACKS: dict[str, Attack] = {
    # the algorithm
    "alg none": _none("none"),
    "alg None": _none("None"),
    "alg nOnE": _none("nOnE"),
    "alg none, and no signature": of("malformed", lambda algorithm: _none_of(algorithm) + "."),
    "no alg": in_header(alg=ABSENT),
    "alg is null": in_header(alg=None),
    "alg is no text": in_header(alg=["RS256"]),
    "alg is empty": in_header(alg=""),
    "HS256 with the public key in PEM": _hs256(
        serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
    ),
    "HS256 with the public key in DER": _hs256(
        serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.DER
    ),
    "a MAC with the JWK": _mac(lambda jwk: json.dumps(jwk).encode()),
    "a MAC with nothing": _mac(lambda _: b""),
    "alg of another digest": lambda algorithm: (
        signed(algorithm, header(algorithm, alg=algorithm[:2] + "384")),
        keys(algorithm),
        "algorithm",
    ),
    "alg of another key type": lambda algorithm: (
        signed(algorithm, header(algorithm, alg="ES256" if algorithm.startswith("RS") else "RS256")),
        keys(algorithm, alg=ABSENT),
        "algorithm",
    ),
    "alg PS256": in_header("algorithm", alg="PS256"),
    "alg in small letters": lambda algorithm: (
        signed(algorithm, header(algorithm, alg=algorithm.lower())),
        keys(algorithm),
        "algorithm",
    ),
    # the key
    "no kid": in_header(kid=ABSENT),
    "kid is empty": in_header(kid=""),
    "kid is a list": in_header(kid=["a"]),
    "kid of another key": lambda algorithm: (
        signed(algorithm, header(algorithm, kid="ES384")),
        keys(algorithm),
        "signature" if algorithm == "ES384" else "algorithm",
    ),
    "kid is null": in_header(kid=None),
    "kid is a number": in_header(kid=0),
    "kid of nobody's": in_header("unknown_key", kid="nobody"),
    "kid is a path": in_header("unknown_key", kid="../../../../dev/null"),
    "kid is a URL": in_header("unknown_key", kid="https://attacker.example/jwks.json"),
    "kid is a query": in_header("unknown_key", kid="x' UNION SELECT 'secret"),
    "kid is a command": in_header("unknown_key", kid="$(id)|id;{0.__class__}"),
    "kid with letters that nobody sees": lambda algorithm: (
        signed(algorithm, header(algorithm, kid=f"{algorithm}\0\u200b\x1b[2J")),
        keys(algorithm),
        "unknown_key",
    ),
    "kid and a blank": lambda algorithm: (
        signed(algorithm, header(algorithm, kid=f"{algorithm} ")),
        keys(algorithm),
        "unknown_key",
    ),
    "kid in other letters": lambda algorithm: (
        signed(algorithm, header(algorithm, kid=algorithm.lower())),
        keys(algorithm),
        "unknown_key",
    ),
    "no keys": lambda algorithm: (signed(algorithm), [], "unknown_key"),
    "keys that are none": lambda algorithm: (signed(algorithm), [None, "x", 1, [], {}], "unknown_key"),
    "two keys of the name, the first the signer's": lambda algorithm: (
        signed(algorithm),
        [signing.jwk(algorithm), signing.jwk(algorithm, which="stranger")],
        "ambiguous_key",
    ),
    "two keys of the name, the last the signer's": lambda algorithm: (
        signed(algorithm),
        [signing.jwk(algorithm, which="stranger"), signing.jwk(algorithm)],
        "ambiguous_key",
    ),
    "the same key twice": lambda algorithm: (signed(algorithm), [signing.jwk(algorithm)] * 2, "ambiguous_key"),
    "a key for encryption": in_key("unusable_key", use="enc"),
    "a key for other operations": in_key("unusable_key", key_ops=["encrypt"]),
    "operations that are no list": in_key("unusable_key", key_ops=7),
    "a key without its numbers": in_key("unusable_key", n=ABSENT, x=ABSENT),
    "a shared secret": in_key("unusable_key", kty="oct", k=encoded(b"secret")),
    "a key that says another alg": in_key("algorithm", alg="RS512"),
    "a stranger's key": _stranger,
    # the header
    "the token brings its key": _attacker,
    "a stranger's key, which the token brings": _brought_jwk,
    "a stranger's key, to which a jku leads": _brought(jku="https://attacker.example/jwks.json"),
    "a stranger's key, to which an x5u leads": _brought(x5u="https://attacker.example/key.pem"),
    "a stranger's key, in an x5c": of(
        "header",
        lambda algorithm: signed(algorithm, header(algorithm, x5c=[signing.certificate("stranger")]), which="stranger"),
    ),
    "jku": in_header(jku="https://attacker.example/jwks.json"),
    "x5u": in_header(x5u="https://attacker.example/key.pem"),
    "x5c": in_header(x5c=[signing.certificate()]),
    "crit": in_header(crit=["exp"]),
    "crit that is empty": in_header(crit=[]),
    "crit with b64": in_header(crit=["b64"], b64=False),
    "b64 without crit": in_header(b64=False),
    "zip": in_header(zip="DEF"),
    "a nested token": in_header(cty="JWT"),
    "an unknown parameter": in_header(foo="bar"),
    "typ of an access token": in_header(typ="at+jwt"),
    "typ that is no text": in_header(typ=["JWT"]),
    # the form
    "empty": as_text(lambda _: ""),
    "one part": as_text(lambda token: token.replace(".", "")),
    "two parts": as_text(lambda token: token.rpartition(".")[0]),
    "four parts": as_text(lambda token: f"{token}.AAAA"),
    "five parts, as an encrypted one": as_text(lambda token: f"{token}.AAAA.AAAA"),
    "an empty signature": as_text(lambda token: token.rpartition(".")[0] + "."),
    "a detached payload": as_text(lambda token: f"{token.partition('.')[0]}..{token.rpartition('.')[2]}"),
    "an empty header": as_text(lambda token: "." + token.partition(".")[2]),
    "a line break at its end": as_text(lambda token: f"{token}\n"),
    "a blank before it": as_text(lambda token: f" {token}"),
    "quotation marks": as_text(lambda token: f'"{token}"'),
    "the answer of the token route": as_text(lambda token: json.dumps({"value": token})),
    "JWS in JSON": as_text(
        lambda token: json.dumps(dict(zip(("protected", "payload", "signature"), token.split("."), strict=True)))
    ),
    "padding": as_text(lambda token: f"{token}="),
    "padding of each part": as_text(lambda token: ".".join(part + "=" * (-len(part) % 4) for part in token.split("."))),
    "NUL at its end": as_text(lambda token: f"{token}\0"),
    "a line break within": as_text(lambda token: f"{token[:20]}\n{token[20:]}"),
    "bits that do not count": as_text(_with_last_bits),
    "bits that do not count, in the signature": as_text(_with_last_bits_of_signature),
    "the other alphabet": of("malformed", _other_alphabet),
    "letters that look alike": as_text(lambda token: "\u0435" + token[1:]),
    "longer than any": of("malformed", lambda algorithm: signed(algorithm, None, claims(x="y" * 20_000))),
    "a header longer than any": of("malformed", lambda algorithm: signed(algorithm, header(algorithm, x="y" * 16_000))),
    "a signature longer than any": of("malformed", lambda algorithm: resigned(signed(algorithm), b"y" * 16_000)),
    "a header nested without end": raw_header(lambda _: b'{"alg":' + b"[" * 6000 + b"]" * 6000 + b"}"),
    "a header twice the same member": raw_header(lambda good: _twice(good, "alg", "none")),
    "claims twice the same member": raw_claims(lambda good: _twice(good, "sub", "org:acme:repo:other")),
    "a member twice, deep within": raw_claims(lambda _: b'{"a": [{"b": 1, "b": 2}]}'),
    "a header that is a list": raw_header(lambda _: b"[]"),
    "claims that are a list": raw_claims(lambda good: json.dumps([good]).encode()),
    "claims that are a token": of("malformed", lambda algorithm: signed(algorithm, None, signed(algorithm).encode())),
    "claims that are no JSON": raw_claims(lambda _: b"{"),
    "claims with a byte order mark": raw_claims(lambda good: b"\xef\xbb\xbf" + json.dumps(good).encode()),
    "claims in UTF-16": raw_claims(lambda good: json.dumps(good).encode("utf-16")),
    "claims with NaN": raw_claims(lambda good: _twice(good, "x", 0).replace(b'"x": 0', b'"x": NaN')),
    "claims with Infinity": raw_claims(lambda good: _twice(good, "x", 0).replace(b'"x": 0', b'"x": Infinity')),
    "claims with -Infinity": raw_claims(lambda good: _twice(good, "x", 0).replace(b'"x": 0', b'"x": -Infinity')),
    "exp is NaN": raw_claims(lambda good: json.dumps({**good, "exp": float("nan")}).encode()),
    "exp in thousands of digits": raw_claims(_huge_number),
    "claims nested without end": raw_claims(lambda _: b'{"a":' + b"[" * 6000 + b"]" * 6000 + b"}"),
    # the signature
    "changed claims": of("signature", _changed_claims),
    "no signature to speak of": in_signature(lambda _: b"\0"),
    "a signature of zeros": in_signature(lambda good: bytes(len(good))),
    "a signature of ones": in_signature(lambda good: b"\xff" * len(good)),
    "a signature twice": in_signature(lambda good: good + good),
    "a signature turned": in_signature(lambda good: good[::-1]),
    "a signature and more": in_signature(lambda good: good + b"\0"),
    "zeros and a signature": in_signature(lambda good: b"\0" + good),
    "a signature without its end": in_signature(lambda good: good[:-1]),
    "a signature in base64 once more": in_signature(base64.b64encode),
    # what the claims say
    "another issuer": in_claims("issuer", iss="https://oidc.example.com.attacker.example"),
    "the issuer with a slash more": in_claims("issuer", iss="https://oidc.example.com/"),
    "the issuer in other letters": in_claims("issuer", iss="https://OIDC.example.com"),
    "a list of issuers": in_claims("issuer", iss=["https://oidc.example.com"]),
    "no issuer": in_claims("issuer", iss=ABSENT),
    "no subject": in_claims(sub=ABSENT),
    "an empty subject": in_claims(sub=""),
    "a subject that is a number": in_claims(sub=7),
    "no audience": in_claims(aud=ABSENT),
    "an empty audience": in_claims(aud=""),
    "an empty list of audiences": in_claims(aud=[]),
    "an audience that is null": in_claims(aud=None),
    "several audiences": in_claims(aud=["vault.example.com", "other.example.com"]),
    "one audience in a list": in_claims(aud=["vault.example.com"]),
    "another audience": in_claims("audience", aud="vault.example.org"),
    "an audience that begins like it": in_claims("audience", aud="vault.example.com.attacker.example"),
    "no exp": in_claims(exp=ABSENT),
    "exp null": in_claims(exp=None),
    "exp is a float": in_claims(exp=1_800_000_290.0),
    "exp is a text": in_claims(exp="1800000290"),
    "exp is true": in_claims(exp=True),
    "exp is infinite": in_claims(exp=1e308),
    "exp beyond every calendar": in_claims(exp=10**15),
    "exp is negative": in_claims(exp=-1),
    "exp is a list": in_claims(exp=[1_800_000_290]),
    # At their bounds, times have tests of their own: places differ in their tolerance.
    "exp is past": in_claims("expired", exp=1_799_996_400),
    "no iat": in_claims(iat=ABSENT),
    "iat is a float": in_claims(iat=1_799_999_990.5),
    "iat is false": in_claims(iat=False),
    "iat to come": in_claims("not_yet_valid", iat=1_800_003_600, exp=1_800_003_700),
    "nbf null": in_claims(nbf=None),
    "nbf is a text": in_claims(nbf="0"),
    "nbf to come": in_claims("not_yet_valid", nbf=1_800_003_600),
    "nbf is true": in_claims(nbf=True),
}

CASES = [
    *((algorithm, name, attack) for algorithm in ("RS256", "ES256") for name, attack in ATTACKS.items()),
    *(("ES256", name, attack) for name, attack in ECDSA_ATTACKS.items()),
    *(("RS256", name, attack) for name, attack in RSA_ATTACKS.items()),
]
IDS = [f"{algorithm} {name}" for algorithm, name, _ in CASES]
