"""Other accounts: a stack each, bound to the account, with its own provider and its own roles and no one else's."""

import json

import pytest
from cfnlint import api as cfnlint
from cfnlint.config import ManualArgs

from jobpass.configuration import parse
from jobpass_issuer.domain.issuer import Issuer
from tests.infra.accounts import ACCOUNTS, PRODUCTION, STAGING, role
from tests.infra.conftest import OWN_DOMAIN, SynthesizeAll, variant
from tests.infra.template import Template, text, trust_policy

ADOPTED = f"arn:<AWS::Partition>:iam::{STAGING}:oidc-provider/oidc.example.com/api/oidc"
CLOUDFRONT = "https://d111111abcdef8.cloudfront.net"


@pytest.fixture(scope="module")
def templates(synthesize_all: SynthesizeAll) -> dict[str, Template]:
    """The templates of an issuer whose roles are in three accounts."""
    return synthesize_all(**ACCOUNTS)


def test_there_is_a_stack_for_the_issuer_and_one_for_each_other_account(templates: dict[str, Template]) -> None:
    assert list(templates) == ["jobpass", "jobpass-trust-production", "jobpass-trust-staging"]


def test_a_stack_is_bound_to_its_account_and_waits_for_no_stack_of_another(templates: dict[str, Template]) -> None:
    manifest = json.loads((templates["jobpass"].directory / "manifest.json").read_text())["artifacts"]
    assert {name: manifest[name]["environment"] for name in templates} == {
        "jobpass": "aws://unknown-account/unknown-region",
        "jobpass-trust-production": f"aws://{PRODUCTION}/unknown-region",
        "jobpass-trust-staging": f"aws://{STAGING}/unknown-region",
    }
    for name in templates:
        assert manifest[name]["dependencies"] == [f"{name}.assets"]


def test_each_role_is_in_its_own_account_alone(templates: dict[str, Template]) -> None:
    assert {name: roles(template) for name, template in templates.items()} == {
        "jobpass": {"jobpass-here"},
        "jobpass-trust-production": {"jobpass-web-deploy"},
        "jobpass-trust-staging": {"jobpass-web-probe"},
    }


def test_another_accounts_stack_holds_nothing_but_provider_and_roles(templates: dict[str, Template]) -> None:
    made = {resource["Type"] for resource in templates["jobpass-trust-production"].document["Resources"].values()}
    assert made == {"AWS::IAM::OIDCProvider", "AWS::IAM::Role"}


def test_client_ids_are_the_audiences_of_the_accounts_own_roles(templates: dict[str, Template]) -> None:
    own, production = (
        templates[name].only("AWS::IAM::OIDCProvider") for name in ("jobpass", "jobpass-trust-production")
    )
    assert own["ClientIdList"] == ["sts.amazonaws.com"]
    assert production["ClientIdList"] == ["deploy.example.com"]
    assert own["Url"] == production["Url"] == OWN_DOMAIN["url"]


def test_an_adopted_provider_is_trusted_and_not_made(templates: dict[str, Template]) -> None:
    staging = templates["jobpass-trust-staging"]
    assert staging.of_type("AWS::IAM::OIDCProvider") == {}
    (statement,) = trust_policy(staging.role("jobpass-web-probe"))["Statement"]
    assert statement["Principal"] == {"Federated": ADOPTED}
    assert staging.output("OidcProviderArn") == ADOPTED


def test_outputs_say_which_client_ids_an_adopted_provider_must_have(templates: dict[str, Template]) -> None:
    assert templates["jobpass-trust-staging"].output("OidcProviderClientIds") == "sts.amazonaws.com deploy.example.com"
    for name in ("jobpass", "jobpass-trust-production"):
        assert "OidcProviderClientIds" not in templates[name].document["Outputs"]


def test_outputs_name_the_roles_of_the_account(templates: dict[str, Template]) -> None:
    (logical_id,) = templates["jobpass-trust-production"].of_type("AWS::IAM::Role")
    assert templates["jobpass-trust-production"].output("RoleWebDeployArn") == f"<{logical_id}.Arn>"
    assert "RoleWebDeployArn" not in templates["jobpass"].document["Outputs"]


def test_trust_policies_are_the_domains(templates: dict[str, Template]) -> None:
    deployment = parse(variant(**ACCOUNTS)).deployment()
    production = templates["jobpass-trust-production"]
    (provider,) = production.of_type("AWS::IAM::OIDCProvider")
    expected = deployment.roles["web-deploy"].trust_policy(
        deployment.profiles["ci"], Issuer(str(OWN_DOMAIN["url"])), f"<{provider}>"
    )
    assert trust_policy(production.role("jobpass-web-deploy")) == expected
    assert production.role("jobpass-web-deploy")["AssumeRolePolicyDocument"].keys() == {"Version", "Statement"}


def test_the_issuers_own_account_adopts_too(synthesize_all: SynthesizeAll) -> None:
    """Where the issuer's name is known at deployment only, so is the provider's ARN."""
    (template,) = synthesize_all(trust={"provider": "adopt"}).values()
    assert template.of_type("AWS::IAM::OIDCProvider") == {}
    (statement,) = trust_policy(template.role("jobpass-web-deploy"))["Statement"]
    (distribution,) = template.of_type("AWS::CloudFront::Distribution")
    name = f"<{distribution}.DomainName>"
    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{name}")
    assert template.output("OidcProviderArn").endswith(f":oidc-provider/{name}")
    assert template.output("OidcProviderClientIds") == "sts.amazonaws.com"


def test_an_issuer_whose_roles_are_all_elsewhere_makes_no_provider_at_home(synthesize_all: SynthesizeAll) -> None:
    changes = {**ACCOUNTS, "accounts": {"production": {"id": PRODUCTION}}}
    platform = {**ACCOUNTS["platforms"]["ci-server"], "roles": ["web-deploy"]}
    changes |= {"platforms": {"ci-server": platform}, "roles": {"web-deploy": role(account="production")}}
    templates = synthesize_all(**changes)
    assert templates["jobpass"].of_type("AWS::IAM::OIDCProvider") == {}
    assert "OidcProviderArn" not in templates["jobpass"].document["Outputs"]
    assert len(templates["jobpass-trust-production"].of_type("AWS::IAM::OIDCProvider")) == 1


@pytest.fixture(scope="module")
def at_cloudfront(synthesize_all: SynthesizeAll) -> dict[str, Template]:
    """The templates where CloudFront's own name is written down for the sake of other accounts."""
    return synthesize_all(**{**ACCOUNTS, "issuer": {"url": CLOUDFRONT}})


def test_cloudfronts_name_is_literal_in_other_accounts(at_cloudfront: dict[str, Template]) -> None:
    production = at_cloudfront["jobpass-trust-production"]
    assert production.only("AWS::IAM::OIDCProvider")["Url"] == CLOUDFRONT
    (statement,) = trust_policy(production.role("jobpass-web-deploy"))["Statement"]
    assert f"{CLOUDFRONT.removeprefix('https://')}:sub" in statement["Condition"]["StringEquals"]


def test_an_issuer_at_cloudfronts_name_is_what_its_distribution_is(at_cloudfront: dict[str, Template]) -> None:
    """Nothing of the issuer follows from what is written but a comparison."""
    issuer = at_cloudfront["jobpass"]
    (documents,) = issuer.of_type("Custom::IssuerDocuments").values()
    (distribution,) = issuer.of_type("AWS::CloudFront::Distribution")
    late = f"<{distribution}.DomainName>"
    assert documents["Properties"]["ExpectedIssuerUrl"] == CLOUDFRONT
    assert text(documents["Properties"]["IssuerUrl"]) == f"https://{late}"
    assert json.dumps(issuer.document).count(CLOUDFRONT.removeprefix("https://")) == 1
    assert text(issuer.only("AWS::IAM::OIDCProvider")["Url"]) == f"https://{late}"
    (statement,) = trust_policy(issuer.role("jobpass-here"))["Statement"]
    assert f"{late}:sub" in statement["Condition"]["StringEquals"]
    assert "Aliases" not in issuer.only("AWS::CloudFront::Distribution")["DistributionConfig"]


def test_no_address_is_expected_where_none_of_cloudfronts_is_written(
    example: Template, templates: dict[str, Template]
) -> None:
    for issuer in (example, templates["jobpass"]):
        (documents,) = issuer.of_type("Custom::IssuerDocuments").values()
        assert "ExpectedIssuerUrl" not in documents["Properties"]


@pytest.mark.parametrize("trust", [{}, {"trust": {"stacks": 1}}], ids=["accounts", "roles-beside"])
def test_cfn_lint_finds_nothing_in_the_stacks_beside_the_issuers(
    synthesize_all: SynthesizeAll, trust: dict[str, object]
) -> None:
    _, *beside = synthesize_all(**(trust or ACCOUNTS)).values()
    assert beside
    for template in beside:
        findings = cfnlint.lint(template.path.read_text("utf-8"), config=ManualArgs(regions=["us-east-1"]))
        assert [str(finding) for finding in findings] == []


def roles(template: Template) -> set[str]:
    """The trusting roles of a template; the others are named by who assumes them."""
    named = {each["Properties"]["RoleName"] for each in template.of_type("AWS::IAM::Role").values()}
    return {name for name in named if name.removeprefix("jobpass-") in ACCOUNTS["roles"]}
