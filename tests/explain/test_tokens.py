"""The form, the claims, the provider and the keys, each beside its grant and at its bounds."""

import json
from typing import Any

import pytest

from jobpass.explain import Account, Outcome, Preview, Provider, Request, Role, Unavailable, explain
from tests.explain.account import ACCOUNT, CLAIMS, HEADER, NAME, NOW, PROVIDER, ROLE_ARN, URL, policy, present, token
from tests.local.seam import signing

NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
NAN = b'{"exp": NaN}'


def refused(given: str | Preview, **others: Any) -> Any:
    refusal = present(given, **others).refusal
    assert refusal is not None
    return refusal


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (f"{token()}\n", "a blank or a line break"),
        (json.dumps({"value": token()}), "a JSON document that holds the token"),
        (f'"{token()}"', "quotation marks stand around"),
        (f"Bearer {token()}", "`Bearer` stands before"),
        ("a.b.c.d.e", "five parts"),
        ("01HZX.abcdefgh", "three parts of a signed JWT"),
        ("opaque-token", "three parts of a signed JWT"),
        ("a.b.c", "not base64url"),
        (f"{token().rpartition('.')[0]}.!", "not base64url"),
        (f"{signing.base64url(b'[]')}.{signing.base64url(b'{}')}.", "not base64url"),
        (f"{signing.base64url(b'{}')}.{signing.base64url(b'{}')}.", "names no `alg`"),
        (f"{signing.base64url(b'[' * 9000)}.e30.", "not base64url"),
        (f"{signing.base64url(b'{}')}.{signing.base64url(NAN)}.", "not base64url"),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_no_jwt_is_told_for_what_it_is(text: str, cause: str) -> None:
    refusal = refused(text)

    assert (refusal.code, refusal.message) == ("InvalidIdentityToken", NOT_A_JWT)
    assert cause in refusal.cause


@pytest.mark.parametrize(
    ("length", "bound"), [(3, "greater than or equal to 4"), (20_001, "less than or equal to 20000")]
)
def test_the_length_of_a_token(length: int, bound: str) -> None:
    refusal = refused("a" * length)

    assert refusal.code == "ValidationError"
    assert bound in refusal.message
    assert "aaa" not in refusal.message + refusal.cause


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW - 299}, None),
        ({"exp": NOW - 300}, "ExpiredTokenException"),
        ({"iat": NOW + 300}, None),
        ({"iat": NOW + 301}, "InvalidIdentityToken"),
        ({"nbf": NOW + 300}, None),
        ({"nbf": NOW + 301}, "InvalidIdentityToken"),
        ({"iat": True}, "InvalidIdentityToken"),
        ({"exp": str(NOW - 300)}, "ExpiredTokenException"),
        ({"exp": "9" * 19}, "InvalidIdentityToken"),
        ({"sub": ["a"]}, "InternalFailure"),
        ({"sub": True}, "InternalFailure"),
        ({"nbf": -5}, None),
    ],
)
def test_claims_at_their_bounds(claims: dict[str, Any], code: str | None) -> None:
    refusal = present(token(claims)).refusal

    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("providers", "cause"),
    [
        ((), "it has none at all"),
        ((Provider(f"{PROVIDER.arn}/"),), "a slash at the end differs"),
        ((Provider(PROVIDER.arn.replace("jobs", "Jobs")),), "capital letters differ"),
        ((Provider(PROVIDER.arn.replace(ACCOUNT, "999999999999"), ("client-a",)),), "it has none at all"),
        ((Provider(PROVIDER.arn.replace(NAME, "other.test")),), "it has providers for `https://other.test`"),
    ],
)
def test_the_provider_of_the_role_s_own_account(providers: tuple[Provider, ...], cause: str) -> None:
    refusal = refused(token(), providers=providers)

    assert refusal.message == f"No OpenIDConnect provider found in your account for {URL}"
    assert cause in refusal.cause


def test_an_issuer_without_https() -> None:
    assert "does not begin with `https://`" in refused(token({"iss": NAME})).cause
    assert refused(token({"iss": 7})).message == "Missing a required claim: iss"


@pytest.mark.parametrize(
    ("claims", "remedy"),
    [
        ({"aud": "client-a/"}, "a slash or a blank at the end differs"),
        ({"aud": "Client-A"}, "capital letters differ"),
        ({"aud": "other"}, "add `other` to its client IDs"),
        ({"azp": "other"}, "leave `azp` out"),
    ],
)
def test_an_audience_that_nearly_fits(claims: dict[str, Any], remedy: str) -> None:
    assert remedy in refused(token(claims)).remedy


@pytest.mark.parametrize(
    ("jwk_set", "cause"),
    [
        (Unavailable("HTTP status 503"), "STS cannot fetch the issuer's keys: HTTP status 503"),
        ({}, "the JWK Set has nothing"),
        ({"keys": "none"}, "the JWK Set has nothing"),
        ({"keys": ["none", signing.jwk("ES256")]}, "the token's `kid` is `RS256`; the JWK Set has `ES256`"),
        ({"keys": [signing.jwk("RS256") | {"n": "?"}]}, "it does not hold a key of type RSA or EC in `n` and `e`"),
        ({"keys": [signing.jwk("RS256") | {"kty": "oct"}]}, "it does not hold a key"),
        ({"keys": [signing.jwk("RS256") | {"x5c": ["?"]}]}, "its `x5c` holds another key"),
        ({"keys": [signing.jwk("RS256") | {"x5c": []}]}, "its `x5c` holds another key"),
        ({"keys": [*signing.other_rsa_keys(100), signing.jwk("RS256")]}, "101 RSA keys"),
    ],
)
def test_there_is_no_key(jwk_set: Any, cause: str) -> None:
    refusal = refused(token(), jwk_set=jwk_set)

    assert refusal.message.startswith("Couldn't retrieve verification key from your identity provider,  please")
    assert cause in refusal.cause


def test_a_hundred_keys_of_a_type_are_not_too_many() -> None:
    assert present(token(), jwk_set={"keys": [*signing.other_rsa_keys(99), signing.jwk("RS256")]}).allowed


def test_no_kid_and_what_is_no_key_at_all() -> None:
    assert "it is no JSON object" in refused(token(header={"alg": "RS256"}), jwk_set={"keys": ["none"]}).cause


@pytest.mark.parametrize(
    ("header", "jwk"),
    [
        ({"alg": "PS256", "kid": "k"}, signing.jwk("RS256", kid="k")),
        ({"alg": "none", "kid": "k"}, signing.jwk("RS256", kid="k")),
        ({"alg": "RS256", "kid": "k"}, signing.jwk("ES256", kid="k")),
        ({"alg": "ES256", "kid": "k"}, signing.jwk("RS256", kid="k")),
        ({"alg": "ES384", "kid": "k"}, signing.jwk("ES256", kid="k")),
    ],
)
def test_an_algorithm_that_is_not_the_key_s_verifies_nothing(header: dict[str, str], jwk: dict[str, Any]) -> None:
    made = token(header=HEADER).split(".")
    forged = f"{signing.base64url(json.dumps(header).encode())}.{made[1]}.{made[2]}"

    assert refused(forged, jwk_set={"keys": [jwk]}).message.startswith("The web identity token provided could not be")


def test_a_preview_needs_no_token_no_keys_and_no_times() -> None:
    claims = {name: CLAIMS[name] for name in ("iss", "aud", "sub")}

    verdict = explain(Preview(claims), Account.of(Role(ROLE_ARN, policy()), [PROVIDER]), now=NOW)

    assert verdict.allowed
    assert verdict.unchecked == ("token form", "signature")
    assert all(check.refusal is None for check in verdict.checks)


def test_a_token_without_a_jwk_set_leaves_its_signature_unchecked() -> None:
    verdict = explain(token(), Account.of(Role(ROLE_ARN, policy()), [PROVIDER]), now=NOW)

    assert verdict.allowed
    assert verdict.unchecked == ("signature",)


def test_every_obstacle_is_found_and_the_first_is_the_answer() -> None:
    verdict = present(
        token({"aud": "other", "exp": NOW - 400}, by="stranger"),
        policy() | {"Statement": []},
        request=Request(duration_seconds=60),
    )

    failed = [check.name for check in verdict.checks if check.outcome is Outcome.FAILED]
    assert failed == ["parameters", "times", "client IDs", "signature", "trust policy"]
    assert verdict.refusal is not None
    assert verdict.refusal.code == "ValidationError"
    assert [obstacle.code for obstacle in verdict.further_obstacles] == [
        "ExpiredTokenException",
        "InvalidIdentityToken",
        "InvalidIdentityToken",
        "MalformedPolicyDocument",
    ]


def test_a_role_that_is_not_there() -> None:
    verdict = explain(token(), Account(ROLE_ARN, None, [PROVIDER]), now=NOW)

    assert verdict.refusal is not None
    assert verdict.refusal.code == "AccessDenied"
    assert "there is no such role" in verdict.refusal.cause


@pytest.mark.parametrize("arn", ["", "arn:aws:iam::1:role/a", "arn:aws:iam::111122223333:user/a", f"{ROLE_ARN}*"])
def test_what_is_no_arn_of_a_role_is_refused_as_a_mistake_of_the_caller(arn: str) -> None:
    with pytest.raises(ValueError, match="write the ARN of a role"):
        Role(arn, policy())
    with pytest.raises(ValueError, match="write the ARN of a role"):
        Account(arn, None, [])


def test_what_is_no_arn_of_a_provider_is_refused_as_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="write the ARN of an OIDC provider"):
        Provider(ROLE_ARN)


def test_long_and_unprintable_values_are_shown_cut_and_escaped() -> None:
    long = refused(token({"aud": "x" * 300})).cause
    control = refused(token({"aud": "a\x1b[31mb\n"})).cause
    issuer = refused(token({"iss": "https://a\x1b[31m"})).message

    assert f"`{'x' * 200}…` (300 characters)" in long
    assert "`a\\u001b[31mb\\n`" in control
    assert issuer.endswith("https://a\\u001b[31m")
