"""The right to create and administer signing keys. The keys themselves are made by the keys function.

CloudFormation owns none: it would replace a key, and with it every verifier's trust, for a changed property.
"""

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from jobpass_issuer.domain.algorithm import Algorithm
from jobpass_issuer.domain.key_policy import MAINTENANCE

ISSUER_TAG = "jobpass:issuer"
ALGORITHM_TAG = "jobpass:algorithm"
# A policy that would leave nobody to change it again is refused by KMS unless the caller waives that check.
_NO_LOCKOUT = {"kms:BypassPolicyLockoutSafetyCheck": "false"}


def permissions(scope: Construct, issuer_name: str, algorithm: Algorithm) -> list[iam.PolicyStatement]:
    """Permit creating keys that bear this issuer's tag and administering those that do; signing is in neither.

    Keys are created for the configured algorithm only, and administered whatever algorithm they were created for.
    """
    every_key = Stack.of(scope).format_arn(service="kms", resource="key", resource_name="*")
    born_with = {f"aws:RequestTag/{ISSUER_TAG}": issuer_name, f"aws:RequestTag/{ALGORITHM_TAG}": algorithm.name}
    return [
        iam.PolicyStatement(
            actions=["kms:CreateKey"],
            # AWS: a key that is not there yet has no ARN to name ("Actions, resources, and condition keys for KMS").
            resources=["*"],
            conditions=_conditions(born_with, _only_signing_keys(algorithm)),
        ),
        iam.PolicyStatement(
            # A tag given at creation needs this right as well. It must not serve to claim somebody else's key by
            # tagging it: hence the limits to the tags' values and to keys of this issuer's own kind.
            actions=["kms:TagResource"],
            resources=[every_key],
            conditions=_conditions(born_with, _only_signing_keys(algorithm)),
        ),
        # KMS has no call that finds keys by their tags, and the one that has knows no resource to name ("Actions,
        # resources, and condition keys for Amazon Resource Group Tagging API"). It tells names and tags, nothing else.
        iam.PolicyStatement(actions=["tag:GetResources"], resources=["*"]),
        iam.PolicyStatement(
            # Among it the mark of a revocation, which is a tag too.
            actions=list(MAINTENANCE),
            resources=[every_key],
            conditions={
                "StringEquals": {f"aws:ResourceTag/{ISSUER_TAG}": issuer_name},
                "BoolIfExists": _NO_LOCKOUT,
            },
        ),
    ]


def _only_signing_keys(algorithm: Algorithm) -> Mapping[str, str]:
    return {"kms:KeyUsage": "SIGN_VERIFY", "kms:KeySpec": algorithm.key_spec}


def _conditions(tags: Mapping[str, str], kind: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    return {"StringEquals": tags, "StringEqualsIfExists": kind, "BoolIfExists": _NO_LOCKOUT}
