"""The audit's ears and clock, and the trail behind them."""

from typing import Any

import pytest

from jobpass.configuration import ConfigurationError, parse
from tests.infra.conftest import Synthesize, variant
from tests.infra.template import Template, resolve

SESSION = "arn:<AWS::Partition>:sts::<AWS::AccountId>:assumed-role"
TRAIL = "arn:<AWS::Partition>:cloudtrail:<AWS::Region>:<AWS::AccountId>:trail"


def test_every_signature_but_the_token_functions_comes_to_the_audit_at_once(example: Template) -> None:
    rule = _rules(example)["jobpass-foreign-sign"]
    assert rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert rule["EventPattern"]["source"] == ["aws.kms"]
    assert rule["EventPattern"]["detail"] == {
        "eventSource": ["kms.amazonaws.com"],
        "eventName": ["Sign"],
        # A service or another account's principal has no ARN here.
        "userIdentity": {"arn": [{"anything-but": [f"{SESSION}/jobpass-token/jobpass-token"]}, {"exists": False}]},
    }


def test_every_change_but_the_keys_functions_comes_to_the_audit_at_once(example: Template) -> None:
    rule = _rules(example)["jobpass-key-touched"]
    assert rule["State"] == "ENABLED"
    detail = rule["EventPattern"]["detail"]
    assert detail["readOnly"] == [False]
    assert detail["userIdentity"]["arn"][0] == {"anything-but": [f"{SESSION}/jobpass-keys/jobpass-keys"]}


def test_only_these_rules_and_the_schedule_run_the_audit(example: Template) -> None:
    function = _function(example)
    for rule in _rules(example).values():
        assert [each["Arn"] for each in rule["Targets"]] == [f"<{function}.Arn>"]
    permissions = [resolve(each["Properties"]) for each in example.of_type("AWS::Lambda::Permission").values()]
    ours = [each for each in permissions if each["FunctionName"] == f"<{function}.Arn>"]
    assert {each["Principal"] for each in ours} == {"events.amazonaws.com"}
    rules = set(example.of_type("AWS::Events::Rule"))
    assert {each["SourceArn"].strip("<>").removesuffix(".Arn") for each in ours} == rules
    (statement,) = example.role("jobpass-audit-schedule")["Policies"][0]["PolicyDocument"]["Statement"]
    assert resolve(statement["Resource"]) == f"<{function}.Arn>"


def test_the_trail_takes_signatures_and_its_bucket_no_other_trails_files(example: Template) -> None:
    trail = resolve(example.only("AWS::CloudTrail::Trail"))
    assert (trail["IsLogging"], trail["EnableLogFileValidation"]) == (True, True)
    assert trail["EventSelectors"] == [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]
    lets_in = [each for each in example.statements() if each.principals == ["cloudtrail.amazonaws.com"]]
    assert [each.actions for each in lets_in] == [["s3:GetBucketAcl"], ["s3:PutObject"]]
    for each in lets_in:
        assert resolve(each.document["Condition"])["StringEquals"]["aws:SourceArn"] == f"{TRAIL}/jobpass-audit"


def test_the_files_go_when_nobody_writes_them_any_more_and_before_their_bucket(example: Template) -> None:
    (trail,) = example.of_type("AWS::CloudTrail::Trail").values()
    ((served, resource),) = example.of_type("Custom::AuditTrail").items()
    (policy,) = [name for name in example.of_type("AWS::S3::BucketPolicy") if name.startswith("AuditTrail")]
    assert policy in trail["DependsOn"]
    assert served in example.of_type("AWS::S3::BucketPolicy")[policy]["DependsOn"]
    assert resolve(resource["Properties"]["Bucket"]).startswith("<AuditTrailBucket")
    deletes = [each for each in example.statements() if "s3:DeleteObject" in each.actions and _of_audit(each.owner)]
    assert [each.resources for each in deletes] == [
        [f"{resolve(resource['Properties']['Bucket'])[:-1]}.Arn>/AWSLogs/*"]
    ]


def test_a_retained_issuer_keeps_the_files_and_nobody_may_delete_them(own_domain: Template) -> None:
    (bucket,) = [each for name, each in own_domain.of_type("AWS::S3::Bucket").items() if name.startswith("AuditTrail")]
    assert bucket["DeletionPolicy"] == "Retain"
    assert own_domain.of_type("Custom::AuditTrail") == {}
    assert not [each for each in own_domain.statements() if "s3:DeleteObject" in each.actions and _of_audit(each.owner)]
    assert "AuditTrailBucket" in own_domain.output("RetainedOnDestroy")


@pytest.mark.parametrize(
    ("named", "arn"),
    [
        ("management-events", f"{TRAIL}/management-events"),
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/org", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"),
    ],
)
def test_a_trail_that_there_is_is_looked_at_before_a_rule_relies_on_it(
    synthesize: Synthesize, named: str, arn: str
) -> None:
    template = synthesize(audit={"trail": named})
    ((served, resource),) = template.of_type("Custom::AuditTrail").items()
    assert resource["Properties"]["Trail"] == named
    assert all(served in rule["DependsOn"] for rule in template.of_type("AWS::Events::Rule").values())
    (look,) = [each for each in template.statements() if "cloudtrail:GetTrail" in each.actions]
    assert look.resources == [arn]
    assert not template.of_type("AWS::CloudTrail::Trail")
    assert len(template.of_type("AWS::S3::Bucket")) == 1


def test_without_a_trail_the_join_alone_is_left(synthesize: Synthesize) -> None:
    template = synthesize(audit={"trail": "none"})
    assert not template.of_type("AWS::CloudTrail::Trail") | template.of_type("Custom::AuditTrail")
    assert template.function("audit")


@pytest.mark.parametrize("trail", ["", "a", "a--b", "arn:aws:s3:::trail", "-trail", "trail/x"])
def test_what_is_no_trail_is_refused(trail: str) -> None:
    with pytest.raises(ConfigurationError, match=r"audit\.trail"):
        parse(variant(audit={"trail": trail}))


def test_the_audit_reads_what_it_joins_and_keeps_its_place_alone(example: Template) -> None:
    statements = [each for each in example.statements() if _of_audit(each.owner) and each.kind == "identity"]
    of_table = [each for each in statements if each.actions[0].startswith("dynamodb:")]
    assert [(each.actions, resolve(each.document["Condition"])) for each in of_table] == [
        (["dynamodb:GetItem"], {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ring"]}}),
        (
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["audit"]}},
        ),
    ]
    (logs,) = [each for each in statements if "logs:FilterLogEvents" in each.actions]
    with_star, bare = logs.resources
    assert with_star == "<TokenLogsD49D257A.Arn>"
    assert bare.endswith(":log-group:<TokenLogsD49D257A>")


def _of_audit(owner: str) -> bool:
    return owner.startswith("AuditRole")


def _function(template: Template) -> str:
    (name,) = [each for each in template.of_type("AWS::Lambda::Function") if each.startswith("Audit")]
    return name


def _rules(template: Template) -> dict[str, dict[str, Any]]:
    rules = [resolve(each["Properties"]) for each in template.of_type("AWS::Events::Rule").values()]
    return {each["Name"]: each for each in rules}
