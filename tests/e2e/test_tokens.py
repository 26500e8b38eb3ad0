"""GET /v1/token through the gateway: what a job gets, and that a stranger can prove it."""

import json
import time
import warnings
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of, unverified
from tests.e2e.registering import NIGHTLY

AUDIENCES = ("sts.amazonaws.com", "vault.example.com")
DEPLOY = "arn:aws:iam::000000000000:role/jobpass-web-deploy"
RELEASE = "arn:aws:iam::000000000000:role/jobpass-web-release"


@pytest.fixture(scope="module")
def job(platform: Platform) -> Registration:
    """A job on the main branch that may ask for two audiences and be pinned to two roles."""
    return platform.register(Job(MAIN_BRANCH, audiences=AUDIENCES, roles=("web-deploy", "web-release")))


@pytest.fixture(scope="module")
def keys(deployment: Deployment) -> dict[str, Any]:
    """The JWK Set, found from the issuer's URL alone."""
    discovery = json_at(deployment, f"{deployment.output('IssuerUrl')}/.well-known/openid-configuration")
    assert discovery["issuer"] == deployment.output("IssuerUrl")
    assert discovery["id_token_signing_alg_values_supported"] == ["RS256"]
    return json_at(deployment, discovery["jwks_uri"])


def json_at(deployment: Deployment, url: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(deployment.web.request("GET", url).body)
    return document


def fetch(deployment: Deployment, job: Registration, query: str = QUERY) -> str:
    return token_of(ask_for_token(deployment, query, bearer(job)))


class TestGrants:
    """What a job gets."""

    def test_header_and_claims_are_exactly_these(self, deployment: Deployment, job: Registration) -> None:
        before = int(time.time())
        header, claims = unverified(fetch(deployment, job))
        now, jti = claims.pop("iat"), claims.pop("jti")

        assert before <= now <= time.time()
        assert len(jti) == 36
        assert claims == {
            "iss": deployment.output("IssuerUrl"),
            "aud": "sts.amazonaws.com",
            "sub": "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main",
            "nbf": now,
            "exp": now + 300,
            "org": "acme",
            "prj_id": "936a5312-a3b8-4921-8b3f-2cec8baac574",
            "repo": "web",
            "ref_type": "branch",
            "ref": "refs/heads/main",
            "https://aws.amazon.com/source_identity": jti,
            "https://aws.amazon.com/tags": {
                "principal_tags": {
                    "prj_id": ["936a5312-a3b8-4921-8b3f-2cec8baac574"],
                    "repo": ["web"],
                    "ref_type": ["branch"],
                }
            },
        }
        published = json.loads(deployment.web.request("GET", deployment.output("JwksUrl")).body)["keys"]
        assert header["kid"] in {key["kid"] for key in published}
        assert header == {"alg": "RS256", "kid": header["kid"], "typ": "JWT"}

    def test_every_token_has_an_identifier_of_its_own(self, deployment: Deployment, job: Registration) -> None:
        identifiers = [unverified(fetch(deployment, job))[1]["jti"] for _ in range(3)]
        assert len(set(identifiers)) == 3

    def test_tags_and_source_identity_are_for_aws(self, deployment: Deployment, nightly: Registration) -> None:
        _, claims = unverified(fetch(deployment, nightly))
        assert set(claims) == {"iss", "aud", "sub", "iat", "nbf", "exp", "jti"} | {
            "https://aws.amazon.com/tags",
            "https://aws.amazon.com/source_identity",
        }
        assert claims["sub"] == "team:data:job:report"
        assert claims["https://aws.amazon.com/tags"] == {"principal_tags": {"team": ["data"], "job": ["report"]}}
        assert claims["https://aws.amazon.com/source_identity"] == "run-1"

    def test_a_platform_may_leave_tags_and_source_identity_out(
        self, deployment: Deployment, scheduler: Platform
    ) -> None:
        body = {"profile": "nightly", "fields": NIGHTLY, "audiences": ["sts.amazonaws.com"]}
        answer = scheduler.call("POST", "/v1/jobs", json.dumps({**body, "aws_claims": "none"}).encode())
        made = json.loads(answer.body)
        answer = ask_for_token(deployment, QUERY, [("Authorization", f"Bearer {made['request_token']}")])
        assert not [name for name in unverified(token_of(answer))[1] if name.startswith("https://aws.amazon.com/")]

    def test_a_token_for_somebody_else_than_aws_has_nothing_of_aws(
        self, deployment: Deployment, job: Registration
    ) -> None:
        _, claims = unverified(fetch(deployment, job, "audience=vault.example.com"))
        assert claims["aud"] == "vault.example.com"
        assert not [name for name in claims if name.startswith("https://")]

    @pytest.mark.parametrize("arn", [DEPLOY, RELEASE])
    def test_a_pin_names_one_role(self, deployment: Deployment, job: Registration, arn: str) -> None:
        _, claims = unverified(fetch(deployment, job, f"{QUERY}&role_arn={quote(arn, safe='')}"))
        assert claims["https://aws.amazon.com/roles"] == [arn]

    @pytest.mark.parametrize(
        ("asked", "given"), [("1", 1), ("60", 60), ("3599", 3599), ("3600", 3600), ("3601", 3600), ("999999999", 3600)]
    )
    def test_a_lifetime_is_as_asked_up_to_the_most(
        self, deployment: Deployment, platform: Platform, asked: str, given: int
    ) -> None:
        long = platform.register(Job(MAIN_BRANCH, expires_in_seconds=7200))
        _, claims = unverified(fetch(deployment, long, f"{QUERY}&expires_in={asked}"))
        assert claims["exp"] - claims["iat"] == given

    @pytest.mark.parametrize("query", [QUERY, f"{QUERY}&expires_in=3600"])
    def test_no_token_outlives_its_registration(self, deployment: Deployment, platform: Platform, query: str) -> None:
        short = platform.register(Job(MAIN_BRANCH, expires_in_seconds=60))
        _, claims = unverified(fetch(deployment, short, query))
        assert claims["exp"] == datetime.fromisoformat(short.expires_at).timestamp()
        assert 0 < claims["exp"] - claims["iat"] <= 60

    @pytest.mark.parametrize(
        "query",
        [
            f"api-version=1&{QUERY}",
            f"{QUERY}&api-version=1",
            f"&{QUERY}&",
            "audience=sts%2Eamazonaws%2Ecom",
            "audience=%73%74%73.amazonaws.com",
            "%61udience=sts.amazonaws.com",
        ],
    )
    def test_a_query_is_decoded_once(self, deployment: Deployment, job: Registration, query: str) -> None:
        assert unverified(fetch(deployment, job, query))[1]["aud"] == "sts.amazonaws.com"

    @pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
    def test_a_scheme_has_no_case(self, deployment: Deployment, job: Registration, scheme: str) -> None:
        token_of(ask_for_token(deployment, QUERY, [("authorization", scheme + job.request_token)]))

    def test_white_space_round_a_header_is_not_part_of_it(self, deployment: Deployment, job: Registration) -> None:
        token_of(ask_for_token(deployment, QUERY, [("Authorization", f"  Bearer {job.request_token}  ")]))

    def test_other_headers_count_for_nothing(self, deployment: Deployment, job: Registration) -> None:
        more = [("X-Fill", "x" * 8000), ("Cookie", "authorization=Bearer x"), ("X-Forwarded-For", "127.0.0.1")]
        token_of(ask_for_token(deployment, QUERY, [*bearer(job), *more]))


class TestStrangers:
    """A relying party that knows the issuer's URL and nothing else verifies the token, with two other libraries."""

    def test_joserfc_verifies_it(self, deployment: Deployment, keys: dict[str, Any], job: Registration) -> None:
        token = fetch(deployment, job)
        key_set: Any = keys
        decoded = jwt.decode(token, KeySet.import_key_set(key_set), algorithms=["RS256"])
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": deployment.output("IssuerUrl")},
            aud={"essential": True, "value": "sts.amazonaws.com"},
        )
        rules.validate(decoded.claims)
        assert decoded.claims == unverified(token)[1]

    def test_authlib_verifies_it(self, deployment: Deployment, keys: dict[str, Any], job: Registration) -> None:
        # Its notice that joserfc will take its place one day is not about us.
        with warnings.catch_warnings(record=True):
            from authlib.jose import JsonWebKey, JsonWebToken  # noqa: PLC0415

        token = fetch(deployment, job)
        rules = {"iss": {"essential": True, "value": deployment.output("IssuerUrl")}}
        claims = JsonWebToken(["RS256"]).decode(token, JsonWebKey.import_key_set(keys), claims_options=rules)
        claims.validate()
        assert dict(claims) == unverified(token)[1]

    def test_a_changed_claim_is_found_out(
        self, deployment: Deployment, keys: dict[str, Any], job: Registration
    ) -> None:
        header, claims, signature = fetch(deployment, job).split(".")
        changed = "A" if claims[20] != "A" else "B"
        key_set: Any = keys
        with pytest.raises(BadSignatureError):
            jwt.decode(
                f"{header}.{claims[:20]}{changed}{claims[21:]}.{signature}",
                KeySet.import_key_set(key_set),
                algorithms=["RS256"],
            )
