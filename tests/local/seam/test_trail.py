"""A trail: made by CloudFormation or by its actions, its files in a bucket, its events on the bus."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers
from tests.local.seam.stack import Stack
from tests.local.seam.trail import request_id, soon

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def key(emulator: Emulator) -> str:
    """A key that signs, by its ARN."""
    made = emulator.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[Stack]:
    stack = Stack(emulator)
    yield stack
    stack.delete()


@pytest.fixture
def bucket(emulator: Emulator) -> str:
    """A bucket into which CloudTrail may write."""
    s3, name = emulator.client("s3"), f"trail-{next(numbers)}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket_policy(name)))
    return name


def bucket_policy(bucket: str) -> dict[str, Any]:
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            service | {"Action": "s3:GetBucketAcl", "Resource": arn},
            service
            | {
                "Action": "s3:PutObject",
                "Resource": f"{arn}/AWSLogs/{ACCOUNT}/*",
                "Condition": {
                    "StringEquals": {
                        "s3:x-amz-acl": "bucket-owner-full-control",
                        "aws:SourceAccount": ACCOUNT,
                    },
                    "ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/*"},
                },
            },
        ],
    }


def trail(bucket: str, **properties: Any) -> dict[str, Any]:
    """A trail that logs, as a template's resource."""
    usual = {"S3BucketName": bucket, "IsLogging": True, "IsMultiRegionTrail": True}
    return {"Type": "AWS::CloudTrail::Trail", "Properties": usual | properties}


def rule(pattern: dict[str, Any], state: str, *targets: Any) -> dict[str, Any]:
    made = [{"Id": f"t{number}", "Arn": target} for number, target in enumerate(targets)]
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "State": state, "Targets": made}}


QUEUE = {
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
    "QueuePolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Queue"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]},
                        "Action": "sqs:SendMessage",
                        "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                    }
                ],
            },
        },
    },
}
QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
CLOUDTRAIL_EVENT = {"detail-type": ["AWS API Call via CloudTrail"], "source": ["aws.kms"]}


def sign(emulator: Emulator, key: str) -> str:
    """Sign; the ID of the request."""
    return request_id(
        emulator.client("kms").sign(
            KeyId=key, Message=b"m" * 32, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        )
    )


def describe(emulator: Emulator, key: str) -> str:
    """Tag the key, which is a change; the ID of the request."""
    return request_id(emulator.client("kms").tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]))


def records(emulator: Emulator, bucket: str) -> list[dict[str, Any]]:
    """All records in all files of the bucket."""
    s3, found = emulator.client("s3"), []
    for file in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        content = s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read()
        found += json.loads(gzip.decompress(content))["Records"]
    return found


def messages(emulator: Emulator, queue_url: str) -> list[dict[str, Any]]:
    """What is in the queue now, taken out of it."""
    sqs, found = emulator.client("sqs"), []
    while batch := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def delivered(emulator: Emulator, made: dict[str, str], *requests: str) -> list[bool]:
    """Which of these requests have come to the queue."""
    come = {message["detail"]["requestID"] for message in messages(emulator, made["Url"])}
    return [request in come for request in requests]


class TestResource:
    """`AWS::CloudTrail::Trail`, and the actions that show what it made."""

    def test_made_changed_and_deleted(self, emulator: Emulator, bucket: str) -> None:
        cloudtrail, stack = emulator.client("cloudtrail"), Stack(emulator)
        outputs = {"Name": {"Ref": "Trail"}, "Arn": {"Fn::GetAtt": ["Trail", "Arn"]}}
        selector = {"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}

        made = stack.create({"Trail": trail(bucket, Tags=[{"Key": "team", "Value": "web"}])}, **outputs)
        assert made["Arn"] == f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{made['Name']}"
        (shown,) = cloudtrail.describe_trails(trailNameList=[made["Name"]])["trailList"]
        assert (shown["S3BucketName"], shown["IsMultiRegionTrail"]) == (bucket, True)
        assert cloudtrail.get_trail_status(Name=made["Name"])["IsLogging"] is True
        tags = cloudtrail.list_tags(ResourceIdList=[made["Arn"]])["ResourceTagList"][0]["TagsList"]
        assert {"Key": "team", "Value": "web"} in tags

        changed = {"Trail": trail(bucket, IsLogging="false", EnableLogFileValidation=True, EventSelectors=[selector])}
        assert stack.update(changed, **outputs) == made
        assert cloudtrail.get_trail(Name=made["Name"])["Trail"]["LogFileValidationEnabled"] is True
        assert cloudtrail.get_trail_status(Name=made["Name"])["IsLogging"] is False
        (selected,) = cloudtrail.get_event_selectors(TrailName=made["Name"])["EventSelectors"]
        assert selected["ExcludeManagementEventSources"] == ["kms.amazonaws.com"]

        stack.delete()
        with pytest.raises(cloudtrail.exceptions.TrailNotFoundException):
            cloudtrail.get_trail(Name=made["Name"])

    def test_a_bucket_that_does_not_let_cloudtrail_in_fails_the_stack(self, emulator: Emulator, stack: Stack) -> None:
        s3, name = emulator.client("s3"), f"closed-{next(numbers)}"
        s3.create_bucket(Bucket=name)

        with pytest.raises(WaiterError):
            stack.create({"Trail": trail(name)})

        reasons = [
            event.get("ResourceStatusReason", "")
            for event in emulator.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
        ]
        assert any("InsufficientS3BucketPolicyException" in reason for reason in reasons)

    @pytest.mark.parametrize("name", ["not-there", "closed"])
    def test_nor_does_the_action_take_one(self, emulator: Emulator, name: str) -> None:
        bucket = f"{name}-{next(numbers)}"
        if name == "closed":
            emulator.client("s3").create_bucket(Bucket=bucket)

        with pytest.raises(ClientError) as refused:
            emulator.client("cloudtrail").create_trail(Name=bucket, S3BucketName=bucket)

        expected = {"not-there": "S3BucketDoesNotExistException", "closed": "InsufficientS3BucketPolicyException"}
        assert refused.value.response["Error"]["Code"] == expected[name]


class TestFiles:
    """Log files in the bucket."""

    def test_lie_where_aws_lays_them(self, emulator: Emulator, stack: Stack, bucket: str, key: str) -> None:
        made = stack.create({"Trail": trail(bucket)}, Name={"Ref": "Trail"})
        signature = sign(emulator, key)

        (record,) = soon(lambda: [each for each in records(emulator, bucket) if each["requestID"] == signature])

        assert (record["eventName"], record["resources"][0]["ARN"]) == ("Sign", key)
        pattern = rf"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/{ACCOUNT}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_\w{{16}}\.json\.gz"  # noqa: E501
        names = [file["Key"] for file in emulator.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
        assert all(re.fullmatch(pattern, name, re.ASCII) for name in names)
        assert "LatestDeliveryTime" in emulator.client("cloudtrail").get_trail_status(Name=made["Name"])

    @pytest.mark.parametrize(
        ("selectors", "expected"),
        [
            ({}, {"Sign", "TagResource"}),
            ({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}, set()),
            ({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}, {"TagResource"}),
            ({"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}, {"Sign"}),
            ({"EventSelectors": [{"IncludeManagementEvents": False}]}, set()),
            (
                {"AdvancedEventSelectors": [{"FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]},
                    {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]}]},
                set(),
            ),
            (
                {"AdvancedEventSelectors": [{"FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]},
                    {"Field": "readOnly", "Equals": ["true"]}]}]},
                {"Sign"},
            ),
        ],
        ids=["all", "without KMS", "changes", "readings", "none", "advanced without KMS", "advanced readings"],
    )  # fmt: skip
    def test_hold_what_the_selectors_select(
        self, emulator: Emulator, stack: Stack, bucket: str, key: str, selectors: Any, expected: set[str]
    ) -> None:
        # A second trail, which logs all, shows when all has come.
        witness = f"{bucket}-witness"
        emulator.client("s3").create_bucket(Bucket=witness)
        emulator.client("s3").put_bucket_policy(Bucket=witness, Policy=json.dumps(bucket_policy(witness)))
        stack.create({"Trail": trail(bucket, **selectors), "Witness": trail(witness)})
        calls = {sign(emulator, key): "Sign", describe(emulator, key): "TagResource"}
        emulator.client("sts").get_caller_identity()

        def both() -> bool:
            return set(calls) <= {record["requestID"] for record in records(emulator, witness)}

        soon(both)
        after = request_id(emulator.client("sts").get_caller_identity())
        soon(lambda: after in {record["requestID"] for record in records(emulator, witness)})
        found = {record["requestID"] for record in records(emulator, bucket)}
        assert {name for request, name in calls.items() if request in found} == expected


class TestBus:
    """Events on the default bus, and the rules that take them."""

    @pytest.fixture
    def make(self, emulator: Emulator, stack: Stack, bucket: str) -> Callable[..., dict[str, str]]:
        """Make a queue, and what is given, with or without a trail."""

        def make(trailed: bool = True, selectors: Any = None, **resources: Any) -> dict[str, str]:
            trails = {"Trail": trail(bucket, **(selectors or {}))} if trailed else {}
            return stack.create(trails | QUEUE | resources, Url={"Ref": "Queue"}, Arn=QUEUE_ARN)

        return make

    def test_an_enabled_rule_takes_what_changes_and_not_what_reads(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        made = make(Rule=rule(CLOUDTRAIL_EVENT, "ENABLED", QUEUE_ARN))

        assert delivered(emulator, made, sign(emulator, key), describe(emulator, key)) == [False, True]

    def test_a_rule_with_all_management_events_takes_both(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        made = make(Rule=rule(CLOUDTRAIL_EVENT, ALL, QUEUE_ARN))
        rules = emulator.client("events").list_rules()["Rules"]

        assert ALL in {each["State"] for each in rules}, "the state is kept"
        assert delivered(emulator, made, sign(emulator, key), describe(emulator, key)) == [True, True]

    def test_a_disabled_rule_takes_neither(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        made = make(Rule=rule(CLOUDTRAIL_EVENT, "DISABLED", QUEUE_ARN))

        assert delivered(emulator, made, sign(emulator, key), describe(emulator, key)) == [False, False]

    def test_without_a_trail_nothing_comes(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        made = make(trailed=False, Rule=rule(CLOUDTRAIL_EVENT, ALL, QUEUE_ARN))

        assert delivered(emulator, made, sign(emulator, key), describe(emulator, key)) == [False, False]

    def test_nor_where_the_trail_leaves_kms_out(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        without = {"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}
        made = make(selectors=without, Rule=rule(CLOUDTRAIL_EVENT, ALL, QUEUE_ARN))

        assert delivered(emulator, made, sign(emulator, key), describe(emulator, key)) == [False, False]

    def test_the_event_on_the_bus_is_the_event_of_the_trail(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        made = make(Rule=rule(CLOUDTRAIL_EVENT, ALL, QUEUE_ARN))
        signature = sign(emulator, key)

        (message,) = [each for each in messages(emulator, made["Url"]) if each["detail"]["requestID"] == signature]

        assert (message["source"], message["detail-type"]) == ("aws.kms", "AWS API Call via CloudTrail")
        assert (message["account"], message["region"], message["resources"]) == (ACCOUNT, "us-east-1", [])
        assert message["detail"]["resources"][0]["ARN"] == key
        assert message["detail"]["userIdentity"]["type"] == "Root"

    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            ({"eventName": ["Sign"], "resources": {"ARN": ["{key}"]}}, True),
            ({"eventName": ["Sign"], "resources": {"ARN": ["arn:aws:kms:us-east-1:000000000000:key/x"]}}, False),
            ({"userIdentity": {"sessionContext": {"sessionIssuer": {"arn": [{"anything-but": "x"}]}}}}, False),
            ({"userIdentity": {"sessionContext": {"sessionIssuer": {"arn": [{"exists": False}]}}}}, True),
            ({"userIdentity": {"arn": [{"anything-but": ["arn:aws:iam::000000000000:root"]}]}}, False),
            ({"userIdentity": {"type": [{"prefix": "Ro"}]}, "errorCode": [{"exists": False}]}, True),
            ({"$or": [{"userIdentity": {"type": ["AssumedRole"]}}, {"userIdentity": {"type": ["Root"]}}]}, True),
        ],
        ids=["key", "other key", "anything-but of what is not there", "not there", "anything-but", "prefix", "or"],
    )  # fmt: skip
    def test_patterns_reach_into_the_event(
        self,
        emulator: Emulator,
        make: Callable[..., dict[str, str]],
        key: str,
        conditions: dict[str, Any],
        expected: bool,
    ) -> None:
        detail = json.loads(json.dumps(conditions).replace("{key}", key))
        made = make(Rule=rule(CLOUDTRAIL_EVENT | {"detail": detail}, ALL, QUEUE_ARN))

        assert delivered(emulator, made, sign(emulator, key)) == [expected]

    @pytest.mark.parametrize("lets_in", [True, False])
    def test_a_topic_passes_it_on_where_its_policy_lets_eventbridge_in(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str, lets_in: bool
    ) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": {"Ref": "Topic"},
        }
        document = {"Version": "2012-10-17", "Statement": [statement]}
        properties = {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document}
        subscription = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": QUEUE_ARN}
        policy = {"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": properties}}
        made = make(
            Topic={"Type": "AWS::SNS::Topic", "Properties": {}},
            Subscription={"Type": "AWS::SNS::Subscription", "Properties": subscription},
            Rule=rule(CLOUDTRAIL_EVENT, ALL, {"Ref": "Topic"}),
            **(policy if lets_in else {}),
        )
        signature = sign(emulator, key)

        passed_on = [json.loads(each["Message"]) for each in messages(emulator, made["Url"])]
        assert (signature in [each["detail"]["requestID"] for each in passed_on]) == lets_in

    def test_a_target_whose_policy_does_not_let_eventbridge_in_gets_nothing(
        self, emulator: Emulator, stack: Stack, bucket: str, key: str
    ) -> None:
        queue = {"Queue": QUEUE["Queue"]}
        rules = {"Rule": rule(CLOUDTRAIL_EVENT, ALL, QUEUE_ARN)}
        made = stack.create({"Trail": trail(bucket)} | queue | rules, Url={"Ref": "Queue"})

        assert delivered(emulator, made, sign(emulator, key)) == [False]

    @pytest.mark.parametrize("lets_in", [True, False])
    def test_a_function_runs_where_its_policy_lets_eventbridge_in(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str, lets_in: bool
    ) -> None:
        name, logs = f"alarmed-{next(numbers)}", emulator.client("logs")
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        function = {
            "FunctionName": name,
            "Runtime": "python3.11",
            "Handler": "index.handle",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "def handle(event, _context):\n    print(event['detail']['requestID'])\n"},
        }
        permission = {
            "FunctionName": {"Ref": "Function"},
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]},
        }
        permissions = {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission}}
        make(
            Role={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}},
            Function={"Type": "AWS::Lambda::Function", "Properties": function},
            Rule=rule(CLOUDTRAIL_EVENT, ALL, {"Fn::GetAtt": ["Function", "Arn"]}),
            **(permissions if lets_in else {}),
        )
        signature = sign(emulator, key)

        if lets_in:
            group = f"/aws/lambda/{name}"
            soon(lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])
            soon(lambda: logs.filter_log_events(logGroupName=group, filterPattern=f'"{signature}"')["events"])
        else:
            refused = f"{name} does not let EventBridge's rule"
            assert refused in emulator.log.read_text()

    def test_a_log_group_takes_events_too(
        self, emulator: Emulator, make: Callable[..., dict[str, str]], key: str
    ) -> None:
        group = f"/aws/events/{next(numbers)}"
        emulator.client("logs").create_log_group(logGroupName=group)
        make(Rule=rule(CLOUDTRAIL_EVENT, ALL, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"))

        signature = sign(emulator, key)

        written = emulator.client("logs").filter_log_events(logGroupName=group)["events"]
        assert signature in [json.loads(each["message"])["detail"]["requestID"] for each in written]
