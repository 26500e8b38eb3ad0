"""The roles of the configuration that one stack holds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from constructs import Construct

from jobpass.configuration import Configuration
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

# Control characters stand in no configuration, so these cannot be part of one.
_LATE_HOST = "\x01host\x01"
_LATE_PROVIDER = "\x01provider\x01"


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """The issuer as roles trust it: its URL, which CloudFormation may have to fill in; then `literal` is None."""

    url: str
    literal: Issuer | None


def trusting_roles(
    scope: Construct, configuration: Configuration, names: Iterable[str], issuer: TrustedIssuer, provider_arn: str
) -> dict[str, iam.CfnRole]:
    """Make the roles of these names within a scope, trusting the issuer through the provider, and return them."""
    deployment = configuration.deployment()
    made: dict[str, iam.CfnRole] = {}
    for name in names:
        role, settings = deployment.roles[name], configuration.roles[name]
        made[name] = iam.CfnRole(
            scope,
            f"Role-{name}",
            role_name=role.role_name,
            path=role.path if role.path != "/" else None,
            description=f"Trusts jobs of the issuer {configuration.name} ({role.profile})",
            assume_role_policy_document=_trust_policy(role, deployment.profiles[role.profile], issuer, provider_arn),
            managed_policy_arns=list(settings.managed_policies),
            policies=[
                iam.CfnRole.PolicyProperty(policy_name=policy, policy_document=document)
                for policy, document in settings.inline_documents().items()
            ]
            or None,
            permissions_boundary=settings.permissions_boundary,
            max_session_duration=settings.max_session_seconds,
        )
    return made


def _trust_policy(
    role: TrustingRole, profile: Profile, issuer: TrustedIssuer, provider_arn: str
) -> dict[str, Any] | str:
    """Return the policy as an object, or as text that CloudFormation completes.

    A condition's key holds the issuer, and a template has no function that makes a key. CloudFormation takes a policy
    as text too, and in a text anything can be filled in.
    """
    if issuer.literal is not None:
        return role.trust_policy(profile, issuer.literal, provider_arn)
    policy = role.trust_policy(profile, Issuer(f"https://{_LATE_HOST}"), _LATE_PROVIDER)
    text = json.dumps(policy, separators=(",", ":")).replace("${", "${!")
    for late, name in ((_LATE_HOST, "Issuer"), (_LATE_PROVIDER, "Provider")):
        text = text.replace(json.dumps(late)[1:-1], f"${{{name}}}")
    return Fn.sub(text, {"Issuer": Issuer(issuer.url).host_and_path, "Provider": provider_arn})
