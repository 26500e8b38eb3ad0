"""All alarms: what they watch, whom they tell, and that the runbook has a section for each."""

import json
import re
from typing import Any

import pytest

from jobpass.configuration import ConfigurationError, parse
from tests.infra.conftest import ROOT, Synthesize, variant
from tests.infra.template import Template, resolve

RUNBOOK = ROOT / "docs" / "runbooks" / "alarms.md"
# The name, and what it watches: metrics of our own, by the function that writes them.
OF_THE_AUDIT = {
    "foreign-sign": "ForeignSign",
    "key-touched": "KeyTouched",
    "key-call-refused": "KeyCallRefused",
    "unrecorded-sign": "UnrecordedSign",
    "unsigned-grant": "UnsignedGrant",
    "unsigned-attempt": "UnsignedAttempt",
}


def test_the_runbook_has_a_section_for_each_alarm_and_for_no_other(example: Template) -> None:
    sections = re.findall(r"^## (\S+)$", RUNBOOK.read_text("utf-8"), re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert {f"jobpass-{section}" for section in sections} == set(_alarms(example))
    for name, alarm in _alarms(example).items():
        section = name.removeprefix("jobpass-")
        assert alarm["AlarmDescription"].endswith(f" What to do: docs/runbooks/alarms.md#{section}.")


def test_each_alarm_tells_the_topic_when_it_begins_and_when_it_is_over(example: Template) -> None:
    (topic,) = example.of_type("AWS::SNS::Topic")
    for alarm in _alarms(example).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [f"<{topic}>"]


@pytest.mark.parametrize(("name", "metric"), OF_THE_AUDIT.items())
def test_a_finding_of_the_audit_rings_at_once(example: Template, name: str, metric: str) -> None:
    alarm = _alarms(example)[f"jobpass-{name}"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("Jobpass", metric, "Sum")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "jobpass-audit"}]
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (60, 1, 0)
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize(("name", "metric"), [("audit-not-running", "AuditRan"), ("canary-silent", "CanaryGranted")])
def test_what_falls_silent_rings(example: Template, name: str, metric: str) -> None:
    alarm = _alarms(example)[f"jobpass-{name}"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == (metric, "LessThanThreshold")
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, 3, "breaching")


def test_thresholds_are_the_configurations(synthesize: Synthesize) -> None:
    alarms = _alarms(
        synthesize(
            alarms={"denials_in_five_minutes": 7, "job_tokens_in_five_minutes": 8, "kms_quota_per_second": 500},
            signing={"algorithm": "ES256"},
        )
    )
    assert alarms["jobpass-denials"]["Threshold"] == 7
    assert alarms["jobpass-busiest-job"]["Threshold"] == 8
    # Four fifths of what KMS makes in a minute.
    assert alarms["jobpass-kms-near-quota"]["Threshold"] == 24_000
    dimensions = {each["Name"]: each["Value"] for each in alarms["jobpass-kms-near-quota"]["Dimensions"]}
    assert dimensions["Resource"] == "CryptographicOperationsEcc"


def test_without_a_canary_nobody_waits_for_it(synthesize: Synthesize) -> None:
    assert not [name for name in _alarms(synthesize(canary={"every_minutes": "off"})) if "canary" in name]


def test_the_topic_is_encrypted_and_takes_alarms_of_this_issuer_alone(example: Template) -> None:
    ((topic, made),) = example.of_type("AWS::SNS::Topic").items()
    ((key, _),) = example.of_type("AWS::KMS::Key").items()
    assert resolve(made["Properties"]["KmsMasterKeyId"]) == f"<{key}.Arn>"
    own = {
        "StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"},
        "ArnLike": {"aws:SourceArn": "arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:jobpass-*"},
    }
    may = [each for each in example.statements() if each.principals == ["cloudwatch.amazonaws.com"]]
    assert [each.actions for each in may] == [["kms:Decrypt", "kms:GenerateDataKey"], ["sns:Publish"]]
    assert [resolve(each.document["Condition"]) for each in may] == [own, own]
    _, deny = sorted(
        (each for each in example.statements() if each.kind == "own" and each.resources == [f"<{topic}>"]),
        key=lambda each: str(each.document["Effect"]),
    )
    assert deny.document["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_an_address_is_subscribed_and_a_topic_of_ones_own_is_told_instead(synthesize: Synthesize) -> None:
    subscription = synthesize(alarms={"email": "ops@example.com"}).only("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    arn = "arn:aws:sns:us-east-1:111122223333:pager"
    template = synthesize(alarms={"topic_arn": arn})
    assert not template.of_type("AWS::SNS::Topic") | template.of_type("AWS::KMS::Key")
    assert {tuple(each["AlarmActions"]) for each in _alarms(template).values()} == {(arn,)}
    with pytest.raises(ConfigurationError, match=r"alarms\.email"):
        parse(variant(alarms={"topic_arn": arn, "email": "ops@example.com"}))


def test_the_dashboard_shows_what_an_operator_wants(example: Template) -> None:
    dashboard = resolve(example.only("AWS::CloudWatch::Dashboard"))
    assert dashboard["DashboardName"] == "jobpass"
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    titles = [each["properties"]["title"].partition(",")[0].partition(":")[0] for each in widgets]
    assert titles == [
        "Tokens and denials",
        "Latency",
        "Signatures of KMS in a minute",
        "Errors",
        "Keys",
        "Audit",
        "Canary",
    ]


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    alarms = [resolve(each["Properties"]) for each in template.of_type("AWS::CloudWatch::Alarm").values()]
    return {each["AlarmName"]: each for each in alarms}
