"""An issuer on a domain of its own with a slash at its end, elliptic curves, and two issuers in one account."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jwt
from joserfc.jwk import KeySet

from local.deployment import Deployment
from tests.e2e import known_answers
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of, unverified
from tests.e2e.callers import policy
from tests.e2e.two_issuers import CERTIFICATE, ISSUER, Issuers, assume, fetch, register

NOT_AUTHORIZED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
NOT_VALIDATED = "InvalidIdentityToken"


@pytest.fixture(scope="module")
def own(issuers: Issuers) -> Deployment:
    """The issuer on a domain of its own."""
    return issuers.own


@pytest.fixture(scope="module")
def lasting(issuers: Issuers) -> Deployment:
    """The issuer that leaves its state behind."""
    return issuers.lasting


@pytest.fixture(scope="module")
def own_token(own: Deployment) -> str:
    """A token of the issuer on a domain of its own."""
    return fetch(own)


@pytest.fixture(scope="module")
def lasting_token(lasting: Deployment) -> str:
    """A token of the other issuer."""
    return fetch(lasting)


def refusal(deployment: Deployment, role_arn: str, token: str) -> tuple[str, str]:
    """Code and text by which STS refuses."""
    with pytest.raises(ClientError) as refused:
        assume(deployment, role_arn, token)
    error = refused.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def read(deployment: Deployment, url: str) -> bytes:
    answer = deployment.web.request("GET", url)
    assert answer.status == 200, url
    return answer.body


def published(deployment: Deployment, name: str, algorithm: str) -> list[dict[str, str]]:
    kms = deployment.aws.client("kms")
    return [known_answers.jwk(kms, arn, algorithm) for arn in known_answers.issuer_keys(kms, name)]


class TestTheOwnDomain:
    """A name, a path and a slash at the end."""

    def test_the_outputs_name_the_issuer_letter_for_letter(self, own: Deployment) -> None:
        assert own.output("IssuerUrl") == ISSUER
        assert own.output("DiscoveryUrl") == "https://oidc.example.com/api/oidc/.well-known/openid-configuration"
        assert own.output("JwksUrl") == "https://oidc.example.com/api/oidc/.well-known/jwks.json"
        assert own.output("OidcProviderArn") == ("arn:aws:iam::000000000000:oidc-provider/oidc.example.com/api/oidc/")

    @pytest.mark.parametrize("slashes", ["/", "//"])
    def test_the_documents_are_there_however_the_slash_is_joined(self, own: Deployment, slashes: str) -> None:
        base = f"https://oidc.example.com/api/oidc{slashes}.well-known"
        keys = published(own, "jobpass-own", "ES256")
        assert len(keys) == 2
        assert read(own, f"{base}/openid-configuration") == known_answers.discovery_document(ISSUER, "ES256")
        assert read(own, f"{base}/jwks.json") == known_answers.jwk_set(keys)

    @pytest.mark.parametrize(
        "path", ["", "api/oidc", "api/oidc/", ".well-known/openid-configuration", "api/.well-known/jwks.json"]
    )
    def test_nothing_else_is_there(self, own: Deployment, path: str) -> None:
        answer = own.web.request("GET", f"https://oidc.example.com/{path}")
        assert answer.status in (403, 404)
        assert b"<Key>" not in answer.body

    def test_cloudfronts_own_name_serves_the_same_and_makes_no_other_issuer(self, own: Deployment) -> None:
        url = f"https://{own.output('DistributionDomainName')}/api/oidc/.well-known/openid-configuration"
        assert json.loads(read(own, url))["issuer"] == ISSUER

    def test_the_distribution_has_the_name_its_certificate_and_a_protocol_that_sts_takes(self, own: Deployment) -> None:
        listed = own.aws.client("cloudfront").list_distributions()["DistributionList"]["Items"]
        (distribution,) = [each for each in listed if each["DomainName"] == own.output("DistributionDomainName")]
        certificate = distribution["ViewerCertificate"]
        assert distribution["Aliases"]["Items"] == ["oidc.example.com"]
        assert certificate["ACMCertificateArn"] == CERTIFICATE
        assert (certificate["SSLSupportMethod"], certificate["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")

    def test_the_trust_policy_has_literal_condition_keys(self, own: Deployment) -> None:
        role = own.aws.client("iam").get_role(RoleName="jobpass-own-report")["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Federated": own.output("OidcProviderArn")}
        assert statement["Condition"] == {
            "StringEquals": {
                "oidc.example.com/api/oidc/:aud": "sts.amazonaws.com",
                "oidc.example.com/api/oidc/:sub": "team:data:job:report",
            }
        }

    def test_a_token_names_the_issuer_with_its_slash(self, own: Deployment, own_token: str) -> None:
        header, claims = unverified(own_token)
        assert claims["iss"] == ISSUER
        assert claims["https://aws.amazon.com/tags"] == {"principal_tags": {"team": ["data"]}}
        assert header["alg"] == "ES256"
        assert header["kid"] in {key["kid"] for key in published(own, "jobpass-own", "ES256")}

    def test_sts_takes_the_token_at_the_role(self, own: Deployment, own_token: str) -> None:
        taken = assume(own, own.output("RoleReportArn"), own_token)
        assert taken["AssumedRoleUser"]["Arn"] == ("arn:aws:sts::000000000000:assumed-role/jobpass-own-report/report-1")
        assert taken["SubjectFromWebIdentityToken"] == "team:data:job:report"
        assert taken["Audience"] == "sts.amazonaws.com"

    def test_a_role_that_trusts_the_url_without_its_slash_refuses(self, own: Deployment, own_token: str) -> None:
        """To IAM both spellings are two issuers."""
        iam = own.aws.client("iam")
        provider = iam.create_open_id_connect_provider(Url=ISSUER[:-1], ClientIDList=["sts.amazonaws.com"])
        arn = provider["OpenIDConnectProviderArn"]
        assert arn == own.output("OidcProviderArn")[:-1]
        try:
            assert self._refusal_of_a_role(own, arn, "oidc.example.com/api/oidc", own_token) == NOT_AUTHORIZED
        finally:
            iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)

    def test_condition_keys_without_the_slash_match_nothing(self, own: Deployment, own_token: str) -> None:
        arn = own.output("OidcProviderArn")
        assert self._refusal_of_a_role(own, arn, "oidc.example.com/api/oidc", own_token) == NOT_AUTHORIZED

    def _refusal_of_a_role(self, own: Deployment, provider: str, prefix: str, token: str) -> tuple[str, str]:
        iam = own.aws.client("iam")
        statement = {
            "Effect": "Allow",
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
            "Principal": {"Federated": provider},
            "Condition": {"StringEquals": {f"{prefix}:aud": "sts.amazonaws.com"}},
        }
        iam.create_role(RoleName="slashless", AssumeRolePolicyDocument=policy(statement))
        try:
            return refusal(own, "arn:aws:iam::000000000000:role/slashless", token)
        finally:
            iam.delete_role(RoleName="slashless")


class TestEllipticCurves:
    """R and S in a row, of fixed length (RFC 7518, section 3.4)."""

    @pytest.fixture(params=["ES256", "ES512"])
    def case(self, request: pytest.FixtureRequest, issuers: Issuers) -> tuple[Deployment, str, str]:
        """A deployment, its algorithm and one of its tokens."""
        name = "own" if request.param == "ES256" else "lasting"
        return getattr(issuers, name), request.param, request.getfixturevalue(f"{name}_token")

    def test_a_signature_is_r_and_s_and_a_stranger_verifies_it(self, case: tuple[Deployment, str, str]) -> None:
        deployment, algorithm, token = case
        discovery = json.loads(read(deployment, deployment.output("DiscoveryUrl")))
        assert discovery["id_token_signing_alg_values_supported"] == [algorithm]
        keys: Any = json.loads(read(deployment, discovery["jwks_uri"]))
        assert jwt.decode(token, KeySet.import_key_set(keys), algorithms=[algorithm]).claims == unverified(token)[1]
        assert len(signature_of(token)) == {"ES256": 64, "ES512": 132}[algorithm]

    def test_every_signature_has_that_length(self, case: tuple[Deployment, str, str]) -> None:
        """DER drops leading zeros, one signature in 128 or so: each must have them again."""
        deployment, algorithm, _ = case
        job = register(deployment)
        tokens = [token_of(ask_for_token(deployment, QUERY, bearer(job))) for _ in range(20)]
        assert {len(signature_of(token)) for token in tokens} == {{"ES256": 64, "ES512": 132}[algorithm]}

    def test_sts_takes_it(self, case: tuple[Deployment, str, str]) -> None:
        deployment, _, token = case
        assert assume(deployment, deployment.output("RoleReportArn"), token)["Audience"] == "sts.amazonaws.com"

    def test_sts_refuses_other_forms_of_the_same_signature(self, case: tuple[Deployment, str, str]) -> None:
        deployment, _, token = case
        raw = signature_of(token)
        half = len(raw) // 2
        der = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        for changed in (der, raw[half:] + raw[:half], raw[:-1], b"\0" * len(raw), b""):
            signed = f"{token.rpartition('.')[0]}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}"
            assert refusal(deployment, deployment.output("RoleReportArn"), signed)[0] == NOT_VALIDATED

    def test_the_keys_are_asked_for_that_algorithm_alone(self, case: tuple[Deployment, str, str]) -> None:
        deployment, algorithm, _ = case
        kms = deployment.aws.client("kms")
        name = "jobpass-own" if algorithm == "ES256" else "jobpass-lasting"
        for arn in known_answers.issuer_keys(kms, name):
            document = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
            (signing,) = [each for each in document["Statement"] if each["Sid"] == "Signing"]
            assert signing["Condition"]["StringEquals"]["kms:SigningAlgorithm"] == f"ECDSA_SHA_{algorithm[2:]}"
            assert signing["Principal"] == {"AWS": f"arn:aws:iam::000000000000:role/{name}-token"}


def signature_of(token: str) -> bytes:
    part = token.rpartition(".")[2]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class TestTwoIssuersInOneAccount:
    """Neither stands in for the other."""

    def test_one_issuers_role_refuses_the_others_token(
        self, own: Deployment, lasting: Deployment, own_token: str, lasting_token: str
    ) -> None:
        assert unverified(own_token)[1]["sub"] == unverified(lasting_token)[1]["sub"]
        assert refusal(own, own.output("RoleReportArn"), lasting_token) == NOT_AUTHORIZED
        assert refusal(lasting, lasting.output("RoleReportArn"), own_token) == NOT_AUTHORIZED

    def test_one_issuers_request_token_is_worth_nothing_at_the_other(
        self, own: Deployment, lasting: Deployment
    ) -> None:
        assert ask_for_token(own, QUERY, bearer(register(lasting))).status == 401

    def test_one_issuers_platform_is_none_of_the_others(self, own: Deployment, lasting: Deployment) -> None:
        stranger = own.platform("PlatformSchedulerInvocationRoleArn")
        signed = stranger.sign("GET", "/v1/jobs/x", {}, None)
        answer = lasting.web.request("GET", f"{lasting.output('ApiUrl')}/v1/jobs/x", signed)
        assert answer.status == 403
