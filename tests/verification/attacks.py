"""What people have tried on verifiers of JWTs: each one step away from a good token, and refused for one reason."""

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.local.seam import signing
from tests.verification.tokens import ABSENT, claims, encoded, header, keys, resigned, signature_of, signed

# Of an algorithm: a token, the issuer's keys, and the code of the refusal.
Attack = Callable[[str], tuple[str, Sequence[Any], str]]
# The order of the curve's base point (FIPS 186-4, appendix D).
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _of(code: str, make: Callable[[str], str]) -> Attack:
    return lambda algorithm: (make(algorithm), keys(algorithm), code)


def _header(code: str = "header", **changes: Any) -> Attack:
    return _of(code, lambda algorithm: signed(algorithm, header(algorithm, **changes)))


def _claims(code: str = "claims", **changes: Any) -> Attack:
    return _of(code, lambda algorithm: signed(algorithm, None, claims(**changes)))


def _raw_header(make: Callable[[dict[str, Any]], bytes]) -> Attack:
    return _of("malformed", lambda algorithm: signed(algorithm, make(header(algorithm))))


def _raw_claims(make: Callable[[dict[str, Any]], bytes]) -> Attack:
    return _of("malformed", lambda algorithm: signed(algorithm, None, make(claims())))


def _text(make: Callable[[str], str]) -> Attack:
    return _of("malformed", lambda algorithm: make(signed(algorithm)))


def _signature(make: Callable[[bytes], bytes]) -> Attack:
    return _of("signature", lambda algorithm: resigned(signed(algorithm), make(signature_of(signed(algorithm)))))


def _key(code: str, **changes: Any) -> Attack:
    return lambda algorithm: (signed(algorithm), keys(algorithm, **changes), code)


def _hs256(form: serialization.PublicFormat, encoding: serialization.Encoding) -> Attack:
    """The public key taken for a shared secret."""

    def make(algorithm: str) -> str:
        secret = signing.private_key(algorithm).public_key().public_bytes(encoding, form)
        signing_input = f"{encoded(header('HS256', kid=algorithm))}.{encoded(claims())}"
        return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), 'sha256'))}"

    return _of("algorithm", make)


def _none(name: str) -> Attack:
    def make(algorithm: str) -> str:
        signing_input = f"{encoded(header(name, kid=algorithm))}.{encoded(claims())}"
        return f"{signing_input}.{signed(algorithm).rpartition('.')[2]}"

    return _of("algorithm", make)


def _changed_claims(algorithm: str) -> str:
    head, _, signature = signed(algorithm).split(".")
    return f"{head}.{encoded(claims(sub='org:acme:repo:other'))}.{signature}"


def _twice(document: dict[str, Any], name: str, value: object) -> bytes:
    return json.dumps(document).removesuffix("}").encode() + f', "{name}": {json.dumps(value)}}}'.encode()


def _with_last_bits(token: str) -> str:
    """The last letter of a part whose bits do not all count, changed to another that means the same."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts = token.split(".")
    at = next(index for index, part in enumerate(parts) if len(part) % 4)
    parts[at] = parts[at][:-1] + alphabet[alphabet.index(parts[at][-1]) + 1]
    return ".".join(parts)


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


ATTACKS: dict[str, Attack] = {
    # the algorithm
    "alg none": _none("none"),
    "alg None": _none("None"),
    "alg nOnE": _none("nOnE"),
    "no alg": _header(alg=ABSENT),
    "alg is no text": _header(alg=["RS256"]),
    "alg is empty": _header(alg=""),
    "HS256 with the public key in PEM": _hs256(
        serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
    ),
    "HS256 with the public key in DER": _hs256(
        serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.DER
    ),
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
    "alg PS256": _header("algorithm", alg="PS256"),
    "alg in small letters": lambda algorithm: (
        signed(algorithm, header(algorithm, alg=algorithm.lower())),
        keys(algorithm),
        "algorithm",
    ),
    # the key
    "no kid": _header(kid=ABSENT),
    "kid is empty": _header(kid=""),
    "kid is a list": _header(kid=["a"]),
    "kid of another key": lambda algorithm: (
        signed(algorithm, header(algorithm, kid="ES384")),
        keys(algorithm),
        "signature" if algorithm == "ES384" else "algorithm",
    ),
    "kid of nobody's": _header("unknown_key", kid="../../dev/null"),
    "kid in other letters": lambda algorithm: (
        signed(algorithm, header(algorithm, kid=algorithm.lower())),
        keys(algorithm),
        "unknown_key",
    ),
    "no keys": lambda algorithm: (signed(algorithm), [], "unknown_key"),
    "keys that are none": lambda algorithm: (signed(algorithm), [None, "x", 1, [], {}], "unknown_key"),
    "two keys of the name, the first the signer's": lambda algorithm: (
        signed(algorithm),
        [signing.jwk(algorithm), signing.jwk("ES512", algorithm)],
        "ambiguous_key",
    ),
    "two keys of the name, the last the signer's": lambda algorithm: (
        signed(algorithm),
        [signing.jwk("ES512", algorithm), signing.jwk(algorithm)],
        "ambiguous_key",
    ),
    "the same key twice": lambda algorithm: (signed(algorithm), [signing.jwk(algorithm)] * 2, "ambiguous_key"),
    "a key for encryption": _key("unusable_key", use="enc"),
    "a key for other operations": _key("unusable_key", key_ops=["encrypt"]),
    "operations that are no list": _key("unusable_key", key_ops=7),
    "a key without its numbers": _key("unusable_key", n=ABSENT, x=ABSENT),
    "a shared secret": _key("unusable_key", kty="oct", k=encoded(b"secret")),
    "a key that says another alg": _key("algorithm", alg="RS512"),
    "a stranger's key": _stranger,
    # the header
    "the token brings its key": _attacker,
    "jku": _header(jku="https://attacker.example/jwks.json"),
    "x5u": _header(x5u="https://attacker.example/key.pem"),
    "x5c": _header(x5c=[signing.certificate()]),
    "crit": _header(crit=["exp"]),
    "crit that is empty": _header(crit=[]),
    "crit with b64": _header(crit=["b64"], b64=False),
    "zip": _header(zip="DEF"),
    "a nested token": _header(cty="JWT"),
    "an unknown parameter": _header(foo="bar"),
    "typ of an access token": _header(typ="at+jwt"),
    "typ that is no text": _header(typ=["JWT"]),
    # the form
    "empty": _text(lambda _: ""),
    "one part": _text(lambda token: token.replace(".", "")),
    "two parts": _text(lambda token: token.rpartition(".")[0]),
    "four parts": _text(lambda token: f"{token}.AAAA"),
    "five parts, as an encrypted one": _text(lambda token: f"{token}.AAAA.AAAA"),
    "an empty signature": _text(lambda token: token.rpartition(".")[0] + "."),
    "an empty header": _text(lambda token: "." + token.partition(".")[2]),
    "a line break at its end": _text(lambda token: f"{token}\n"),
    "a blank before it": _text(lambda token: f" {token}"),
    "quotation marks": _text(lambda token: f'"{token}"'),
    "the answer of the token route": _text(lambda token: json.dumps({"value": token})),
    "JWS in JSON": _text(
        lambda token: json.dumps(dict(zip(("protected", "payload", "signature"), token.split("."), strict=True)))
    ),
    "padding": _text(lambda token: f"{token}="),
    "a line break within": _text(lambda token: f"{token[:20]}\n{token[20:]}"),
    "bits that do not count": _text(_with_last_bits),
    "the other alphabet": _of("malformed", _other_alphabet),
    "letters that look alike": _text(lambda token: "\u0435" + token[1:]),
    "longer than any": _of("malformed", lambda algorithm: signed(algorithm, None, claims(x="y" * 20_000))),
    "a header twice the same member": _raw_header(lambda good: _twice(good, "alg", "none")),
    "claims twice the same member": _raw_claims(lambda good: _twice(good, "sub", "org:acme:repo:other")),
    "a member twice, deep within": _raw_claims(lambda _: b'{"a": [{"b": 1, "b": 2}]}'),
    "a header that is a list": _raw_header(lambda _: b"[]"),
    "claims that are a list": _raw_claims(lambda good: json.dumps([good]).encode()),
    "claims that are a token": _of("malformed", lambda algorithm: signed(algorithm, None, signed(algorithm).encode())),
    "claims that are no JSON": _raw_claims(lambda _: b"{"),
    "claims with a byte order mark": _raw_claims(lambda good: b"\xef\xbb\xbf" + json.dumps(good).encode()),
    "claims in UTF-16": _raw_claims(lambda good: json.dumps(good).encode("utf-16")),
    "claims with NaN": _raw_claims(lambda good: _twice(good, "x", 0).replace(b'"x": 0', b'"x": NaN')),
    "claims nested without end": _raw_claims(lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000),
    # the signature
    "changed claims": _of("signature", _changed_claims),
    "no signature to speak of": _signature(lambda _: b"\0"),
    "a signature of zeros": _signature(lambda good: bytes(len(good))),
    "a signature of ones": _signature(lambda good: b"\xff" * len(good)),
    "a signature and more": _signature(lambda good: good + b"\0"),
    "zeros and a signature": _signature(lambda good: b"\0" + good),
    "a signature without its end": _signature(lambda good: good[:-1]),
    "a signature in base64 once more": _signature(base64.b64encode),
    # what the claims say
    "another issuer": _claims("issuer", iss="https://oidc.example.com.attacker.example"),
    "the issuer with a slash more": _claims("issuer", iss="https://oidc.example.com/"),
    "the issuer in other letters": _claims("issuer", iss="https://OIDC.example.com"),
    "a list of issuers": _claims("issuer", iss=["https://oidc.example.com"]),
    "no issuer": _claims("issuer", iss=ABSENT),
    "no subject": _claims(sub=ABSENT),
    "an empty subject": _claims(sub=""),
    "a subject that is a number": _claims(sub=7),
    "no audience": _claims(aud=ABSENT),
    "several audiences": _claims(aud=["vault.example.com", "other.example.com"]),
    "one audience in a list": _claims(aud=["vault.example.com"]),
    "another audience": _claims("audience", aud="vault.example.org"),
    "an audience that begins like it": _claims("audience", aud="vault.example.com.attacker.example"),
    "no exp": _claims(exp=ABSENT),
    "exp null": _claims(exp=None),
    "exp is a float": _claims(exp=1_800_000_290.0),
    "exp is a text": _claims(exp="1800000290"),
    "exp is true": _claims(exp=True),
    "exp is infinite": _claims(exp=1e308),
    "exp beyond every calendar": _claims(exp=10**15),
    "exp is negative": _claims(exp=-1),
    "exp is a list": _claims(exp=[1_800_000_290]),
    "exp is now": _claims("expired", exp=1_800_000_000),
    "no iat": _claims(iat=ABSENT),
    "iat is a float": _claims(iat=1_799_999_990.5),
    "iat is false": _claims(iat=False),
    "iat to come": _claims("not_yet_valid", iat=1_800_000_001),
    "nbf null": _claims(nbf=None),
    "nbf is a text": _claims(nbf="0"),
    "nbf to come": _claims("not_yet_valid", nbf=1_800_000_001),
}


def _numbers(r: int, s: int) -> Attack:
    return _signature(lambda good: r.to_bytes(len(good) // 2) + s.to_bytes(len(good) // 2))


def _with_s(make: Callable[[int], int]) -> Callable[[bytes], bytes]:
    return lambda good: good[:32] + make(int.from_bytes(good[32:])).to_bytes(32)


def _as_der(good: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(good[:32]), int.from_bytes(good[32:]))


# For ES256 alone: what is peculiar to ECDSA.
ECDSA_ATTACKS: dict[str, Attack] = {
    "r and s are zero": _numbers(0, 0),
    "r is zero": _numbers(0, 1),
    "s is zero": _numbers(1, 0),
    "r and s are one": _numbers(1, 1),
    "r is the order": _numbers(ORDER_OF_P256, 1),
    "s is the order": _signature(_with_s(lambda _: ORDER_OF_P256)),
    "s is beyond the order": _signature(_with_s(lambda s: min(s + ORDER_OF_P256, 2**256 - 1))),
    "a signature in DER": _signature(_as_der),
    "longer numbers": _signature(lambda good: b"\0" + good[:32] + b"\0" + good[32:]),
    "a point off the curve": _key("unusable_key", x=encoded(b"\1" * 32)),
    "another curve by its name": _key("unusable_key", crv="P-384"),
    "a curve that nobody knows": _key("unusable_key", crv="secp256k1"),
}

# For RS256 alone.
RSA_ATTACKS: dict[str, Attack] = {
    "a modulus that is too short": _key("unusable_key", n=encoded((1 << 1023 | 1).to_bytes(128))),
    "an exponent of one": _key("unusable_key", e=encoded(b"\1")),
    "an even modulus": _key("signature", n=encoded((1 << 2047).to_bytes(256))),
}
