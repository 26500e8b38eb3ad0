"""From what is not accounted for to whoever listens: rule or schedule, audit function, metric, alarm, topic."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e import callers, known_answers
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of
from tests.e2e.test_audit import write
from tests.e2e.test_audit_function import invoke

DIGEST = b"m" * 32
ALARM = "jobpass-foreign-sign"
GRANT_ALARM = "jobpass-unsigned-grant"


@pytest.fixture
def heard(deployment: Deployment) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What has come to a queue that listens to the alarms' topic, each time since the last."""
    sqs, sns = deployment.aws.client("sqs"), deployment.aws.client("sns")
    topic = deployment.output("AlarmTopicArn")
    url = sqs.create_queue(QueueName="alarms-heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)

    def messages() -> list[dict[str, Any]]:
        found = []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(json.loads(message["Body"])["Message"]))
        return found

    yield messages
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def minutes(deployment: Deployment) -> Iterator[Callable[[int], None]]:
    """Moves the clock on by minutes, and back afterwards."""
    moved = 0

    def move(by: int) -> None:
        nonlocal moved
        moved += by * 60
        deployment.embedded.clock.move(moved)

    yield move
    deployment.embedded.clock.move(0)


def test_a_strangers_signature_reaches_whoever_listens(
    deployment: Deployment,
    platform: Platform,
    heard: Callable[[], list[dict[str, Any]]],
    minutes: Callable[[int], None],
) -> None:
    before = counted(deployment, "ForeignSign")
    token_of(ask_for_token(deployment, QUERY, bearer(platform.register(Job(MAIN_BRANCH)))))
    kms = deployment.aws.client("kms")
    key, *_ = known_answers.issuer_keys(kms, "jobpass")
    # The account's root: the embedded AWS lets it pass every key policy, which on AWS would first have to be changed.
    kms.sign(KeyId=key, Message=DIGEST, MessageType="DIGEST", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
    soon(lambda: counted(deployment, "ForeignSign") > before)
    assert counted(deployment, "ForeignSign") == before + 1, "the token's own signature is nobody's but the issuer's"

    minutes(1)
    (alarm,) = soon(lambda: [each for each in heard() if each["AlarmName"] == ALARM])

    assert alarm["NewStateValue"] == "ALARM"
    assert alarm["AlarmDescription"].endswith("docs/runbooks/alarms.md#foreign-sign.")


@pytest.mark.usefixtures("afresh")
def test_a_forged_record_without_a_signature_reaches_whoever_listens(
    deployment: Deployment, heard: Callable[[], list[dict[str, Any]]], minutes: Callable[[int], None]
) -> None:
    # Behind what other tests have had audited, so that the alarm is quiet when this begins.
    minutes(240)
    soon(lambda: state(deployment, GRANT_ALARM) == "OK")
    heard()
    jti, half_an_hour_ago = str(uuid.uuid4()), int(time.time()) + 240 * 60 - 1800
    record = {
        "kind": "grant",
        "jti": jti,
        "kms_request_id": str(uuid.uuid4()),
        "token_sha256": "0" * 64,
        "kid": "forged",
        "job_id": "f" * 32,
    }
    with callers.role(deployment, "e2e-log-writer", callers.ADMINISTRATION) as administrator:
        write(deployment.aws, half_an_hour_ago, {"record": record}, administrator)

    assert invoke(deployment, {"command": "audit"})["audited"] > 0
    minutes(1)
    (alarm,) = soon(lambda: [each for each in heard() if each["AlarmName"] == GRANT_ALARM])

    assert (alarm["OldStateValue"], alarm["NewStateValue"]) == ("OK", "ALARM")
    assert alarm["AlarmDescription"].endswith("docs/runbooks/alarms.md#unsigned-grant.")


@pytest.fixture
def afresh(deployment: Deployment) -> Iterator[None]:
    """The audit begins as on its first day, with what is settled just now; forgotten afterwards."""
    table = deployment.aws.client("dynamodb")
    where = {"TableName": deployment.output("TableName"), "Key": {"pk": {"S": "audit"}}}
    table.delete_item(**where)
    yield
    table.delete_item(**where)


def state(deployment: Deployment, alarm: str) -> str:
    """The state of an alarm."""
    (found,) = deployment.aws.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return str(found["StateValue"])


def counted(deployment: Deployment, name: str) -> float:
    """The sum of one of the audit's metrics in all of time."""
    results = deployment.aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "sum",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Jobpass",
                        "MetricName": name,
                        "Dimensions": [{"Name": "service", "Value": "jobpass-audit"}],
                    },
                    "Period": 86400 * 30,
                    "Stat": "Sum",
                },
            }
        ],
        StartTime=0,
        EndTime=4102444800,
    )["MetricDataResults"]
    return float(sum(results[0]["Values"]))


def soon(look: Callable[[], Any], give_up_seconds: float = 30) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + give_up_seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found
