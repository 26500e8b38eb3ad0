"""All the stacks of a configuration: the issuer's, those of other accounts, and those that hold nothing but roles."""

from collections.abc import Iterator

from constructs import Construct

from infra.account_trust import AccountTrust
from infra.issuer_stack import IssuerStack
from infra.role_stack import RoleStack
from infra.stack_names import role_stack
from infra.trust_stack import TrustStack
from jobpass.configuration import Configuration
from jobpass.configuration.role_stacks import placement
from jobpass_issuer.domain.issuer import Issuer

DeploymentStack = IssuerStack | RoleStack | TrustStack


def stacks(scope: Construct, configuration: Configuration) -> Iterator[DeploymentStack]:
    """Make the stacks within a scope, the issuer's first, and yield each.

    Raises:
        AssetError: a function's package cannot be built.
    """
    issuer = IssuerStack(scope, configuration)
    yield issuer
    if issuer.trust is not None:
        yield from _role_stacks(scope, configuration, None, issuer.trust)
    for account in configuration.accounts:
        if configuration.issuer.url is None:
            raise ValueError("a configuration with accounts and without issuer.url is not a sound one")
        trusting = TrustStack(scope, configuration, account, Issuer(configuration.issuer.url))
        yield trusting
        yield from _role_stacks(scope, configuration, account, trusting.trust)


def _role_stacks(
    scope: Construct, configuration: Configuration, account: str | None, provided: AccountTrust
) -> Iterator[RoleStack]:
    for number, names in placement(configuration, account).items():
        if number:
            name = role_stack(provided.stack.stack_name, number)
            yield RoleStack(scope, name, configuration, names, provided)
