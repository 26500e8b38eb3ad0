"""The provider and the roles that trust it: they say what the domain says, late-bound or literal."""

import pytest

from jobpass.configuration import Configuration, parse
from jobpass_issuer.domain.issuer import Issuer
from tests.infra.conftest import OWN_DOMAIN, Synthesize, variant
from tests.infra.template import Template, text, trust_policy

PROVIDER = "<TrustProvider14F0D648>"
LATE_ISSUER = Issuer("https://<SiteDistribution390DED28.DomainName>")
PROJECT = "936a5312-a3b8-4921-8b3f-2cec8baac574"
ROLES = ("web-deploy", "web-release", "nightly-report")


def test_provider_waits_for_the_documents(example: Template) -> None:
    (provider,) = example.of_type("AWS::IAM::OIDCProvider").values()
    (documents,) = example.of_type("Custom::IssuerDocuments")
    assert provider["DependsOn"] == [documents]


def test_documents_wait_for_everything_that_serves_them_and_for_the_role_that_key_policies_name(
    own_domain: Template,
) -> None:
    (documents,) = own_domain.of_type("Custom::IssuerDocuments").values()
    waited_for = {own_domain.document["Resources"][name]["Type"] for name in documents["DependsOn"]}
    assert waited_for >= {"AWS::S3::BucketPolicy", "AWS::CloudFront::Distribution", "AWS::Route53::RecordSet"}
    token_role = next(name for name in own_domain.of_type("AWS::IAM::Role") if name.startswith("TokenRole"))
    assert token_role in documents["DependsOn"]


def test_provider_is_the_issuer_by_its_url(example: Template, own_domain: Template) -> None:
    assert text(example.only("AWS::IAM::OIDCProvider")["Url"]) == LATE_ISSUER.url
    assert own_domain.only("AWS::IAM::OIDCProvider")["Url"] == "https://oidc.example.com/api/oidc"


def test_provider_keeps_the_issuers_trailing_slash(synthesize: Synthesize) -> None:
    template = synthesize(issuer={**OWN_DOMAIN, "url": "https://oidc.example.com/api/oidc/"})
    assert template.only("AWS::IAM::OIDCProvider")["Url"] == "https://oidc.example.com/api/oidc/"
    assert template.function("token")["Environment"]["Variables"]["ISSUER_URL"] == "https://oidc.example.com/api/oidc/"


def test_client_ids_are_the_audiences_of_roles_and_not_those_of_platforms(example: Template) -> None:
    assert "vault.example.com" in _configuration().platforms["ci-server"].audiences
    assert example.only("AWS::IAM::OIDCProvider")["ClientIdList"] == ["sts.amazonaws.com"]


def test_provider_has_no_thumbprint_to_go_stale(example: Template) -> None:
    assert "ThumbprintList" not in example.only("AWS::IAM::OIDCProvider")


@pytest.mark.parametrize("name", ROLES)
def test_late_bound_trust_policy_is_text_that_becomes_the_domains_policy(example: Template, name: str) -> None:
    role = example.role(f"jobpass-{name}")
    assert set(role["AssumeRolePolicyDocument"]) == {"Fn::Sub"}
    assert trust_policy(role) == _domain_policy(_configuration(), name, LATE_ISSUER)


@pytest.mark.parametrize("url", ["https://oidc.example.com/api/oidc", "https://oidc.example.com/api/oidc/"])
@pytest.mark.parametrize("name", ROLES)
def test_literal_trust_policy_is_the_domains_policy(synthesize: Synthesize, url: str, name: str) -> None:
    issuer = {**OWN_DOMAIN, "url": url}
    role = synthesize(issuer=issuer).role(f"jobpass-{name}")
    assert set(role["AssumeRolePolicyDocument"]) == {"Version", "Statement"}
    assert trust_policy(role) == _domain_policy(_configuration(issuer=issuer), name, Issuer(url))


def test_pinned_role_wants_the_pin_and_the_others_do_not(example: Template) -> None:
    conditions = {name: trust_policy(example.role(f"jobpass-{name}"))["Statement"][0]["Condition"] for name in ROLES}
    assert conditions["web-release"]["Bool"] == {"sts:RoleAuthorizedByIdp": "true"}
    assert "Bool" not in conditions["web-deploy"]
    assert "Bool" not in conditions["nightly-report"]


def test_role_has_its_configured_policies_and_session_length(synthesize: Synthesize) -> None:
    roles = {
        "web-deploy": {
            "profile": "ci",
            "when": {"project_id": PROJECT, "repo": "web", "ref_type": "branch", "ref": "refs/heads/main"},
            "managed_policies": ["arn:aws:iam::111122223333:policy/deploy"],
            "max_session_seconds": 7200,
        }
    }
    template = synthesize(roles=roles, platforms=_platforms_with_roles("web-deploy"))
    role = template.role("jobpass-web-deploy")
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::111122223333:policy/deploy"]
    assert role["MaxSessionDuration"] == 7200


def test_role_has_all_that_its_settings_say(synthesize: Synthesize) -> None:
    inline = {
        "read": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/a"}]}
    }
    roles = {
        "web-deploy": {
            "profile": "ci",
            "when": [
                {"project_id": PROJECT, "ref_type": "branch", "ref": "refs/heads/main"},
                {"project_id": PROJECT, "ref_type": "tag"},
            ],
            "session_tags": {"repo": "web*"},
            "path": "/jobs/",
            "inline_policies": inline,
            "permissions_boundary": "arn:aws:iam::111122223333:policy/most",
        }
    }
    platforms = _platforms_with_roles("web-deploy")
    role = synthesize(roles=roles, platforms=platforms).role("jobpass-web-deploy")
    assert role["Path"] == "/jobs/"
    assert role["Policies"] == [{"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", **inline["read"]}}]
    assert role["PermissionsBoundary"] == "arn:aws:iam::111122223333:policy/most"
    policy = trust_policy(role)
    assert policy == _domain_policy(_configuration(roles=roles, platforms=platforms), "web-deploy", LATE_ISSUER)
    condition = policy["Statement"][0]["Condition"]["StringLike"]
    assert condition["aws:RequestTag/repo"] == "web*"
    assert [each.endswith(":ref_type:tag:ref:*") for each in condition[f"{LATE_ISSUER.host_and_path}:sub"]] == [
        False,
        True,
    ]


def test_an_ordinary_role_has_neither_path_nor_boundary_nor_policies_of_its_own(example: Template) -> None:
    assert {"Path", "PermissionsBoundary", "Policies"}.isdisjoint(example.role("jobpass-web-deploy"))


def test_an_issuer_that_no_role_trusts_makes_no_provider(synthesize: Synthesize) -> None:
    template = synthesize(roles={}, platforms=_platforms_with_roles())
    assert template.of_type("AWS::IAM::OIDCProvider") == {}
    assert "OidcProviderArn" not in template.document["Outputs"]
    assert len(template.of_type("Custom::IssuerDocuments")) == 1


def _configuration(**changes: object) -> Configuration:
    return parse(variant(**changes))


def _platforms_with_roles(*roles: str) -> dict[str, object]:
    return {
        "ci-server": {
            "principals": ["arn:aws:iam::111122223333:role/ci-server"],
            "profiles": ["ci"],
            "audiences": ["sts.amazonaws.com"],
            "where": {"org": "acme"},
            "roles": list(roles),
        }
    }


def _domain_policy(configuration: Configuration, name: str, issuer: Issuer) -> dict[str, object]:
    deployment = configuration.deployment()
    role = deployment.roles[name]
    return role.trust_policy(deployment.profiles[role.profile], issuer, PROVIDER)
