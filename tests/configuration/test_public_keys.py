"""Public keys of platforms: what may stand in the file, and how everything else is refused, the private above all."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jobpass.configuration import ConfigurationError, Problem, parse
from jobpass_issuer.domain.deployment import Deployment
from tests.configuration.public_keys import ec_jwk, private_ec_jwk, private_rsa_jwk, rsa_jwk, with_keys

KEYS = "platforms.ci-server.public_keys"
GONE = Ellipsis
P = 2**256 - 2**224 + 2**192 + 2**96 - 1


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def changed(key: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The key with some members changed, and left out where a change says so."""
    return {name: value for name, value in {**key, **members}.items() if value is not GONE}


def problems(value: Any) -> tuple[Problem, ...]:
    """What is wrong with a value for a platform's public keys."""
    with pytest.raises(ConfigurationError) as caught:
        parse(with_keys(value))
    text = str(caught.value)
    for secret in (*private_ec_jwk().values(), *private_rsa_jwk().values()):
        assert not (isinstance(secret, str) and len(secret) > 20 and secret in text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("key", "known"),
    [
        (ec_jwk(), {"kty", "crv", "x", "y", "kid", "alg"}),
        (rsa_jwk(), {"kty", "n", "e", "kid", "alg"}),
        (rsa_jwk(3072), {"kty", "n", "e", "kid", "alg"}),
        (rsa_jwk(4096), {"kty", "n", "e", "kid", "alg"}),
        (
            changed(ec_jwk(), alg="ES256", use="sig", key_ops=["verify"], ext=True),
            {"kty", "crv", "x", "y", "kid", "alg"},
        ),
        (changed(rsa_jwk(), alg="RS256", use="sig", key_ops=["verify"]), {"kty", "n", "e", "kid", "alg"}),
        (changed(rsa_jwk(), alg=GONE, use=GONE, key_ops=GONE), {"kty", "n", "e", "kid", "alg"}),
        (changed(ec_jwk(), kid="!" * 128), {"kty", "crv", "x", "y", "kid", "alg"}),
    ],
)
def test_a_public_key_goes_to_the_functions_with_its_algorithm(key: dict[str, Any], known: set[str]) -> None:
    deployment = parse(with_keys([key])).deployment()

    (carried,) = deployment.platforms["ci-server"].public_keys
    assert set(carried) == known
    assert carried["alg"] == {"EC": "ES256", "RSA": "RS256"}[key["kty"]]
    assert {name: carried[name] for name in known - {"alg"}} == {name: key[name] for name in known - {"alg"}}
    assert Deployment.from_document(json.loads(json.dumps(deployment.to_document()))) == deployment


def test_a_platform_may_have_principals_or_keys_or_both() -> None:
    keys = parse(with_keys([ec_jwk()]))
    both = parse(with_keys([ec_jwk(), rsa_jwk()], principals=True))

    assert keys.deployment().platforms["ci-server"].invocation_role is None
    assert both.deployment().platforms["ci-server"].invocation_role == "jobpass-platform-ci-server"
    assert both.deployment().platforms["scheduler"].public_keys == ()
    assert keys.takes_assertions
    assert both.takes_assertions


def test_two_platforms_may_name_their_keys_alike() -> None:
    text = with_keys([ec_jwk()]).replace(
        'principals: ["arn:aws:iam::111122223333:role/scheduler"]',
        f"public_keys: [{json.dumps(changed(rsa_jwk(), kid='ec-1'))}]",
    )

    platforms = parse(text).deployment().platforms
    assert [platforms[name].public_keys[0]["kid"] for name in ("ci-server", "scheduler")] == ["ec-1", "ec-1"]


def test_ten_keys_are_the_most() -> None:
    ten = [changed(ec_jwk(), kid=f"key-{index}") for index in range(10)]

    assert len(parse(with_keys(ten)).platforms["ci-server"].public_keys) == 10
    (problem,) = problems([*ten, changed(ec_jwk(), kid="key-10")])
    assert (problem.path, "10 is the most" in problem.message) == (KEYS, True)


@pytest.mark.parametrize("key", [private_ec_jwk(), private_rsa_jwk()], ids=["EC", "RSA"])
def test_a_private_key_is_refused_loudly_and_never_shown(key: dict[str, Any]) -> None:
    found = problems([key])

    private = {"d", "p", "q", "dp", "dq", "qi"} & set(key)
    assert {problem.path for problem in found} == {f"{KEYS}[0].{name}" for name in private}
    for problem in found:
        assert "private key" in problem.message
        assert "treat the key as leaked" in problem.message


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("value", ["", "x", None, 1, []])
def test_a_private_member_alone_is_refused_whatever_it_holds(name: str, value: object) -> None:
    assert [problem.path for problem in problems([changed(ec_jwk(), **{name: value})])] == [f"{KEYS}[0].{name}"]


def test_a_shared_secret_is_refused() -> None:
    found = {problem.path: problem.message for problem in problems([{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}])}

    assert set(found) == {f"{KEYS}[0].kty", f"{KEYS}[0].k"}
    assert "shared secret" in found[f"{KEYS}[0].kty"]


def _even(key: dict[str, Any]) -> dict[str, Any]:
    return changed(key, n=base64url((number(key["n"]) - 1).to_bytes(256, "big")))


def _zeroed(text: str) -> str:
    return base64url(b"\0" + base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


_X, _Y = ec_jwk()["x"], ec_jwk()["y"]
MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no kid": (changed(ec_jwk(), kid=GONE), "[0].kid", "is missing: assertions name their key by it"),
    "no kid but null": (changed(ec_jwk(), kid=None), "[0].kid", "is missing"),
    "a number as kid": (changed(ec_jwk(), kid=1), "[0].kid", "must be text: 1 to 128"),
    "an empty kid": (changed(ec_jwk(), kid=""), "[0].kid", "1 to 128 printable"),
    "a kid too long": (changed(ec_jwk(), kid="x" * 129), "[0].kid", "1 to 128 printable"),
    "a kid with a blank": (changed(ec_jwk(), kid="a b"), "[0].kid", "no blanks"),
    "a kid beyond ASCII": (changed(ec_jwk(), kid="é"), "[0].kid", "printable ASCII"),
    "no kind": (changed(ec_jwk(), kty=GONE), "[0].kty", "must be one of `RSA`, `EC`"),
    "an unknown kind": (changed(ec_jwk(), kty="OKP"), "[0].kty", "a key for RS256 or ES256"),
    "a kind in small letters": (changed(ec_jwk(), kty="ec"), "[0].kty", "must be one of"),
    "a list as kind": (changed(ec_jwk(), kty=["EC"]), "[0].kty", "must be one of"),
    "a use for secrecy": (changed(ec_jwk(), use="enc"), "[0].use", "must be `sig`"),
    "a list as use": (changed(ec_jwk(), use=["sig"]), "[0].use", "must be `sig`"),
    "operations without verifying": (changed(ec_jwk(), key_ops=["encrypt"]), "[0].key_ops", "must be `[verify]`"),
    "operations with signing": (changed(ec_jwk(), key_ops=["sign", "verify"]), "[0].key_ops", "must be `[verify]`"),
    "no operations": (changed(ec_jwk(), key_ops=[]), "[0].key_ops", "must be `[verify]`"),
    "RSA's algorithm of an EC key": (changed(ec_jwk(), alg="RS256"), "[0].alg", "must be `ES256` for a key of type EC"),
    "EC's algorithm of an RSA key": (changed(rsa_jwk(), alg="ES256"), "[0].alg", "must be `RS256`"),
    "another algorithm": (changed(rsa_jwk(), alg="PS256"), "[0].alg", "must be `RS256`"),
    "a longer digest": (changed(rsa_jwk(), alg="RS512"), "[0].alg", "must be `RS256`"),
    "an algorithm of shared secrets": (changed(rsa_jwk(), alg="HS256"), "[0].alg", "must be `RS256`"),
    "no algorithm but none": (changed(rsa_jwk(), alg="none"), "[0].alg", "must be `RS256`"),
    "a chain of certificates": (changed(ec_jwk(), x5c=["MII"]), "[0].x5c", "leave it out"),
    "an address of certificates": (changed(ec_jwk(), x5u="https://a.example"), "[0].x5u", "leave it out"),
    "an expiry": (changed(ec_jwk(), exp=1), "[0].exp", "leave it out"),
    "no curve": (changed(ec_jwk(), crv=GONE), "[0].crv", "must be `P-256`"),
    "a longer curve": (ec_jwk(ec.SECP384R1), "[0].crv", "must be `P-256`"),
    "Bitcoin's curve": (ec_jwk(ec.SECP256K1), "[0].crv", "must be `P-256`"),
    "Bitcoin's curve in disguise": (changed(ec_jwk(ec.SECP256K1), crv="P-256"), "[0]", "is no point of P-256"),
    "no x": (changed(ec_jwk(), x=GONE), "[0].x", "is missing"),
    "no y": (changed(ec_jwk(), y=GONE), "[0].y", "is missing"),
    "an empty y": (changed(ec_jwk(), y=""), "[0].y", "must be base64url"),
    "a y in padded base64": (changed(ec_jwk(), y=f"{_Y}="), "[0].y", "without padding"),
    "a y with bits left over": (changed(ec_jwk(), y=_Y[:-1] + "B"), "[0].y", "must be base64url"),
    "a y with a line break": (changed(ec_jwk(), y=f"{_Y}\n"), "[0].y", "must be base64url"),
    "a y that is a number": (changed(ec_jwk(), y=7), "[0].y", "must be base64url"),
    "a y too short": (changed(ec_jwk(), y=base64url(bytes(31))), "[0].y", "has 31 bytes"),
    "a y too long": (changed(ec_jwk(), y=_zeroed(_Y)), "[0].y", "has 33 bytes"),
    "x and y exchanged": (changed(ec_jwk(), x=_Y, y=_X), "[0]", "is no point of P-256"),
    "zeros as point": (changed(ec_jwk(), x=base64url(bytes(32)), y=base64url(bytes(32))), "[0]", "is no point"),
    "an x beyond the field": (changed(ec_jwk(), x=base64url((P + 1).to_bytes(32, "big"))), "[0]", "is no point"),
    "RSA of 1024 bits": (rsa_jwk(1024), "[0].n", "has 1024 bits; 2048 are the least"),
    "RSA of 2047 bits": (
        changed(rsa_jwk(), n=base64url((number(rsa_jwk()["n"]) // 2 | 1).to_bytes(256, "big"))),
        "[0].n",
        "has 2047 bits",
    ),
    "RSA of 16384 bits": (changed(rsa_jwk(), n=base64url(b"\xff" * 2048)), "[0].n", "8192 the most"),
    "an even modulus": (_even(rsa_jwk()), "[0].n", "is even"),
    "no modulus": (changed(rsa_jwk(), n=GONE), "[0].n", "is missing"),
    "a modulus in base64": (changed(rsa_jwk(), n=base64.b64encode(b"\xfb\xff" * 128).decode()), "[0].n", "base64url"),
    "a modulus with a zero before": (changed(rsa_jwk(), n=_zeroed(rsa_jwk()["n"])), "[0].n", "begins with a zero byte"),
    "no exponent": (changed(rsa_jwk(), e=GONE), "[0].e", "is missing"),
    "an exponent of 3": (rsa_jwk(2048, 3), "[0].e", "must be an odd number of 65537 or more"),
    "an exponent of 1": (changed(rsa_jwk(), e="AQ"), "[0].e", "must be an odd number"),
    "an even exponent": (changed(rsa_jwk(), e=base64url((65538).to_bytes(3, "big"))), "[0].e", "must be an odd number"),
    "a giant exponent": (changed(rsa_jwk(), e=base64url(b"\x01\0\0\0\x01")), "[0].e", "in 4 bytes at most"),
    "an exponent that is a number": (changed(rsa_jwk(), e=65537), "[0].e", "must be base64url"),
    "a JWK Set for a key": ({"keys": [ec_jwk()]}, "[0]", "is a JWK Set"),
}  # fmt: skip


@pytest.mark.parametrize(("key", "place", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_one_mistake_in_a_key_is_one_problem_with_its_place_and_remedy(
    key: dict[str, Any], place: str, words: str
) -> None:
    (marked,) = [number for number, line in enumerate(with_keys([key]).splitlines(), 1) if "# !" in line]

    found = problems([key])

    assert [problem.path for problem in found] == [f"{KEYS}{place}"], [str(problem) for problem in found]
    assert words in found[0].message
    assert found[0].line == marked


def test_a_kid_twice_is_refused_where_it_stands_again() -> None:
    found = problems([ec_jwk(), rsa_jwk(), changed(rsa_jwk(3072), kid="ec-1")])

    assert [problem.path for problem in found] == [f"{KEYS}[2].kid"]
    assert "is that of key 0 too" in found[0].message


_PEM = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = _PEM.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PRIVATE_PEM = _PEM.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


# By name: keys are made anew for each run, and workers must agree on what the tests are called.
NO_LISTS: dict[str, tuple[Any, str, str]] = {
    "an empty list": ([], "", "is empty: name at least one"),
    "nothing": (None, "", "must be a list of public JWKs"),
    "a number": (17, "", "must be a list of public JWKs"),
    "a file's name": ("keys.json", "", "not text"),
    "a list of files": (["keys.json"], "[0]", "not text"),
    "a private key in JSON": ([json.dumps(private_ec_jwk())], "[0]", "not text"),
    "a private key in something like JSON": ([json.dumps(private_ec_jwk())[1:-1]], "[0]", "not text"),
    "PEM": (PUBLIC_PEM.decode(), "", "not PEM"),
    "a list of PEM": ([PUBLIC_PEM.decode()], "[0]", "not PEM"),
    "a private key in PEM": (PRIVATE_PEM.decode(), "", "this is a private key: treat it as leaked"),
    "a list of private keys in PEM": ([PRIVATE_PEM.decode()], "[0]", "this is a private key: treat it as leaked"),
    "one JWK": (ec_jwk(), "", "write `- ` before the JWK"),
    "a JWK Set": ({"keys": [ec_jwk()]}, "", "of a JWK Set only the list under its `keys`"),
    "a list of lists": ([[ec_jwk()]], "[0]", "must be a list of public JWKs"),
}


@pytest.mark.parametrize(("value", "place", "words"), NO_LISTS.values(), ids=NO_LISTS.keys())
def test_what_is_no_list_of_jwks_is_refused_with_the_remedy_and_never_shown(value: Any, place: str, words: str) -> None:
    (problem,) = problems(value)

    assert (problem.path, words in problem.message) == (f"{KEYS}{place}", True), problem
    assert PRIVATE_PEM.decode().splitlines()[1] not in problem.message


def test_the_private_half_is_what_the_files_author_sees_first_beside_other_mistakes() -> None:
    found = problems([changed(private_ec_jwk(), kid=GONE, use="enc")])

    assert [problem.path for problem in found] == [f"{KEYS}[0].d", f"{KEYS}[0].kid", f"{KEYS}[0].use"]
