"""The role's trust policy, evaluated by ministack's own evaluator with the condition keys that AWS fills."""

import json
from typing import Any

from local.seam.judgement import WebIdentity
from local.seam.ministack_parts import part

ASSUME = "sts:AssumeRoleWithWebIdentity"


def allows(trust_policy: str, identity: WebIdentity, *, role_arn: str, session_name: str) -> bool:
    """Whether the trust policy allows everything that the token asks for: the role, its tags, its source identity."""
    wanted = [ASSUME]
    if identity.tags.values:
        wanted.append("sts:TagSession")
    if identity.source_identity is not None:
        wanted.append("sts:SetSourceIdentity")
    context = part("EvalContext")(
        principal_arn=None,  # observed: aws:PrincipalArn is absent
        principal_type="User",  # observed
        principal_account=role_arn.split(":")[4],
        action=ASSUME,
        resource_arn=role_arn,
        region=part("get_region")(),
        service_context=_condition_keys(identity, session_name),
    )
    evaluate = part("evaluate_trust_policy")
    return all(evaluate(_speaking_of(trust_policy, action), identity.provider_arn, context) for action in wanted)


def _condition_keys(identity: WebIdentity, session_name: str) -> dict[str, Any]:
    """Condition keys in lower case, which is how the evaluator looks them up; an absent key is None."""
    keys: dict[str, Any] = {
        f"{identity.issuer_name}:aud": identity.audience,
        f"{identity.issuer_name}:oaud": identity.original_audience,
        f"{identity.issuer_name}:sub": identity.subject,
        f"{identity.issuer_name}:amr": identity.claims.get("amr"),
        f"{identity.issuer_name}:email": identity.claims.get("email"),
        "aws:userid": identity.provider_arn,  # observed
        "aws:TagKeys": list(identity.tags.values) or None,
        "sts:RoleSessionName": session_name,
        "sts:RoleAuthorizedByIdp": str(identity.role_authorized_by_issuer).lower(),
        "sts:SourceIdentity": identity.source_identity,
        "sts:TransitiveTagKeys": list(identity.tags.transitive_keys) or None,
    }
    keys |= {f"aws:RequestTag/{key}": value for key, value in identity.tags.values.items()}
    return {key.lower(): value for key, value in keys.items()}


def _speaking_of(trust_policy: str, action: str) -> object:
    """The statements that speak of `action`, as if they spoke of assuming the role.

    The evaluator compares a federated principal for sts:AssumeRoleWithWebIdentity alone, so each of the other
    actions is put to it under that name.
    """
    try:
        document = json.loads(trust_policy)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    statements = document.get("Statement", [])
    return {
        "Statement": [
            {**statement, "Action": ASSUME}  # where both are, the evaluator reads Action and not NotAction
            for statement in (statements if isinstance(statements, list) else [statements])
            if isinstance(statement, dict) and _names(statement, action)
        ]
    }


def _names(statement: dict[str, Any], action: str) -> bool:
    named, excluded = _listed(statement.get("Action")), _listed(statement.get("NotAction"))
    return bool(named or excluded) and bool(part("_action_matches")(action, named, excluded))


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(member) for member in value]
    return [value] if isinstance(value, str) else []
