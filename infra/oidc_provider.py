"""IAM's record of the issuer in one account, made or found there."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from jobpass_issuer.domain.issuer import Issuer


class OidcProvider(Construct):
    """The OIDC provider that the roles of an account trust.

    Its client IDs are the audiences that these roles name and no others: a token meant for somebody else does not open
    STS. One that is adopted is neither made nor changed, so its client IDs are for its owner to add.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        issuer_url: str,
        client_ids: Sequence[str],
        adopt: bool,
        after: Sequence[IDependable],
    ) -> None:
        super().__init__(scope, construct_id)
        self.client_ids = tuple(client_ids)
        self.adopted = adopt
        if adopt:
            self.arn = provider_arn(Stack.of(self), issuer_url)
            return
        # No thumbprints: IAM checks CloudFront's and ACM's certificates against roots that it trusts.
        provider = iam.CfnOIDCProvider(self, "Default", url=issuer_url, client_id_list=list(client_ids))
        # IAM turns to the issuer when the provider is made.
        provider.node.add_dependency(*after)
        self.arn = provider.ref


def provider_arn(stack: Stack, issuer_url: str) -> str:
    """Return the ARN that IAM gives to the provider of an issuer in a stack's account."""
    name = Issuer(issuer_url).host_and_path
    return stack.format_arn(service="iam", region="", resource="oidc-provider", resource_name=name)
