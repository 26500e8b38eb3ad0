"""Whether a job gets a token, both sides of every boundary, and what the token says."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.errors import (
    InvalidRequestError,
    InvalidTargetError,
    TemporarilyUnavailableError,
)
from jobpass_issuer.domain.issuance import (
    ROLES_CLAIM,
    SOURCE_IDENTITY_CLAIM,
    TAGS_CLAIM,
    Grant,
    Lifetimes,
    TokenRequest,
    decide,
)
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState
from jobpass_issuer.domain.registration import EACH_TOKENS_JTI, Registration
from jobpass_issuer.domain.reserved_claims import RESERVED_CLAIMS
from tests.domain.examples import (
    DEPLOY_ARN,
    ISSUER_URL,
    NOW,
    REGISTRATION,
    RELEASE_ARN,
    RING,
    STANDING,
    STS,
    SYNC_ARN,
    VAULT,
    registration,
    signing_key,
)


def _decide(
    wish: TokenRequest,
    held: Registration = REGISTRATION,
    ring: KeyRing | None = RING,
    *,
    now: int = NOW,
    default: int = 300,
    most: int = 900,
) -> Grant:
    stands, lifetimes = STANDING.entitlement(held), Lifetimes(default, most)
    return decide(stands, ring, wish, issuer_url=ISSUER_URL, lifetimes=lifetimes, jti="jti-1", now=now)


def test_a_token_says_the_standard_claims_and_the_profiles() -> None:
    grant = _decide(TokenRequest(VAULT))

    assert grant.claims == {
        "iss": ISSUER_URL,
        "aud": VAULT,
        "sub": "org:acme:repo:web:ref:refs/heads/main",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 300,
        "jti": "jti-1",
        "repo": "web",
    }
    assert grant.key == RING.active
    assert grant.registration is REGISTRATION


def test_a_token_for_aws_says_tags_and_source_identity_too() -> None:
    claims = _decide(TokenRequest(STS)).claims

    assert claims[TAGS_CLAIM] == {"principal_tags": {"Repo": ["web"]}}
    assert claims[SOURCE_IDENTITY_CLAIM] == "run-1"
    assert ROLES_CLAIM not in claims


@pytest.mark.parametrize("aws_claims", ["full", "none"])
def test_an_audience_that_iam_does_not_know_gets_no_aws_claims(aws_claims: str) -> None:
    claims = _decide(TokenRequest(VAULT), registration(aws_claims=aws_claims)).claims

    assert not {TAGS_CLAIM, SOURCE_IDENTITY_CLAIM, ROLES_CLAIM} & set(claims)


def test_a_registration_without_aws_claims_carries_the_pin_alone() -> None:
    held = registration(aws_claims="none")

    assert not {TAGS_CLAIM, SOURCE_IDENTITY_CLAIM} & set(_decide(TokenRequest(STS), held).claims)
    assert _decide(TokenRequest(STS, DEPLOY_ARN), held).claims[ROLES_CLAIM] == [DEPLOY_ARN]


def test_where_the_identity_is_left_free_it_is_the_tokens_own_identifier() -> None:
    held = registration(source_identity=EACH_TOKENS_JTI)

    assert _decide(TokenRequest(STS), held).claims[SOURCE_IDENTITY_CLAIM] == "jti-1"
    assert SOURCE_IDENTITY_CLAIM not in _decide(TokenRequest(VAULT), held).claims
    assert SOURCE_IDENTITY_CLAIM not in _decide(TokenRequest(STS), replace(held, aws_claims="none")).claims


def test_a_job_without_tags_or_identity_has_no_claims_for_them() -> None:
    held = registration(session_tags={}, source_identity=None)

    assert not {TAGS_CLAIM, SOURCE_IDENTITY_CLAIM} & set(_decide(TokenRequest(STS), held).claims)


def test_tags_that_stay_on_are_named_beside_the_tags() -> None:
    held = registration(session_tags={"Repo": "web", "Team": "data"}, transitive_tags=("Team",))

    assert _decide(TokenRequest(STS), held).claims[TAGS_CLAIM] == {
        "principal_tags": {"Repo": ["web"], "Team": ["data"]},
        "transitive_tag_keys": ["Team"],
    }


PINNED = registration(roles=(DEPLOY_ARN, RELEASE_ARN), pinned=True)


def test_every_token_for_aws_of_a_pinned_job_is_for_its_roles_alone() -> None:
    assert _decide(TokenRequest(STS), PINNED).claims[ROLES_CLAIM] == [DEPLOY_ARN, RELEASE_ARN]
    assert ROLES_CLAIM not in _decide(TokenRequest(VAULT), PINNED).claims


def test_a_request_narrows_a_pinned_jobs_token_further_and_never_widens_it() -> None:
    assert _decide(TokenRequest(STS, RELEASE_ARN), PINNED).claims[ROLES_CLAIM] == [RELEASE_ARN]
    with pytest.raises(InvalidTargetError):
        _decide(TokenRequest(STS, SYNC_ARN), PINNED)


def test_a_pinned_job_whose_platform_has_lost_its_roles_gets_no_token_that_would_reach_others() -> None:
    lost = replace(STANDING.entitlement(PINNED), roles={})

    with pytest.raises(InvalidTargetError, match="register it anew"):
        decide(lost, RING, TokenRequest(STS), issuer_url=ISSUER_URL, lifetimes=Lifetimes(300, 900), jti="j", now=NOW)


def test_a_pin_names_a_role_of_the_registration() -> None:
    assert _decide(TokenRequest(STS, DEPLOY_ARN)).claims[ROLES_CLAIM] == [DEPLOY_ARN]


@pytest.mark.parametrize("role_arn", ["", RELEASE_ARN, DEPLOY_ARN + "2", DEPLOY_ARN[:-1], DEPLOY_ARN.upper(), "*"])
def test_a_pin_to_any_other_role_is_refused(role_arn: str) -> None:
    with pytest.raises(InvalidTargetError) as refused:
        _decide(TokenRequest(STS, role_arn))

    assert refused.value.problems[0].path == "role_arn"
    assert DEPLOY_ARN in refused.value.description


def test_a_pin_to_a_role_when_the_registration_has_none_is_refused() -> None:
    with pytest.raises(InvalidTargetError, match="which has: none"):
        _decide(TokenRequest(STS, DEPLOY_ARN), registration(roles=()))


def test_a_pin_for_an_audience_that_iam_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="must be a client ID of the IAM provider"):
        _decide(TokenRequest(VAULT, DEPLOY_ARN))


@pytest.mark.parametrize(
    "audience",
    ["", "sts", "sts.amazonaws.com.", "STS.amazonaws.com", " sts.amazonaws.com", "sts.amazonaws.com\n",
     f"{STS},{VAULT}", "sts.amazonaws%2Ecom", "sts\u2024amazonaws.com", "x" * 100_000, "*"],
)  # fmt: skip
def test_an_audience_that_is_not_registered_is_refused_whatever_it_is_like(audience: str) -> None:
    with pytest.raises(InvalidTargetError) as refused:
        _decide(TokenRequest(audience))

    assert refused.value.problems[0].path == "audience"
    assert len(refused.value.description) < 200


def test_a_request_that_names_no_audience_gets_the_registrations_default_one() -> None:
    held = registration(default_audience=VAULT)

    assert _decide(TokenRequest(), held).claims["aud"] == VAULT
    assert _decide(TokenRequest(STS), held).claims["aud"] == STS


def test_without_a_default_audience_a_request_must_name_one() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        _decide(TokenRequest())

    assert [problem.path for problem in refused.value.problems] == ["audience"]
    assert f"this job has: {STS}, {VAULT}" in refused.value.description


def test_a_default_audience_that_the_platform_has_lost_is_no_audience() -> None:
    with pytest.raises(InvalidTargetError):
        _decide(TokenRequest(), registration(audiences=(STS,), default_audience=VAULT))


@pytest.mark.parametrize(
    ("asked", "lifetime"),
    [(None, 300), (1, 1), (299, 299), (301, 301), (899, 899), (900, 900), (901, 900), (10**9, 900)],
)
def test_a_token_lives_as_long_as_asked_and_no_longer_than_permitted(asked: int | None, lifetime: int) -> None:
    assert _decide(TokenRequest(VAULT, None, asked)).claims["exp"] == NOW + lifetime


def test_the_default_is_capped_too() -> None:
    assert _decide(TokenRequest(VAULT), default=900, most=60).claims["exp"] == NOW + 60


@pytest.mark.parametrize(("own", "asked", "lifetime"), [(60, None, 60), (60, 300, 300), (901, None, 900)])
def test_the_profiles_lifetime_takes_the_place_of_the_deployments_default(
    own: int, asked: int | None, lifetime: int
) -> None:
    held = registration(token_lifetime_seconds=own)

    assert _decide(TokenRequest(VAULT, None, asked), held).claims["exp"] == NOW + lifetime


@pytest.mark.parametrize(("left", "lifetime"), [(1, 1), (299, 299), (300, 300), (301, 300)])
def test_a_token_never_outlives_its_registration(left: int, lifetime: int) -> None:
    held = registration(expires_at=NOW + left)

    assert _decide(TokenRequest(VAULT), held).claims["exp"] == NOW + lifetime


@pytest.mark.parametrize("asked", [0, -1, -(10**9)])
def test_a_lifetime_that_is_not_positive_is_refused(asked: int) -> None:
    with pytest.raises(InvalidRequestError):
        _decide(TokenRequest(VAULT, None, asked))


def test_times_are_integers() -> None:
    claims = _decide(TokenRequest(STS, None, 60)).claims

    assert {name: type(claims[name]) for name in ("iat", "nbf", "exp")} == {"iat": int, "nbf": int, "exp": int}


@pytest.mark.parametrize("audience", [STS, VAULT])
@pytest.mark.parametrize(
    "name",
    [
        *sorted(RESERVED_CLAIMS),
        TAGS_CLAIM,
        SOURCE_IDENTITY_CLAIM,
        ROLES_CLAIM,
        f"{TAGS_CLAIM}/principal_tags/Team",
        "Sub",
    ],
)
def test_a_profiles_claim_never_takes_the_place_of_a_reserved_one(name: str, audience: str) -> None:
    plain = _decide(TokenRequest(audience)).claims
    claims = _decide(TokenRequest(audience), registration(claims={"repo": "web", name: "forged"})).claims

    assert claims == plain
    assert "azp" not in claims


def test_a_profiles_claim_does_not_bring_back_what_the_platform_left_out() -> None:
    held = registration(aws_claims="none", claims={TAGS_CLAIM: "x", SOURCE_IDENTITY_CLAIM: "x", ROLES_CLAIM: "x"})

    assert not {TAGS_CLAIM, SOURCE_IDENTITY_CLAIM, ROLES_CLAIM} & set(_decide(TokenRequest(STS), held).claims)


@pytest.mark.parametrize(
    "ring",
    [None, EMPTY, *(KeyRing(1, (signing_key(state=each),)) for each in KeyState if each is not KeyState.ACTIVE)],
    ids=["missing", "empty", "prepared", "retired", "revoked", "removed"],
)
def test_without_an_active_key_the_job_shall_try_again(ring: KeyRing | None) -> None:
    with pytest.raises(TemporarilyUnavailableError) as refused:
        _decide(TokenRequest(STS), ring=ring)

    assert refused.value.retry_after_seconds > 0
