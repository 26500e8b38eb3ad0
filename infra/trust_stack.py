"""The trusting side in an account other than the issuer's: deployed with that account's credentials."""

from collections.abc import Mapping

from aws_cdk import DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.account_trust import AccountTrust
from infra.stack_names import trust_stack
from infra.trusting_roles import TrustedIssuer
from jobpass.configuration import Configuration
from jobpass_issuer.domain.issuer import Issuer


class TrustStack(Stack):
    """The OIDC provider and the roles of one account under `accounts`.

    It is bound to that account, so that nobody deploys it into another, and to no Region, since IAM has none. It
    depends on no other stack: the issuer's is deployed with other credentials, and earlier, since IAM turns to the
    issuer when the provider is made.
    """

    def __init__(self, scope: Construct, configuration: Configuration, account: str, issuer: Issuer) -> None:
        name = trust_stack(configuration, account)
        super().__init__(
            scope,
            name,
            stack_name=name,
            env=Environment(account=configuration.accounts[account].id),
            description=f"Jobpass: what trusts the issuer {configuration.name} in the account {account}",
            synthesizer=DefaultStackSynthesizer(),
            analytics_reporting=False,
        )
        self.trust = AccountTrust(self, "Trust", configuration, account, TrustedIssuer(issuer.url, issuer))
        self.trust.tell()

    @property
    def trusting_roles(self) -> Mapping[str, iam.CfnRole]:
        """The roles that are in this stack, by name."""
        return self.trust.roles
