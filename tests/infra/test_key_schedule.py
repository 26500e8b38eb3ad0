"""The hourly run: what it asks of whom, how often it is tried, and where it ends up when all tries fail."""

import json
from typing import Any

from infra.key_schedule import EVENT
from jobpass_issuer.handlers import key_commands
from tests.infra.conftest import Synthesize
from tests.infra.template import Template, resolve, text, trust_policy

KEYS_FUNCTION = "<KeysFunction3485B6FE.Arn>"
QUEUE = "<KeysDeadLettersQueue12A2924B.Arn>"


def test_keys_function_settles_the_ring_every_hour(example: Template) -> None:
    schedule = _schedule(example)
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert "State" not in schedule
    assert text(schedule["Target"]["Arn"]) == KEYS_FUNCTION
    assert json.loads(schedule["Target"]["Input"]) == {"command": "settle"}


def test_the_command_is_one_that_the_keys_function_knows() -> None:
    assert EVENT["command"] in key_commands._COMMANDS


def test_a_run_that_lambda_does_not_take_is_tried_again_and_then_kept(example: Template) -> None:
    target = _schedule(example)["Target"]
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3000}
    assert text(target["DeadLetterConfig"]["Arn"]) == QUEUE


def test_a_run_that_the_function_fails_on_is_tried_again_and_then_kept(example: Template) -> None:
    config = _invoked(example)
    assert text(config["FunctionName"]) == "<KeysFunction3485B6FE>"
    assert config["Qualifier"] == "$LATEST"
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 3000)
    assert text(config["DestinationConfig"]["OnFailure"]["Destination"]) == QUEUE
    (send,) = [
        each for each in example.statements() if each.owner.startswith("KeysRole") and "sqs:SendMessage" in each.actions
    ]
    assert (send.actions, send.resources) == (["sqs:SendMessage"], [QUEUE])


def test_no_run_is_still_tried_when_the_next_one_is_due(example: Template) -> None:
    assert _schedule(example)["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] < 3600
    assert _invoked(example)["MaximumEventAgeInSeconds"] < 3600


def test_schedules_role_runs_the_keys_function_and_leaves_dead_letters_and_nothing_else(example: Template) -> None:
    role = example.role("jobpass-keys-schedule")
    (policy,) = role["Policies"]
    assert resolve(policy["PolicyDocument"]["Statement"]) == [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": KEYS_FUNCTION},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE},
    ]
    assert "ManagedPolicyArns" not in role
    assert text(_schedule(example)["Target"]["RoleArn"]) == "<KeysScheduleRole4F54EBC4.Arn>"


def test_only_the_scheduler_assumes_it_and_only_for_this_account(example: Template) -> None:
    (statement,) = trust_policy(example.role("jobpass-keys-schedule"))["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "<AWS::AccountId>",
            "aws:SourceArn": "arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule-group/default",
        }
    }


def test_the_schedule_begins_after_the_deployments_own_run_and_ends_before_the_keys_go(example: Template) -> None:
    schedules = example.of_type("AWS::Scheduler::Schedule").values()
    (schedule,) = [each for each in schedules if each["Properties"] == _schedule(example)]
    (documents,) = example.of_type("Custom::IssuerDocuments")
    # CloudFormation deletes in the reverse order.
    assert schedule["DependsOn"] == [documents]


def test_dead_letters_are_encrypted_kept_for_long_and_taken_over_tls_only(example: Template) -> None:
    queue = example.only("AWS::SQS::Queue")
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    (name,) = example.of_type("AWS::SQS::QueuePolicy")
    (deny,) = [each for each in example.statements() if each.owner == name]
    assert (deny.document["Effect"], deny.actions, deny.principals) == ("Deny", ["sqs:*"], ["*"])
    assert deny.document["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_two_issuers_in_one_account_do_not_meet(example: Template, synthesize: Synthesize) -> None:
    other = synthesize(name="passports")
    assert _names(example).isdisjoint(_names(other))


def _schedule(template: Template) -> dict[str, Any]:
    """The properties of this schedule; the stack has others."""
    (found,) = [
        each["Properties"]
        for each in template.of_type("AWS::Scheduler::Schedule").values()
        if each["Properties"]["Name"] == "jobpass-keys-schedule"
    ]
    return dict(found)


def _invoked(template: Template) -> dict[str, Any]:
    """How Lambda tries the runs of the keys function."""
    (found,) = [
        each["Properties"]
        for each in template.of_type("AWS::Lambda::EventInvokeConfig").values()
        if text(each["Properties"]["FunctionName"]).startswith("<KeysFunction")
    ]
    return dict(found)


def _names(template: Template) -> set[str]:
    kinds = {
        "AWS::Scheduler::Schedule": "Name",
        "AWS::SQS::Queue": "QueueName",
        "AWS::CloudWatch::Alarm": "AlarmName",
        "AWS::IAM::Role": "RoleName",
    }
    resources: list[dict[str, Any]] = list(template.document["Resources"].values())
    return {each["Properties"][kinds[each["Type"]]] for each in resources if each["Type"] in kinds}
