"""Some of an account's roles, where they are too many for the stack that holds the provider."""

from collections.abc import Sequence

from aws_cdk import DefaultStackSynthesizer, Environment, Stack, Token
from constructs import Construct

from infra.account_trust import AccountTrust, tell_roles
from infra.oidc_provider import provider_arn
from infra.trusting_roles import trusting_roles
from jobpass.configuration import Configuration


class RoleStack(Stack):
    """Roles and nothing else, deployed after the stack of their provider (docs/adr/0011)."""

    def __init__(
        self, scope: Construct, name: str, configuration: Configuration, roles: Sequence[str], provided: AccountTrust
    ) -> None:
        home = provided.stack
        super().__init__(
            scope,
            name,
            stack_name=name,
            env=None if Token.is_unresolved(home.account) else Environment(account=home.account),
            description=f"Jobpass: roles that trust the issuer {configuration.name}, beside {home.stack_name}",
            synthesizer=DefaultStackSynthesizer(),
            analytics_reporting=False,
        )
        # IAM takes no role that names a provider before it is there, and a role that comes from there must have left.
        self.add_dependency(home)
        issuer = provided.issuer
        self.trusting_roles = trusting_roles(
            Construct(self, "Trust"), configuration, roles, issuer, provider_arn(self, issuer.url)
        )
        tell_roles(self, self.trusting_roles)
