"""The trusting side in the issuer's own account: the OIDC provider and the roles of the configuration."""

import json
from typing import Any

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from jobpass.configuration import Configuration
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

# Control characters stand in no configuration, so these cannot be part of one.
_LATE_HOST = "\x01host\x01"
_LATE_PROVIDER = "\x01provider\x01"


class TrustingRoles(Construct):
    """IAM's record of the issuer, and one role per entry under `roles`, by name.

    The provider's client IDs are the audiences that these roles name and no others: a token meant for somebody else
    does not open STS.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        *,
        issuer_url: str,
        literal_issuer: Issuer | None,
        documents: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)
        self._configuration = configuration
        self._literal_issuer = literal_issuer
        self._issuer_url = issuer_url
        deployment = configuration.deployment()
        # No thumbprints: IAM checks CloudFront's and ACM's certificates against roots that it trusts.
        self.provider = iam.CfnOIDCProvider(
            self, "Provider", url=issuer_url, client_id_list=list(deployment.client_ids(None))
        )
        # IAM turns to the issuer when the provider is made.
        self.provider.node.add_dependency(documents)
        self.roles = {
            role.name: self._role(role, deployment.profiles[role.profile]) for role in deployment.roles_in(None)
        }

    def _role(self, role: TrustingRole, profile: Profile) -> iam.CfnRole:
        settings = self._configuration.roles[role.name]
        return iam.CfnRole(
            self,
            f"Role-{role.name}",
            role_name=role.role_name,
            path=role.path if role.path != "/" else None,
            description=f"Trusts jobs of the issuer {self._configuration.name} ({role.profile})",
            assume_role_policy_document=self._trust_policy(role, profile),
            managed_policy_arns=list(settings.managed_policies),
            policies=[
                iam.CfnRole.PolicyProperty(policy_name=name, policy_document=document)
                for name, document in settings.inline_documents().items()
            ]
            or None,
            permissions_boundary=settings.permissions_boundary,
            max_session_duration=settings.max_session_seconds,
        )

    def _trust_policy(self, role: TrustingRole, profile: Profile) -> dict[str, Any] | str:
        """Return the policy as an object, or as text that CloudFormation completes.

        A condition's key holds the issuer, and a template has no function that makes a key. CloudFormation takes a
        policy as text too, and in a text anything can be filled in.
        """
        if self._literal_issuer is not None:
            return role.trust_policy(profile, self._literal_issuer, self.provider.ref)
        policy = role.trust_policy(profile, Issuer(f"https://{_LATE_HOST}"), _LATE_PROVIDER)
        text = json.dumps(policy, separators=(",", ":")).replace("${", "${!")
        for late, name in ((_LATE_HOST, "Issuer"), (_LATE_PROVIDER, "Provider")):
            text = text.replace(json.dumps(late)[1:-1], f"${{{name}}}")
        return Fn.sub(text, {"Issuer": Issuer(self._issuer_url).host_and_path, "Provider": self.provider.ref})
