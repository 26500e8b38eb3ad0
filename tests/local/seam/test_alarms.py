"""Alarms from a log line to the topic's subscriber, by the emulator's clock; and logs searched as AWS searches them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers
from tests.local.seam.stack import Stack
from tests.local.seam.test_trail import QUEUE, QUEUE_ARN, messages
from tests.local.seam.trail import soon

PERIOD = 60


@pytest.fixture
def namespace() -> str:
    """A namespace of its own."""
    return f"Alarms{next(numbers)}"


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[Stack]:
    stack = Stack(emulator)
    yield stack
    stack.delete()


@pytest.fixture
def clock(emulator: Emulator) -> Iterator["Minutes"]:
    """A clock that stands thirty seconds into a minute, and is set back afterwards."""
    clock = Minutes(emulator)
    clock.move(0)
    yield clock
    emulator.control("sts/clock", {"offset_seconds": 0})


class Minutes:
    """The emulator's clock, moved by whole minutes."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._offset = 30 - int(time.time()) % 60

    def move(self, minutes: int) -> None:
        self._offset += 60 * minutes
        self._emulator.control("sts/clock", {"offset_seconds": self._offset})

    def now(self) -> float:
        return time.time() + self._offset


def embedded(namespace: str, seconds: float, **values: Any) -> str:
    """A log line in the embedded metric format."""
    metrics = [{"Name": name, "Unit": "Count"} for name in values]
    directive = {"Namespace": namespace, "Dimensions": [["service"]], "Metrics": metrics}
    metadata = {"Timestamp": int(seconds * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": metadata, "service": "jobpass", **values})


def log(emulator: Emulator, *lines: str, group: str | None = None) -> str:
    """Write lines into a log group of their own; its name."""
    logs, name = emulator.client("logs"), group or f"/test/{next(numbers)}"
    if group is None:
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
    events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    return name


def alarm(namespace: str, **properties: Any) -> dict[str, Any]:
    usual = {
        "Namespace": namespace,
        "MetricName": "denied",
        "Dimensions": [{"Name": "service", "Value": "jobpass"}],
        "Statistic": "Sum",
        "Period": PERIOD,
        "EvaluationPeriods": 1,
        "Threshold": 3,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "Topic"}],
        "OKActions": [{"Ref": "Topic"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": usual | properties}


TOPIC = {
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
    "Subscription": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": QUEUE_ARN},
    },
}
OUTPUTS = {"Url": {"Ref": "Queue"}, "Name": {"Ref": "Alarm"}}


def state(emulator: Emulator, name: str) -> str:
    (found,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["StateValue"])


def reaches(emulator: Emulator, name: str, wanted: str) -> bool:
    return bool(soon(lambda: state(emulator, name) == wanted))


def notified(emulator: Emulator, made: dict[str, str]) -> list[dict[str, Any]]:
    return [json.loads(each["Message"]) for each in messages(emulator, made["Url"])]


def test_embedded_metrics_raise_an_alarm_and_the_topic_tells(
    emulator: Emulator, stack: Stack, clock: Minutes, namespace: str
) -> None:
    made = stack.create(QUEUE | TOPIC | {"Alarm": alarm(namespace, AlarmDescription="see the runbook")}, **OUTPUTS)
    reaches(emulator, made["Name"], "OK")
    log(emulator, embedded(namespace, time.time(), denied=2), embedded(namespace, time.time(), denied=[1, 1]))
    assert state(emulator, made["Name"]) == "OK", "the period has not ended"
    notified(emulator, made)  # of its first state, where the subscription was there before it

    clock.move(1)
    reaches(emulator, made["Name"], "ALARM")
    (message,) = soon(lambda: notified(emulator, made))
    clock.move(4)
    reaches(emulator, made["Name"], "OK")
    (end,) = soon(lambda: notified(emulator, made))

    assert (message["OldStateValue"], message["NewStateValue"]) == ("OK", "ALARM")
    assert (message["AlarmName"], message["AlarmDescription"]) == (made["Name"], "see the runbook")
    assert message["Trigger"]["Dimensions"] == [{"name": "service", "value": "jobpass"}]
    assert "4.0" in message["NewStateReason"]
    assert (end["OldStateValue"], end["NewStateValue"]) == ("ALARM", "OK")


def test_other_dimensions_are_another_metric(emulator: Emulator, stack: Stack, clock: Minutes, namespace: str) -> None:
    other = alarm(namespace, Dimensions=[{"Name": "service", "Value": "somebody"}])
    both = {"Alarm": alarm(namespace), "Other": other}
    made = stack.create(QUEUE | TOPIC | both, **OUTPUTS, OtherName={"Ref": "Other"})
    log(emulator, embedded(namespace, time.time(), denied=9))

    clock.move(1)

    reaches(emulator, made["Name"], "ALARM")
    assert state(emulator, made["OtherName"]) == "OK"


@pytest.mark.parametrize(("treatment", "expected"), [("breaching", "ALARM"), ("missing", "INSUFFICIENT_DATA")])
def test_missing_data_is_treated_as_the_alarm_says(
    emulator: Emulator, stack: Stack, namespace: str, treatment: str, expected: str
) -> None:
    made = stack.create(QUEUE | TOPIC | {"Alarm": alarm(namespace, TreatMissingData=treatment)}, **OUTPUTS)

    assert reaches(emulator, made["Name"], expected)


def test_several_periods(emulator: Emulator, stack: Stack, clock: Minutes, namespace: str) -> None:
    properties = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    made = stack.create(QUEUE | TOPIC | {"Alarm": alarm(namespace, **properties)}, **OUTPUTS)
    reaches(emulator, made["Name"], "OK")
    group = log(emulator, embedded(namespace, time.time(), denied=5))
    clock.move(1)
    log(emulator, embedded(namespace, time.time(), denied=0), group=group)
    clock.move(1)
    log(emulator, embedded(namespace, time.time(), denied=5), group=group)
    assert state(emulator, made["Name"]) == "OK"

    clock.move(1)

    assert reaches(emulator, made["Name"], "ALARM")


def test_metric_math(emulator: Emulator, stack: Stack, clock: Minutes, namespace: str) -> None:
    def query(name: str) -> dict[str, Any]:
        metric = {"Namespace": namespace, "MetricName": name,
                  "Dimensions": [{"Name": "service", "Value": "jobpass"}]}  # fmt: skip
        stat = {"Metric": metric, "Period": PERIOD, "Stat": "Sum"}
        return {"Id": name, "MetricStat": stat, "ReturnData": False}

    share = {"Id": "share", "Expression": "100 * denied / (denied + granted)"}
    properties = {
        "Metrics": [share, query("denied"), query("granted")],
        "EvaluationPeriods": 1,
        "Threshold": 50,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    alarms = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}
    made = stack.create(QUEUE | alarms, **OUTPUTS)
    reaches(emulator, made["Name"], "OK")
    log(emulator, embedded(namespace, time.time(), denied=6, granted=4))

    clock.move(1)

    assert reaches(emulator, made["Name"], "ALARM")


def test_math_that_is_not_evaluated_fails_the_stack(stack: Stack) -> None:
    properties = {
        "Metrics": [{"Id": "e", "Expression": "SEARCH('x', 'Sum')"}],
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }

    with pytest.raises(WaiterError):
        stack.create({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})


def test_a_metric_filter_counts_lines(emulator: Emulator, stack: Stack, clock: Minutes, namespace: str) -> None:
    transformation = {"MetricNamespace": namespace, "MetricName": "denied", "MetricValue": "$.count"}
    group = f"/filtered/{next(numbers)}"
    resources = {
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": group}},
        "Stream": {
            "Type": "AWS::Logs::LogStream",
            "Properties": {"LogGroupName": {"Ref": "Group"}, "LogStreamName": "s"},
        },
        "Filter": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": "Group"},
                "FilterPattern": '{ $.event = "denied" }',
                "MetricTransformations": [transformation],
            },
        },
        "Alarm": alarm(namespace, Dimensions=[], Threshold=7),
    }
    made = stack.create(QUEUE | TOPIC | resources, **OUTPUTS)
    reaches(emulator, made["Name"], "OK")
    log(emulator, *(json.dumps({"event": event, "count": 3}) for event in ("denied", "issued", "denied")), group=group)
    clock.move(1)
    time.sleep(0.6)
    assert state(emulator, made["Name"]) == "OK"
    log(emulator, *(json.dumps({"event": "denied", "count": 4}) for _ in range(2)), group=group)

    clock.move(1)

    assert reaches(emulator, made["Name"], "ALARM")


def test_a_queue_in_which_messages_wait(emulator: Emulator, stack: Stack, clock: Minutes, namespace: str) -> None:
    watched = alarm(
        "AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Letters", "QueueName"]}}],
        Statistic="Maximum",
        Threshold=1,
    )
    letters = {"Letters": {"Type": "AWS::SQS::Queue", "Properties": {}}}
    made = stack.create(QUEUE | TOPIC | letters | {"Alarm": watched}, **OUTPUTS, Letters={"Ref": "Letters"})
    reaches(emulator, made["Name"], "OK")
    emulator.client("sqs").send_message(QueueUrl=made["Letters"], MessageBody="lost")

    def is_seen() -> bool:
        dimensions = [{"Name": "QueueName", "Value": made["Letters"].rpartition("/")[2]}]
        found = emulator.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=dimensions,
            StartTime=clock.now() - 600,
            EndTime=clock.now() + 600,
            Period=PERIOD,
            Statistics=["Maximum"],
        )
        return any(point["Maximum"] == 1 for point in found["Datapoints"])

    clock.move(1)
    soon(is_seen)
    clock.move(1)

    assert reaches(emulator, made["Name"], "ALARM")


def test_a_rule_takes_the_change_too(emulator: Emulator, stack: Stack, namespace: str) -> None:
    pattern = {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}, "alarmName": [{"Ref": "Alarm"}]}}
    properties = {"EventPattern": pattern, "State": "ENABLED", "Targets": [{"Id": "t", "Arn": QUEUE_ARN}]}
    rules = {"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}}
    watched = alarm(namespace, AlarmActions=[], OKActions=[])
    made = stack.create(QUEUE | rules | {"Alarm": watched}, **OUTPUTS)
    reaches(emulator, made["Name"], "OK")

    emulator.client("cloudwatch").set_alarm_state(AlarmName=made["Name"], StateValue="ALARM", StateReason="a test")

    (event,) = soon(lambda: messages(emulator, made["Url"]))
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["detail"]["state"]["reason"] == "a test"
    assert reaches(emulator, made["Name"], "OK"), "by its metric, it is none"


def test_a_topic_that_does_not_let_alarms_in_stays_silent(emulator: Emulator, stack: Stack, namespace: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document}
    closed = {"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": properties}}
    made = stack.create(QUEUE | TOPIC | closed | {"Alarm": alarm(namespace)}, **OUTPUTS)

    emulator.client("cloudwatch").set_alarm_state(AlarmName=made["Name"], StateValue="ALARM", StateReason="a test")

    assert reaches(emulator, made["Name"], "OK")
    assert not messages(emulator, made["Url"])


class TestFilterLogEvents:
    """The search of logs."""

    def test_a_json_pattern_finds_what_it_says(self, emulator: Emulator) -> None:
        lines = [json.dumps({"event": event, "n": n}) for n, event in enumerate(("issued", "denied", "issued"))]
        group = log(emulator, *lines, "START RequestId: 1")

        found = emulator.client("logs").filter_log_events(
            logGroupName=group, filterPattern='{ $.event = "issued" && $.n > 0 }'
        )["events"]

        assert [json.loads(event["message"])["n"] for event in found] == [2]
        assert found[0]["eventId"]
        assert found[0]["logStreamName"] == "s"

    def test_pages_lead_through_all(self, emulator: Emulator) -> None:
        group = log(emulator, *(f"line {n:03}" for n in range(25)))

        pages = (
            emulator.client("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=group, PaginationConfig={"PageSize": 10})
        )

        found = [[event["message"] for event in page["events"]] for page in pages]
        assert [len(page) for page in found] == [10, 10, 5]
        assert [line for page in found for line in page] == [f"line {n:03}" for n in range(25)]

    @pytest.mark.parametrize(
        "request_", [{"filterPattern": "{ $.x }"}, {"nextToken": "x"}, {"logGroupName": "/nobody"}], ids=str
    )
    def test_what_is_refused(self, emulator: Emulator, request_: dict[str, Any]) -> None:
        group = log(emulator, "x")
        with pytest.raises(ClientError):
            emulator.client("logs").filter_log_events(**{"logGroupName": group} | request_)

    def test_lines_are_dated_by_the_emulators_clock(self, emulator: Emulator, clock: Minutes) -> None:
        clock.move(600)
        group = log(emulator, "later")
        logs, now = emulator.client("logs"), int(clock.now() * 1000)

        assert logs.filter_log_events(logGroupName=group, startTime=now - 60_000, endTime=now + 60_000)["events"]
        assert not logs.filter_log_events(logGroupName=group, endTime=now - 60_000)["events"]
