"""The clock of the rotation: once an hour the keys function carries out what is due."""

import json

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct, IDependable

from infra.dead_letters import DeadLetters
from infra.issuer_function import IssuerFunction

EVENT = {"command": "settle"}
RETRIES = 2
# A run that is nearly an hour late is not made up for: the next one does its work.
MAX_EVENT_AGE_SECONDS = 3000


class KeySchedule(Construct):
    """Runs the keys function every hour; a run that fails is tried again, and then left among the dead letters.

    Two have to be told so, since the scheduler does not wait for a run's end: it answers for runs that Lambda does not
    take, Lambda for those that the function fails on. The schedule itself begins `after` something, and ends before it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        issuer_name: str,
        keys: IssuerFunction,
        dead_letters: DeadLetters,
        after: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)
        name = f"{issuer_name}-keys-schedule"
        invoke = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[keys.function.function_arn])
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description=f"Lets the schedule of the issuer {issuer_name} run its keys function",
            assumed_by=scheduler_of(self),
            inline_policies={"run": iam.PolicyDocument(statements=[invoke, dead_letters.send()])},
        )
        schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            description=f"Rotates the signing keys of the issuer {issuer_name}, and republishes its documents",
            schedule_expression="rate(1 hour)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=keys.function.function_arn,
                role_arn=self.role.role_arn,
                input=json.dumps(EVENT),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=RETRIES, maximum_event_age_in_seconds=MAX_EVENT_AGE_SECONDS
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead_letters.queue.queue_arn),
            ),
        )
        schedule.node.add_dependency(after)
        lambda_.CfnEventInvokeConfig(
            self,
            "Retries",
            function_name=keys.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=MAX_EVENT_AGE_SECONDS,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue.queue_arn)
            ),
        )


def scheduler_of(scope: Construct) -> iam.ServicePrincipal:
    """Return the scheduler, for schedules of this account alone."""
    # The service can tell the group of the schedule that it acts for, not the schedule ("Confused deputy prevention in
    # EventBridge Scheduler").
    group = Stack.of(scope).format_arn(service="scheduler", resource="schedule-group", resource_name="default")
    return iam.ServicePrincipal(
        "scheduler.amazonaws.com",
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID, "aws:SourceArn": group}},
    )
