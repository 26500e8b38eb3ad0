"""Who may call the platform routes: one invocation role per platform."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from jobpass.configuration import Configuration

# An IAM authorizer of an HTTP API knows no other account's principals, so platforms assume a role of this account.
# The two beside AssumeRole let sessions in that carry tags (as EKS Pod Identity's do) or a source identity, which would
# be turned away otherwise; neither gives any right here.
_ASSUME = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


class PlatformAccess(Construct):
    """The invocation role of one platform: assumed by its principals, good for the platform routes alone."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        platform: str,
        route_arns: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        invoke = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=list(route_arns))
        self.role = iam.CfnRole(
            self,
            "InvocationRole",
            role_name=configuration.deployment().platforms[platform].invocation_role,
            description=f"Registers jobs of the platform {platform} with the issuer {configuration.name}",
            assume_role_policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        principals=[iam.ArnPrincipal(arn) for arn in configuration.platforms[platform].principals],
                        actions=list(_ASSUME),
                    )
                ]
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="invoke", policy_document=iam.PolicyDocument(statements=[invoke])
                )
            ],
        )
