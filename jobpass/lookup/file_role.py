"""A role of `jobpass.yaml`, as the deployment makes it."""

from jobpass.command.errors import UsageError
from jobpass.configuration import Configuration
from jobpass.configuration.suggestion import suggestion
from jobpass.explain import Account, Provider, Role
from jobpass.lookup.presented import Presented
from jobpass.lookup.role_side import ANY_ACCOUNT, ANY_ISSUER, RoleSide
from jobpass_issuer.domain.issuer import Issuer, url_mistake


def file_role(
    name: str,
    configuration: Configuration,
    source: str,
    presented: Presented | None,
    *,
    issuer_url: str | None = None,
    account_id: str | None = None,
) -> RoleSide:
    """Return the role's side; `presented` is None where it is to be made for this role.

    Raises:
        UsageError: there is no such role.
    """
    deployment = configuration.deployment()
    if name not in deployment.roles:
        remedy = f"{suggestion(name, deployment.roles)} A role that stands elsewhere is named by its ARN"
        raise UsageError(f"{source} has no role `{name}`", remedy)
    role = deployment.roles[name]
    known = role.account_id or account_id
    issuer, assumed = _issuer(issuer_url or configuration.issuer.url, presented)
    provider = Provider(
        f"arn:aws:iam::{known or ANY_ACCOUNT}:oidc-provider/{Issuer(issuer).host_and_path}",
        deployment.client_ids(role.account_id),
    )
    policy = role.trust_policy(deployment.profiles[role.profile], Issuer(issuer), provider.arn)
    made = Role(role.arn("aws", known or ANY_ACCOUNT), policy, role.max_session_seconds)
    if known is None:
        assumed = (*assumed, f"`{ANY_ACCOUNT}` stands for the role's account (`--account`)")
    return RoleSide(Account.of(made, [provider]), role, (*assumed, _as_deployed(source)), (), known is not None)


def _issuer(known: str | None, presented: Presented | None) -> tuple[str, tuple[str, ...]]:
    if known is not None:
        return known, ()
    named = presented.issuer if presented else None
    if named is not None and url_mistake(named) is None:
        told = f"the token's issuer `{named}` is that of the deployment (`--issuer-url`: output `IssuerUrl`)"
        return named, (told,)
    return ANY_ISSUER, (f"`{ANY_ISSUER}` stands for the issuer's URL (`--issuer-url`: output `IssuerUrl`)",)


def _as_deployed(source: str) -> str:
    return f"{source} is what is deployed (name the role by its ARN to look at the one that is)"
