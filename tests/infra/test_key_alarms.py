"""The alarms of the keys: what each watches, and from when on it rings."""

from typing import Any

import pytest

from tests.infra.conftest import Synthesize
from tests.infra.template import Template, resolve

KEYS_FUNCTION = [{"Name": "FunctionName", "Value": "<KeysFunction3485B6FE>"}]
QUEUE = [{"Name": "QueueName", "Value": "<KeysDeadLettersQueue12A2924B.QueueName>"}]
RING = [{"Name": "service", "Value": "jobpass-keys"}]
WATCHED = {
    "jobpass-keys-function-fails": ("AWS/Lambda", "Errors", "Sum", KEYS_FUNCTION),
    "jobpass-keys-runs-lost": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QUEUE),
    "jobpass-rotation-overdue": ("Jobpass", "ActiveKeyAgeSeconds", "Maximum", RING),
    "jobpass-many-keys-published": ("Jobpass", "PublishedKeys", "Maximum", RING),
    "jobpass-altered-by-others": ("Jobpass", "AlteredByOthers", "Sum", RING),
}


@pytest.mark.parametrize(("name", "watched"), WATCHED.items(), ids=WATCHED.keys())
def test_each_alarm_watches_its_metric(example: Template, name: str, watched: tuple[object, ...]) -> None:
    alarm = _alarms(example)[name]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], alarm["Dimensions"]) == watched


def test_the_rings_metrics_are_those_of_this_issuers_keys_function(example: Template, synthesize: Synthesize) -> None:
    for template, name in ((example, "jobpass"), (synthesize(name="passports"), "passports")):
        variables = template.function("keys")["Environment"]["Variables"]
        alarm = _alarms(template)[f"{name}-rotation-overdue"]
        assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
        assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]


def test_one_lost_run_rings_and_failing_rings_when_it_lasts(example: Template) -> None:
    lost, fails = _alarms(example)["jobpass-keys-runs-lost"], _alarms(example)["jobpass-keys-function-fails"]
    assert (lost["Threshold"], lost["Period"], lost["EvaluationPeriods"]) == (0, 300, 1)
    assert (fails["Threshold"], fails["Period"], fails["EvaluationPeriods"]) == (0, 3600, 2)
    assert {_alarms(example)[name]["ComparisonOperator"] for name in WATCHED} == {"GreaterThanThreshold"}
    assert lost["TreatMissingData"] == fails["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize(("days", "hours"), [(90, 24), (1, 1), (365, 168)])
def test_rotation_is_overdue_when_even_a_standby_made_at_the_last_moment_should_sign(
    synthesize: Synthesize, days: int, hours: int
) -> None:
    template = synthesize(signing={"rotate_every_days": days, "publish_ahead_hours": hours})
    alarm = _alarms(template)["jobpass-rotation-overdue"]
    late = alarm["Threshold"] - (days * 24 + hours) * 3600
    # Two of the hourly runs may find it after that.
    assert late == 2 * 3600


def test_a_rotation_that_nobody_tells_of_counts_as_overdue(example: Template) -> None:
    alarm = _alarms(example)["jobpass-rotation-overdue"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["EvaluationPeriods"] == alarm["DatapointsToAlarm"] == 3
    (documents,) = example.of_type("Custom::IssuerDocuments")
    dependencies = [
        each["DependsOn"]
        for each in example.of_type("AWS::CloudWatch::Alarm").values()
        if each["Properties"]["AlarmName"] in WATCHED
    ]
    assert dependencies == [[documents]] * len(WATCHED)


def test_many_keys_ring_long_before_sts_refuses_them_all(example: Template) -> None:
    alarm = _alarms(example)["jobpass-many-keys-published"]
    assert alarm["Threshold"] == 50
    assert alarm["TreatMissingData"] == "notBreaching"


def test_an_alteration_rings_at_once(example: Template) -> None:
    alarm = _alarms(example)["jobpass-altered-by-others"]
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (0, 300, 1)
    assert alarm["TreatMissingData"] == "notBreaching"


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    alarms = [resolve(each["Properties"]) for each in template.of_type("AWS::CloudWatch::Alarm").values()]
    return {each["AlarmName"]: each for each in alarms}
