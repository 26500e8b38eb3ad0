"""One function of the issuer, with a role and a log group of its own."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function_asset import Package
from infra.log_group import log_group

METRICS_NAMESPACE = "Jobpass"


class IssuerFunction(Construct):
    """A function named `<issuer>-<construct id in lower case>`, as are its role, its log group and its metrics.

    The role may do what `statements` say and write its own log, nothing else.
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
        timeout_seconds: int,
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
            memory_size=512,
            timeout=Duration.seconds(timeout_seconds),
            environment={
                **environment,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
        )

    def _write_logs(self) -> iam.PolicyStatement:
        # Not AWSLambdaBasicExecutionRole: that one may create any log group and write to every one.
        return iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.logs.log_group_arn]
        )
