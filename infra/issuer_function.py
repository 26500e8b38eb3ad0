"""One function of the issuer, with a role and a log group of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function_asset import Package
from infra.log_group import log_group

METRICS_NAMESPACE = "Jobpass"
ALIAS = "live"


@dataclass(frozen=True, slots=True)
class Running:
    """How a function is run: its limits, and whether Lambda leaves out what it says of each invocation that went well.

    `provisioned_concurrency` needs an alias, since Lambda keeps started what has a version.
    """

    timeout_seconds: int
    memory_mb: int = 512
    provisioned_concurrency: int | None = None
    reserved_concurrency: int | None = None
    quiet: bool = False


class IssuerFunction(Construct):
    """A function named `<issuer>-<construct id in lower case>`, as are its role, its log group and its metrics.

    The role may do what `statements` say and write its own log, nothing else. `entry` is what others call: the
    function, or its alias where there is one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        issuer_name: str,
        package: Package,
        statements: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str],
        running: Running,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        purpose = construct_id.lower()
        name = f"{issuer_name}-{purpose}"
        # The `service` of its metrics: two issuers in one account and Region must not answer for each other.
        self.service = name
        self.logs = log_group(self, "Logs", f"/aws/lambda/{name}", log_retention_days)
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description=f"What the {purpose} function of the issuer {issuer_name} may do",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"function": iam.PolicyDocument(statements=[*statements, self._write_logs()])},
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            description=f"Jobpass issuer {issuer_name}: {purpose}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"jobpass_issuer.handlers.{purpose}.handler",
            code=lambda_.Code.from_asset(str(package.path)),
            role=self.role,
            log_group=self.logs,
            memory_size=running.memory_mb,
            timeout=Duration.seconds(running.timeout_seconds),
            reserved_concurrent_executions=running.reserved_concurrency,
            # Text, Lambda's default, has no levels: START, END and REPORT would be half of what a token writes.
            logging_format=lambda_.LoggingFormat.JSON if running.quiet else None,
            system_log_level_v2=lambda_.SystemLogLevel.WARN if running.quiet else None,
            environment={
                **environment,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
        )

        self.entry: lambda_.IFunction = self.function
        if running.provisioned_concurrency is not None:
            self.entry = lambda_.Alias(
                self,
                "Alias",
                alias_name=ALIAS,
                version=self.function.current_version,
                description="What is kept started",
                provisioned_concurrent_executions=running.provisioned_concurrency,
            )

    def _write_logs(self) -> iam.PolicyStatement:
        # Not AWSLambdaBasicExecutionRole: that one may create any log group and write to every one.
        return iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.logs.log_group_arn]
        )
