"""The audit function's clock and ears: each quarter of an hour it joins, and calls of strangers reach it at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct, IDependable

from infra.issuer_function import IssuerFunction

EVENT = {"command": "audit"}
# Signatures are read-only events, which a rule takes in this state alone (EventBridge user guide, "Receiving read-only
# management events from AWS services").
READ_ONLY_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


class AuditTriggers(Construct):
    """What runs the audit function.

    No run is kept that failed: the next join goes on where the last one stopped, sees what EventBridge did not deliver,
    and rings itself where none came to its end.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        issuer_name: str,
        audit: IssuerFunction,
        token: IssuerFunction,
        keys: IssuerFunction,
        after: Sequence[IDependable],
    ) -> None:
        super().__init__(scope, construct_id)
        self._issuer_name = issuer_name
        self._audit = audit
        schedule = self._schedule()
        schedule.node.add_dependency(*after)
        self._rule(
            "ForeignSign",
            "foreign-sign",
            "Signatures of KMS by anybody but the token function",
            {"eventName": ["Sign"], **_not_by(self, token)},
            READ_ONLY_TOO,
            after,
        )
        self._rule(
            "KeyTouched",
            "key-touched",
            "Changes in KMS by anybody but the keys function",
            {"readOnly": [False], **_not_by(self, keys)},
            "ENABLED",
            after,
        )

    def _rule(
        self,
        construct_id: str,
        name: str,
        description: str,
        detail: Mapping[str, Any],
        state: str,
        after: Sequence[IDependable],
    ) -> None:
        # Whose key it is, no rule can know: the keys are made after the deployment. The function looks at its ring.
        function = self._audit.function
        rule = events.CfnRule(
            self,
            construct_id,
            name=f"{self._issuer_name}-{name}",
            description=f"{description}, for the audit of the issuer {self._issuer_name}",
            state=state,
            event_pattern={
                "source": ["aws.kms"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {"eventSource": ["kms.amazonaws.com"], **detail},
            },
            targets=[events.CfnRule.TargetProperty(id="audit", arn=function.function_arn)],
        )
        rule.node.add_dependency(*after)
        lambda_.CfnPermission(
            self,
            f"{construct_id}Invokes",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )

    def _schedule(self) -> scheduler.CfnSchedule:
        name = f"{self._issuer_name}-audit-schedule"
        invoke = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self._audit.function.function_arn])
        group = Stack.of(self).format_arn(service="scheduler", resource="schedule-group", resource_name="default")
        conditions = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID, "aws:SourceArn": group}}
        role = iam.Role(
            self,
            "Role",
            role_name=name,
            description=f"Lets the schedule of the issuer {self._issuer_name} run its audit function",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=conditions),
            inline_policies={"run": iam.PolicyDocument(statements=[invoke])},
        )
        return scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            description=f"Joins the signatures of the issuer {self._issuer_name} with its records",
            schedule_expression="rate(15 minutes)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self._audit.function.function_arn,
                role_arn=role.role_arn,
                input=json.dumps(EVENT),
                # The next run does what this one did not.
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=0),
            ),
        )


def _not_by(scope: Construct, function: IssuerFunction) -> dict[str, Any]:
    """Match every caller but a function: its session by name, and those without an ARN, as AWS's services are."""
    session = Stack.of(scope).format_arn(
        service="sts", region="", resource="assumed-role", resource_name=f"{function.service}/{function.service}"
    )
    return {"userIdentity": {"arn": [{"anything-but": [session]}, {"exists": False}]}}
