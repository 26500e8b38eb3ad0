"""Who made a call: the `userIdentity` of a CloudTrail event (CloudTrail User Guide, "userIdentity element")."""

import time
from typing import Any

from local.seam.ministack_parts import part

UserIdentity = dict[str, Any]


def of_access_key(access_key_id: str, account: str) -> UserIdentity | None:
    """The identity behind an access key, or None for a key that authenticates nobody."""
    credential = part("resolve_credential")(access_key_id, account)
    if not isinstance(credential, part("ResolvedCredential")):
        return None
    session = part("_sessions").get(access_key_id)
    identity: UserIdentity = {
        "type": _TYPES[credential.principal_type],
        "principalId": credential.principal_id,
        "arn": credential.principal_arn,
        "accountId": credential.account_id,
        "accessKeyId": access_key_id,
    }
    if credential.principal_type == "User":
        identity["userName"] = credential.principal_name
    if credential.principal_type == "AssumedRole":
        _describe_role_session(identity, session or {})
    elif session is not None:
        identity["sessionContext"] = {"attributes": _attributes(session)}
    return identity


def of_web_identity(provider_arn: str, audience: str, subject: str) -> UserIdentity:
    """The identity of a caller who shows a token and has no access key."""
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider_arn}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider_arn,
    }


def of_service(service: str) -> UserIdentity:
    """The identity of an AWS service that calls by itself."""
    return {"type": "AWSService", "invokedBy": service}


def seen_from_elsewhere(identity: UserIdentity) -> UserIdentity:
    """What the account of a role is told of a caller from another account: its number and principal, no name."""
    return {
        "type": "AWSAccount",
        "principalId": identity.get("principalId", ""),
        "accountId": identity.get("accountId", ""),
    }


def user_name(identity: UserIdentity) -> str | None:
    """The name by which LookupEvents finds the caller: a user's, a session's, a token's subject, or root."""
    if identity["type"] == "AssumedRole":
        return str(identity["arn"]).rpartition("/")[2]
    if identity["type"] == "Root":
        return "root"
    name = identity.get("userName")
    return None if name is None else str(name)


_TYPES = {"Root": "Root", "User": "IAMUser", "AssumedRole": "AssumedRole", "FederatedUser": "FederatedUser"}


def _describe_role_session(identity: UserIdentity, session: dict[str, Any]) -> None:
    _, _, _, _, account, resource = identity["arn"].split(":", 5)
    _, role_name, session_name = resource.split("/", 2)
    role = part("_roles").get_scoped(account, None, role_name) or {}
    role_id = role.get("RoleId") or identity["principalId"].partition(":")[0]
    identity["principalId"] = f"{role_id}:{session_name}"
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role_id,
            "arn": role.get("Arn") or f"arn:aws:iam::{account}:role/{role_name}",
            "accountId": account,
            "userName": role_name,
        },
    }
    if session.get("FederatedProvider"):
        context["webIdFederationData"] = {"federatedProvider": session["FederatedProvider"], "attributes": {}}
    context["attributes"] = _attributes(session)
    if session.get("SourceIdentity"):
        context["sourceIdentity"] = session["SourceIdentity"]
    identity["sessionContext"] = context
    if is_of_function(session):
        function_arn = f"arn:aws:lambda:{part('get_region')()}:{account}:function:{session_name}"
        identity["inScopeOf"] = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": function_arn}


def is_of_function(session: dict[str, Any]) -> bool:
    """Whether a session is that of a function: ministack gives those, and no others, no end."""
    return bool(session) and "Expiration" not in session


def _attributes(session: dict[str, Any]) -> dict[str, str]:
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(session.get("IssuedAt", 0)))
    return {"creationDate": created, "mfaAuthenticated": "false"}
