"""The judgement of a token as a plain function: no emulator, no network, no clock."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.seam.judgement import Provider, WebIdentity, judge
from local.seam.refusal import RefusedError
from tests.local.seam import signing

NOW = 1_800_000_000
ISSUER = "https://issuer.test/path/"
ROLE = "arn:aws:iam::000000000000:role/judged"
PROVIDER = Provider("arn:aws:iam::000000000000:oidc-provider/issuer.test/path/", frozenset({"client-a"}))

TAGS = "https://aws.amazon.com/tags"
USUAL = object()
NOT_A_NUMBER = b'{"exp": NaN}'
NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
NOT_VALIDATED = (
    "The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
MALFORMED_TAGS = "principal_tags passed in claim is not in correct format."


def claims(**changed: Any) -> dict[str, Any]:
    usual = {"iss": ISSUER, "aud": "client-a", "sub": "probe", "iat": NOW - 10, "exp": NOW + 900}
    return usual | changed


def token(changed: Mapping[str, Any] | None = None, **header: Any) -> str:
    return signing.token({"alg": "RS256", "kid": "RS256"} | header, claims(**(changed or {})))


def judged(text: str, now: int = NOW, jwk_set: object = USUAL, role_arn: str = ROLE) -> WebIdentity:
    return judge(
        text,
        role_arn=role_arn,
        find_provider={ISSUER: PROVIDER}.get,
        fetch_jwk_set=lambda _issuer: signing.six_keys() if jwk_set is USUAL else jwk_set,
        now=now,
    )


def refusal(text: str, **given: Any) -> tuple[str, str]:
    with pytest.raises(RefusedError) as refused:
        judged(text, **given)
    return refused.value.code, refused.value.message


def test_a_good_token_proves_its_identity() -> None:
    identity = judged(token({"email": "a@example.com"}))

    assert identity.provider_arn == PROVIDER.arn
    assert identity.issuer_name == "issuer.test/path/"
    assert (identity.subject, identity.audience, identity.original_audience) == ("probe", "client-a", "client-a")
    assert identity.role_authorized_by_issuer is False
    assert identity.claims["email"] == "a@example.com"


@pytest.mark.parametrize(
    ("last_good", "first_bad", "changed", "code"),
    [
        (NOW + 1199, NOW + 1200, {}, "ExpiredTokenException"),
        (NOW + 200, NOW + 199, {"nbf": NOW + 500}, "InvalidIdentityToken"),
        (NOW + 200, NOW + 199, {"iat": NOW + 500}, "InvalidIdentityToken"),
    ],
    ids=["exp", "nbf", "iat"],
)
def test_five_minutes_are_tolerated_and_no_second_more(
    last_good: int, first_bad: int, changed: dict[str, Any], code: str
) -> None:
    text = token(changed)

    assert judged(text, now=last_good)
    assert refusal(text, now=first_bad)[0] == code


def test_messages_print_the_clock_moved_by_the_tolerance() -> None:
    assert refusal(token(), now=NOW + 1300) == (
        "ExpiredTokenException",
        f"Token expired: current date/time {NOW + 1000} must be before the expiration date/time {NOW + 900}",
    )
    assert refusal(token({"nbf": NOW + 400})) == (
        "InvalidIdentityToken",
        (
            f"Token not yet valid: current date/time {NOW + 300} "
            f"must be after or equal to the not-before date/time {NOW + 400}"
        ),
    )
    assert refusal(token({"iat": NOW + 400}))[1] == f"Token issued in the future: {NOW + 400}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no-token-at-all",
        "a.b",
        "a.b.c.d",
        "e30.e30.*",
        "e30.e30=.AA",
        f"{signing.base64url(b'[]')}.{signing.base64url(b'{}')}.AA",
        f"{signing.base64url(b'{}')}.{signing.base64url(b'null')}.AA",
        f"{signing.base64url(b'{}')}.{signing.base64url(b'{')}.AA",
        f"{signing.base64url(b'{}')}.{signing.base64url(bytes([0xFF, 0xFE]))}.AA",
        f"{signing.base64url(b'{}')}.{signing.base64url(NOT_A_NUMBER)}.AA",
        f"{signing.base64url(b'{}')}.{signing.base64url(b'[' * 100_000)}.AA",
    ],
    ids=["empty", "word", "two-parts", "four-parts", "alphabet", "padding", "array-header", "null-claims", "cut-json",
         "not-utf-8", "nan", "deep"],
)  # fmt: skip
def test_what_is_no_jwt_is_called_so(text: str) -> None:
    assert refusal(text) == ("InvalidIdentityToken", NOT_A_JWT)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "claims", "signature"])
def test_a_token_has_one_text_and_no_other_that_decodes_to_the_same(part: int) -> None:
    # 256 bytes of signature leave four bits over; one of three lengths leaves some over in the other two.
    good = next(
        text
        for text in (token({"email": "a" * length}, x="a" * length) for length in range(3))
        if len(text.split(".")[part]) % 4
    )
    parts = good.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) + 1]

    assert judged(good)
    assert refusal(".".join(parts)) == ("InvalidIdentityToken", NOT_A_JWT)


def test_a_tampered_claim_spoils_the_signature() -> None:
    header, _, signature = token().split(".")
    forged = f"{header}.{signing.base64url(json.dumps(claims(sub='root')).encode())}.{signature}"

    assert refusal(forged) == ("InvalidIdentityToken", NOT_VALIDATED)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "EdDSA", "ES256K", "rs256", "", None, ["RS256"]])
def test_algorithms_that_iam_does_not_accept_are_refused_before_any_key_is_used(algorithm: object) -> None:
    header, body, signature = token().split(".")
    header = signing.base64url(json.dumps({"alg": algorithm, "kid": "RS256"}).encode())

    assert refusal(f"{header}.{body}.{signature}") == ("InvalidIdentityToken", NOT_VALIDATED)


def test_an_elliptic_curve_signature_must_be_of_the_curve_that_the_algorithm_names() -> None:
    text = token(alg="ES256", kid="ES256")
    header, body, signed = text.split(".")
    r_and_s = base64.urlsafe_b64decode(signed + "==")
    other = signing.base64url(json.dumps({"alg": "ES384", "kid": "ES256"}).encode())

    assert judged(text)
    padded = r_and_s[:32] + b"\0" + r_and_s[32:]  # the same two numbers, S in one byte more
    for signature in (padded, *(bytes(length) for length in (0, 63, 64, 65, 96))):
        assert refusal(f"{header}.{body}.{signing.base64url(signature)}")[1] == NOT_VALIDATED
    assert refusal(f"{other}.{body}.{signing.base64url(bytes(96))}")[1] == NOT_VALIDATED


@pytest.mark.parametrize(
    "issuer", ["https://issuer.test/path", "https://ISSUER.test/path/", "issuer.test/path/", 7, None]
)
def test_the_issuer_is_compared_letter_for_letter(issuer: object) -> None:
    assert refusal(token({"iss": issuer})) == (
        "InvalidIdentityToken",
        f"No OpenIDConnect provider found in your account for {issuer}",
    )


@pytest.mark.parametrize("audience", [None, 7, {}, [None], ["client-a", None], [["client-a"]]])
def test_an_audience_of_another_type_is_refused(audience: object) -> None:
    assert refusal(token({"aud": audience}))[0] == "InvalidIdentityToken"


@pytest.mark.parametrize("authorized_party", [None, 7, ["client-a"]])
def test_an_authorized_party_of_another_type_is_refused(authorized_party: object) -> None:
    assert refusal(token({"azp": authorized_party})) == ("InvalidIdentityToken", NOT_VALIDATED)


@pytest.mark.parametrize("subject", [True, [], {}])
def test_a_subject_of_another_type_fails_as_null_does(subject: object) -> None:
    assert refusal(token({"sub": subject}))[0] == "InternalFailure"


@pytest.mark.parametrize("moment", [True, 1.0, [], {}, "", " 1", "1.5", "0x1", "\uff11", None])
def test_a_time_is_an_integer_or_the_text_of_one(moment: object) -> None:
    assert refusal(token({"exp": moment})) == ("InvalidIdentityToken", "Invalid timestamp in token claims.")


@pytest.mark.parametrize(
    "jwk_set",
    [None, [], "keys", {}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": ["RS256", None, 7]}],
    ids=repr,
)
def test_a_document_that_is_no_jwk_set_holds_no_key(jwk_set: object) -> None:
    code, message = refusal(token(), jwk_set=jwk_set)

    assert code == "InvalidIdentityToken"
    assert message.startswith("Couldn't retrieve verification key from your identity provider,  please reference")


@pytest.mark.parametrize("member", ["kid", "kty", "n", "e"])
@pytest.mark.parametrize("value", [None, 7, "", "*"])
def test_a_malformed_jwk_is_no_key(member: str, value: object) -> None:
    jwk = signing.jwk("RS256") | {member: value}

    assert refusal(token(), jwk_set={"keys": [jwk]})[1].startswith("Couldn't retrieve verification key")


def test_a_point_that_is_not_on_its_curve_is_no_key() -> None:
    text = token(alg="ES256", kid="ES256")
    jwk = signing.jwk("ES256")

    assert judged(text, jwk_set={"keys": [jwk]})
    assert refusal(text, jwk_set={"keys": [jwk | {"y": jwk["x"]}]})[1].startswith("Couldn't retrieve")


@pytest.mark.parametrize("chain", [None, [], "", [""], ["not base64"], [7]])
def test_a_certificate_that_cannot_be_read_contradicts_the_key(chain: object) -> None:
    jwk_set = {"keys": [signing.jwk("RS256") | {"x5c": chain}]}

    assert refusal(token(), jwk_set=jwk_set)[1].startswith("Couldn't retrieve verification key")


def test_a_hundred_keys_of_a_type_are_not_too_many() -> None:
    own = signing.jwk("RS256")

    assert judged(token(), jwk_set={"keys": [own, *signing.other_rsa_keys(99)]})
    assert refusal(token(), jwk_set={"keys": [own, *signing.other_rsa_keys(100)]})


def test_tags_of_both_forms_are_read() -> None:
    nested = {"principal_tags": {"Team": ["web"], "Job": ["7"]}, "transitive_tag_keys": ["Team"]}
    flat = {f"{TAGS}/principal_tags/Team": "web", f"{TAGS}/transitive_tag_keys": ["Team"]}

    assert judged(token({TAGS: nested})).tags.values == {"Team": "web", "Job": "7"}
    assert judged(token(flat)).tags.values == {"Team": "web"}
    assert judged(token(flat)).tags.transitive_keys == ("Team",)
    assert judged(token()).tags.values == {}


@pytest.mark.parametrize(
    "claim",
    [
        None,
        [],
        "Team=web",
        {"principal_tags": None},
        {"principal_tags": {"Team": []}},
        {"principal_tags": {"Team": ["web", "api"]}},
        {"principal_tags": {"Team": [7]}},
        {"principal_tags": {"": ["web"]}},
        {"principal_tags": {"k" * 129: ["web"]}},
        {"principal_tags": {"Team": ["v" * 257]}},
        {"principal_tags": {"Team": ["<web>"]}},
        {"principal_tags": {"Team": ["a\nb"]}},
        {"principal_tags": {str(number): ["v"] for number in range(51)}},
        {"principal_tags": {"Team": ["web"]}, "transitive_tag_keys": "Team"},
        {"principal_tags": {"Team": ["web"]}, "transitive_tag_keys": ["Job"]},
        {"principal_tags": {"Team": ["web"]}, "transitive_tag_keys": [["Team"]]},
    ],
    ids=lambda claim: repr(claim)[:60],
)
def test_malformed_tags_are_refused(claim: object) -> None:
    assert refusal(token({TAGS: claim})) == ("InvalidIdentityToken", MALFORMED_TAGS)


def test_flat_tags_take_no_arrays() -> None:
    assert refusal(token({f"{TAGS}/principal_tags/Team": ["web"]})) == ("InvalidIdentityToken", MALFORMED_TAGS)


def test_tag_keys_that_differ_in_letter_case_alone_are_one_key_twice() -> None:
    text = token({TAGS: {"principal_tags": {"Team": ["web"], "team": ["api"]}}})

    assert refusal(text)[0] == "InvalidParameterValue"


def test_tags_hold_every_limit_exactly() -> None:
    tags = {"k" * 128: ["v" * 256], "Größe": ["a b_.:/=+-@"], "Empty": [""]}

    assert len(judged(token({TAGS: {"principal_tags": tags}})).tags.values) == 3
    fifty = {str(number): ["v"] for number in range(50)}
    assert len(judged(token({TAGS: {"principal_tags": fifty}})).tags.values) == 50


@pytest.mark.parametrize("value", [None, 7, "", "a", "a" * 65, "a b", "a/b", "é" * 2, ["run"]])
def test_a_malformed_source_identity_is_refused(value: object) -> None:
    assert refusal(token({"https://aws.amazon.com/source_identity": value}))[0] == "InvalidIdentityToken"


def test_a_source_identity_is_of_two_to_sixty_four_characters() -> None:
    for value in ("ab", "a" * 64, "run_7+=,.@-"):
        assert judged(token({"https://aws.amazon.com/source_identity": value})).source_identity == value


def test_a_role_pin_names_its_role_with_the_path_or_not_at_all() -> None:
    deep = "arn:aws:iam::000000000000:role/team/web/judged"

    assert judged(token({"https://aws.amazon.com/roles": deep}), role_arn=deep).role_authorized_by_issuer
    assert refusal(token({"https://aws.amazon.com/roles": deep}))[1].startswith("The target role ARN is not present")
