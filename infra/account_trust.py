"""What makes one account trust the issuer: the OIDC provider, and the roles that one stack holds."""

from collections.abc import Mapping, Sequence

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from infra.oidc_provider import OidcProvider
from infra.trusting_roles import TrustedIssuer, trusting_roles
from jobpass.configuration import Configuration
from jobpass.configuration.resource_names import pascal
from jobpass.configuration.role_stacks import placement


class AccountTrust(Construct):
    """The provider of the issuer's own account (`account` is None) or of another, and its roles.

    `roles` are those in this stack; where they are too many for one, the others are in stacks beside it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        account: str | None,
        issuer: TrustedIssuer,
        *,
        after: Sequence[IDependable] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.stack = Stack.of(self)
        self.issuer = issuer
        settings = configuration.trust if account is None else configuration.accounts[account]
        account_id = None if account is None else configuration.accounts[account].id
        self.provider = OidcProvider(
            self,
            "Provider",
            issuer_url=issuer.url,
            client_ids=configuration.deployment().client_ids(account_id),
            adopt=settings.provider == "adopt",
            after=after,
        )
        here = placement(configuration, account).get(0, ())
        self.roles = trusting_roles(self, configuration, here, issuer, self.provider.arn)

    def tell(self) -> None:
        """Say in the stack's outputs which provider it is, what an adopted one must have, and which roles there are."""
        CfnOutput(
            self.stack,
            "OidcProviderArn",
            value=self.provider.arn,
            description="IAM's record of the issuer, for roles of your own",
        )
        if self.provider.adopted:
            CfnOutput(
                self.stack,
                "OidcProviderClientIds",
                value=" ".join(self.provider.client_ids),
                description="The adopted provider must have each of these client IDs: add what it lacks with "
                "`aws iam add-client-id-to-open-id-connect-provider`",
            )
        tell_roles(self.stack, self.roles)


def tell_roles(stack: Stack, roles: Mapping[str, iam.CfnRole]) -> None:
    """Say in a stack's outputs which ARNs its roles have."""
    for name, role in roles.items():
        CfnOutput(
            stack,
            f"Role{pascal(name)}Arn",
            value=role.attr_arn,
            description="Jobs assume this role with an ID token: sts:AssumeRoleWithWebIdentity",
        )
