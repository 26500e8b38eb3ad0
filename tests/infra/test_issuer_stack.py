"""The stack as a whole: what the functions are told, what stays, what a person reads at the end."""

import json

import pytest
from cfnlint import api as cfnlint
from cfnlint.config import ManualArgs

from jobpass.configuration import parse
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.handlers.settings import KeysSettings
from tests.infra.conftest import OWN_DOMAIN, Synthesize, variant
from tests.infra.template import Template, resolve, text

ISSUER_URL = "https://<SiteDistribution390DED28.DomainName>"
TABLE = "<RegistrationsTable78B7C59D>"
# W3005: CDK writes a function's DependsOn on its role beside the reference to it; saying it twice harms nobody.
ACCEPTED_BY_CFN_LINT = ["W3005"]


def test_token_function_is_told_what_it_needs(example: Template) -> None:
    assert _environment(example, "token") == {
        "TABLE_NAME": TABLE,
        "ISSUER_URL": ISSUER_URL,
        "TOKEN_LIFETIME_SECONDS": "300",
        "MAX_TOKEN_LIFETIME_SECONDS": "3600",
        "POWERTOOLS_SERVICE_NAME": "jobpass-token",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def test_jobs_function_is_told_what_it_needs(example: Template) -> None:
    assert _environment(example, "jobs") == {
        "TABLE_NAME": TABLE,
        "ISSUER_URL": ISSUER_URL,
        "API_URL": "<HttpApi9292168F.ApiEndpoint>",
        "PARTITION": "<AWS::Partition>",
        "ACCOUNT_ID": "<AWS::AccountId>",
        "POWERTOOLS_SERVICE_NAME": "jobpass-jobs",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def test_keys_function_is_told_what_it_needs(example: Template) -> None:
    role = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role"
    assert _environment(example, "keys") == {
        "TABLE_NAME": TABLE,
        "ISSUER_URL": ISSUER_URL,
        "ISSUER_NAME": "jobpass",
        "BUCKET_NAME": "<SiteBucket978D4AEB>",
        "DISTRIBUTION_ID": "<SiteDistribution390DED28>",
        "DISTRIBUTION_DOMAIN_NAME": "<SiteDistribution390DED28.DomainName>",
        "SIGNING_ALGORITHM": "RS256",
        "ROTATE_EVERY_SECONDS": "7776000",
        "PUBLISH_AHEAD_SECONDS": "86400",
        "MAX_TOKEN_LIFETIME_SECONDS": "3600",
        "TOKEN_ROLE_ARN": f"{role}/jobpass-token",
        "KEYS_ROLE_ARN": f"{role}/jobpass-keys",
        "ACCOUNT_ID": "<AWS::AccountId>",
        "PARTITION": "<AWS::Partition>",
        "RETENTION": "destroy",
        "POWERTOOLS_SERVICE_NAME": "jobpass-keys",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def test_every_setting_that_the_keys_function_reads_is_there(
    example: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in _environment(example, "keys").items():
        monkeypatch.setenv(name, value)
    settings = KeysSettings.read()
    assert (settings.rotate_every_seconds, settings.publish_ahead_seconds) == (90 * 86_400, 24 * 3600)
    assert settings.max_token_lifetime_seconds == 3600


def test_the_roles_that_key_policies_name_are_those_of_the_functions(example: Template) -> None:
    for purpose, logical_id in (("token", "TokenRole7FDB6D11"), ("keys", "KeysRoleED05AE33")):
        assert text(example.function(purpose)["Role"]) == f"<{logical_id}.Arn>"
        role = example.of_type("AWS::IAM::Role")[logical_id]["Properties"]
        assert _environment(example, "keys")[f"{purpose.upper()}_ROLE_ARN"].endswith(f":role/{role['RoleName']}")


def test_every_function_is_python_on_arm_and_answers_in_time(example: Template) -> None:
    functions = [each["Properties"] for each in example.of_type("AWS::Lambda::Function").values()]
    assert {each["Runtime"] for each in functions} == {"python3.13"}
    assert {tuple(each["Architectures"]) for each in functions} == {("arm64",)}
    assert [example.function(purpose)["Timeout"] for purpose in ("token", "jobs", "keys", "audit")] == [
        10,
        10,
        270,
        900,
    ]


def test_deployment_waits_longer_for_the_documents_than_the_function_may_take(example: Template) -> None:
    documents = example.only("Custom::IssuerDocuments")
    assert int(documents["ServiceTimeout"]) > int(example.function("keys")["Timeout"])
    assert text(documents["ServiceToken"]).startswith("<KeysFunction")


def test_documents_are_published_anew_when_anything_that_makes_them_changes(
    example: Template, synthesize: Synthesize
) -> None:
    documents = example.only("Custom::IssuerDocuments")
    assert resolve(documents["IssuerUrl"]) == ISSUER_URL
    assert documents["CodeDigest"]
    for change in (
        {"signing": {"algorithm": "ES256"}},
        {"signing": {"rotate_every_days": 30}},
        {"signing": {"publish_ahead_hours": 48}},
        {"issuer": {"max_token_lifetime_seconds": 7200}},
        {"issuer": OWN_DOMAIN},
        {"retention": "retain"},
    ):
        assert synthesize(**change).only("Custom::IssuerDocuments") != documents


def test_jobs_function_carries_the_deployment_as_the_domain_writes_it(example: Template) -> None:
    (path,) = example.directory.glob("asset.*/deployment.json")
    document = path.read_bytes()
    expected = parse(variant()).front_door()
    assert Deployment.from_document(json.loads(document)) == expected
    assert (
        document
        == json.dumps(expected.to_document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_algorithm_is_a_configuration_away(synthesize: Synthesize, name: str) -> None:
    template = synthesize(signing={"algorithm": name})
    assert _environment(template, "keys")["SIGNING_ALGORITHM"] == name
    (create,) = [each for each in template.statements() if "kms:CreateKey" in each.actions]
    kind = create.document["Condition"]["StringEqualsIfExists"]
    assert kind == {"kms:KeySpec": ALGORITHMS[name].key_spec, "kms:KeyUsage": "SIGN_VERIFY"}


def test_table_forgets_what_is_over_and_recovers_what_is_lost(example: Template) -> None:
    table = example.only("AWS::DynamoDB::Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "delete_after", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]


def test_retained_issuer_keeps_table_and_documents_and_says_so(own_domain: Template) -> None:
    assert own_domain.only("AWS::DynamoDB::Table")["DeletionProtectionEnabled"] is True
    assert _kept(own_domain) == {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}
    said = own_domain.output("RetainedOnDestroy")
    assert TABLE in said
    assert "<SiteBucket978D4AEB>" in said
    assert "jobpass:issuer=jobpass" in said


def test_destroyed_issuer_keeps_nothing_and_says_so(example: Template) -> None:
    assert example.only("AWS::DynamoDB::Table")["DeletionProtectionEnabled"] is False
    assert _kept(example) == set()
    assert example.output("RetainedOnDestroy").startswith("Nothing")


def test_retention_reaches_the_function_that_deletes_keys_and_documents(
    example: Template, own_domain: Template
) -> None:
    assert _environment(example, "keys")["RETENTION"] == "destroy"
    assert _environment(own_domain, "keys")["RETENTION"] == "retain"


def test_every_log_group_has_a_retention_and_every_function_writes_to_its_own(example: Template) -> None:
    groups = example.of_type("AWS::Logs::LogGroup")
    assert {each["Properties"]["RetentionInDays"] for each in groups.values()} == {90}
    used = [text(example.function(purpose)["LoggingConfig"]["LogGroup"]) for purpose in ("token", "jobs", "keys")]
    names = [groups[each.strip("<>")]["Properties"]["LogGroupName"] for each in used]
    assert names == ["/aws/lambda/jobpass-token", "/aws/lambda/jobpass-jobs", "/aws/lambda/jobpass-keys"]


def test_outputs_name_everything_that_comes_next_and_say_what_it_is_for(example: Template) -> None:
    outputs = example.document["Outputs"]
    assert set(outputs) == {
        "IssuerUrl",
        "ApiUrl",
        "DiscoveryUrl",
        "JwksUrl",
        "TableName",
        "DocumentsBucketName",
        "DistributionDomainName",
        "OidcProviderArn",
        "AlarmTopicArn",
        "AuditFunctionName",
        "CanaryFunctionName",
        "TrailBucketName",
        "KeysFunctionName",
        "TokenFunctionName",
        "JobsFunctionName",
        "RetainedOnDestroy",
        "PlatformCiServerInvocationRoleArn",
        "PlatformSchedulerInvocationRoleArn",
        "RoleWebDeployArn",
        "RoleWebReleaseArn",
        "RoleNightlyReportArn",
    }
    assert all(each["Description"] for each in outputs.values())


def test_names_follow_the_configurations_name(synthesize: Synthesize) -> None:
    template = synthesize(name="passports")
    assert template.path.name == "passports.template.json"
    names = {each["Properties"]["RoleName"] for each in template.of_type("AWS::IAM::Role").values()}
    assert all(name.startswith("passports-") for name in names)
    assert _environment(template, "keys")["ISSUER_NAME"] == "passports"
    (create,) = [each for each in template.statements() if "kms:CreateKey" in each.actions]
    assert create.document["Condition"]["StringEquals"]["aws:RequestTag/jobpass:issuer"] == "passports"
    assert _environment(template, "keys")["POWERTOOLS_SERVICE_NAME"] == "passports-keys"


def test_template_is_for_any_account_and_region(example: Template) -> None:
    written = json.dumps(example.document)
    assert "us-east-1" not in written
    assert "000000000000" not in written


def test_only_bootstrap_is_a_parameter(example: Template) -> None:
    assert set(example.document["Parameters"]) == {"BootstrapVersion"}


@pytest.mark.parametrize("issuer", [None, OWN_DOMAIN], ids=["late-bound", "own-domain"])
def test_cfn_lint_finds_nothing(synthesize: Synthesize, issuer: dict[str, object] | None) -> None:
    template = synthesize(issuer=issuer) if issuer else synthesize()
    findings = cfnlint.lint(
        template.path.read_text("utf-8"),
        config=ManualArgs(regions=["us-east-1"], ignore_checks=ACCEPTED_BY_CFN_LINT),
    )
    assert [str(finding) for finding in findings] == []


def _environment(template: Template, purpose: str) -> dict[str, str]:
    variables: dict[str, str] = resolve(template.function(purpose)["Environment"]["Variables"])
    return variables


def _kept(template: Template) -> set[str]:
    return {each["Type"] for each in template.document["Resources"].values() if each.get("DeletionPolicy") == "Retain"}
