"""The canary: a stranger of the issuer's own that asks it for a token on schedule, with a platform's role alone."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct, IDependable

from infra.function_asset import FunctionAsset
from infra.issuer_function import IssuerFunction, Running
from infra.key_schedule import scheduler_of
from jobpass.configuration import Configuration
from jobpass_issuer.domain import canary

# Eight requests of five seconds and a session of three tries, each at its slowest, and the time that is left to say so.
TIMEOUT_SECONDS = 90
# A round that Lambda has not begun by then is none: the next one tells more.
MAX_EVENT_AGE_SECONDS = 60


class Canary(Construct):
    """The function, its schedule, and the invocation role of its platform.

    The function's role may assume that role, write its own log, and nothing else: what it knows of the issuer, it is
    told by URL. No round is tried again, for a second try would hide what the first one met. The schedule begins
    `after` something.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        *,
        issuer_url: str,
        api_url: str,
        route_arns: Sequence[str],
        after: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)
        self._configuration = configuration
        role_name = str(canary.platform(configuration.name).invocation_role)
        role_arn = Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name=role_name)
        self.function = IssuerFunction(
            self,
            "Canary",
            issuer_name=configuration.name,
            package=FunctionAsset("canary", ("sts",)).build(),
            # By name, not by reference: the invocation role's trust policy refers to this role already.
            statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role_arn])],
            environment={"ISSUER_URL": issuer_url, "API_URL": api_url, "INVOCATION_ROLE_ARN": role_arn},
            running=Running(TIMEOUT_SECONDS),
            log_retention_days=configuration.api.log_retention_days,
        )
        invocation_role = self._invocation_role(role_name, route_arns)
        lambda_.CfnEventInvokeConfig(
            self,
            "OneTry",
            function_name=self.function.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=MAX_EVENT_AGE_SECONDS,
        )
        self._schedule().node.add_dependency(after, invocation_role)

    def _invocation_role(self, role_name: str, route_arns: Sequence[str]) -> iam.CfnRole:
        invoke = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=list(route_arns))
        assume = iam.PolicyStatement(
            principals=[iam.ArnPrincipal(self.function.role.role_arn)], actions=["sts:AssumeRole"]
        )
        return iam.CfnRole(
            self,
            "InvocationRole",
            role_name=role_name,
            description=f"Registers the jobs of the canary of the issuer {self._configuration.name}",
            assume_role_policy_document=iam.PolicyDocument(statements=[assume]),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="invoke", policy_document=iam.PolicyDocument(statements=[invoke])
                )
            ],
        )

    def _schedule(self) -> scheduler.CfnSchedule:
        name = f"{self._configuration.name}-canary-schedule"
        minutes = self._configuration.canary.every_minutes
        arn = self.function.function.function_arn
        role = iam.Role(
            self,
            "ScheduleRole",
            role_name=name,
            description=f"Lets the schedule of the issuer {self._configuration.name} run its canary",
            assumed_by=scheduler_of(self),
            inline_policies={
                "run": iam.PolicyDocument(
                    statements=[iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[arn])]
                )
            },
        )
        return scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            description=f"Proves that the issuer {self._configuration.name} grants and refuses",
            schedule_expression=f"rate({minutes} minute{'s' if minutes != 1 else ''})",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=arn,
                role_arn=role.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=0, maximum_event_age_in_seconds=MAX_EVENT_AGE_SECONDS
                ),
            ),
        )
