"""sts:AssumeRoleWithWebIdentity in ministack's place: parameters in, a session and its credentials out."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.sax.saxutils import escape

from local.seam import trust_policy
from local.seam.controls import Controls
from local.seam.issuer_documents import IssuerDocuments
from local.seam.judgement import Provider, WebIdentity, judge, route
from local.seam.ministack_parts import part, replace
from local.seam.refusal import RefusedError, invalid_parameter, not_authorized
from local.seam.secrecy import may_be_token
from local.seam.web_identity_call import WebIdentityCall, remember

ACTION = "AssumeRoleWithWebIdentity"

Parameters = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Awaitable[Response]]

_SESSION_NAME_PATTERN = r"[\w+=,.@-]*"


@dataclass(frozen=True)
class AssumeRoleRequest:
    """The parameters of the action, within AWS's bounds."""

    role_arn: str
    session_name: str
    token: str
    provider_id: str
    duration_seconds: int
    parameters: Parameters

    @property
    def account(self) -> str:
        """The account of the role, whose OIDC providers count."""
        return self.role_arn.split(":")[4]


class _WebIdentityRequestedError(Exception):
    """Ministack read a request as the action; carries the parameters as it read them, and never shows them."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(ACTION)
        self.parameters = parameters


def install(controls: Controls) -> None:
    """Judge web identities, and leave every other action of STS to ministack.

    Ministack itself reads the request, and is stopped where it learns the action: a second reading of our own could
    differ from its reading, and its branch for the action, which verifies nothing, would answer what we overlooked.
    """
    handle_request: Handler = part("handle_request")
    documents = IssuerDocuments(controls.now, lambda: controls.jwks_cache_seconds)

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        try:
            return await handle_request(method, path, headers, body, query)
        except _WebIdentityRequestedError as requested:
            parameters = requested.parameters
        speaks_json = "amz-json" in headers.get("content-type", "")
        # In a thread: the issuer's documents may come from this very process, whose event loop must stay free.
        return await asyncio.to_thread(_answer, parameters, speaks_json, controls, documents)

    replace("_p", _stopping(part("_p")))
    replace("handle_request", handle)
    replace("_ct_request_params", _without_token(part("_ct_request_params")))


def _stopping(read: Callable[..., Any]) -> Callable[..., Any]:
    """Ministack's look at one parameter, which goes no further once it has found the action."""

    def look(parameters: Parameters, name: str, default: Any = "") -> Any:
        value = read(parameters, name, default)
        if name == "Action" and value == ACTION:
            raise _WebIdentityRequestedError(parameters)
        return value

    return look


def _without_token(recorded: Callable[..., Parameters]) -> Callable[..., Parameters]:
    """A record of calls keeps no web identity token; ministack would record the whole request."""

    def recorded_without_token(*request: Any) -> Parameters:
        parameters = recorded(*request)
        if not isinstance(parameters, dict):
            return {}
        return {name: value for name, value in parameters.items() if not may_be_token(name, value)}

    return recorded_without_token


def _answer(parameters: Parameters, speaks_json: bool, controls: Controls, documents: IssuerDocuments) -> Response:
    try:
        request = _request(parameters)
        route(request.provider_id)
        identity = judge(
            request.token,
            role_arn=request.role_arn,
            find_provider=lambda issuer: _provider(request.account, issuer),
            fetch_jwk_set=documents.jwk_set,
            now=int(controls.now()),
        )
        remember(WebIdentityCall(request.role_arn, request.session_name, request.duration_seconds, identity))
        _check_role(request, identity)
        return _success(request, identity, speaks_json, controls.session_seconds or request.duration_seconds)
    except RefusedError as refusal:
        if speaks_json:
            refused: Response = part("error_response_json")(refusal.code, refusal.message, refusal.status)
        else:
            refused = part("_error")(refusal.status, refusal.code, escape(refusal.message), ns="sts")
        return refused


def _request(parameters: Parameters) -> AssumeRoleRequest:
    """Read and check the parameters (STS API Reference, AssumeRoleWithWebIdentity); raises RefusedError."""
    role_arn = _of_length("roleArn", _text(parameters, "RoleArn"), 20, 2048)
    session_name = _of_length("roleSessionName", _text(parameters, "RoleSessionName"), 2, 64)
    token = _of_length("webIdentityToken", _text(parameters, "WebIdentityToken"), 4, 20000, secret=True)
    duration = _text(parameters, "DurationSeconds") or "3600"
    if not re.fullmatch(_SESSION_NAME_PATTERN, session_name, re.ASCII):
        _violates(
            "roleSessionName", session_name, f"Member must satisfy regular expression pattern: {_SESSION_NAME_PATTERN}"
        )
    if part("_assumed_role_arn")(role_arn, session_name)[1]:
        raise invalid_parameter(f"{role_arn} is invalid")
    if not re.fullmatch(r"[0-9]{1,9}", duration):
        _violates("durationSeconds", duration, "Member must be an integer")
    if int(duration) < 900:
        _violates("durationSeconds", duration, "Member must have value greater than or equal to 900")
    if int(duration) > 43200:
        _violates("durationSeconds", duration, "Member must have value less than or equal to 43200")
    provider_id = _text(parameters, "ProviderId") or ""
    return AssumeRoleRequest(role_arn, session_name, token, provider_id, int(duration), parameters)


def _text(parameters: Parameters, name: str) -> str | None:
    """One parameter, or None without exactly one: a repeated one, or an array in a JSON body, counts as none."""
    values = parameters.get(name)
    value = values[0] if isinstance(values, list) and len(values) == 1 else None
    return value if isinstance(value, str) else None


def _of_length(name: str, value: str | None, least: int, most: int, *, secret: bool = False) -> str:
    if value is None:
        raise invalid_parameter(
            f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        )
    if len(value) < least:
        _violates(name, None if secret else value, f"Member must have length greater than or equal to {least}")
    if len(value) > most:
        _violates(name, None if secret else value, f"Member must have length less than or equal to {most}")
    return value


def _violates(name: str, value: str | None, constraint: str) -> NoReturn:
    """Refuse a parameter; a secret one (None) is not repeated."""
    shown = "Value" if value is None else f"Value '{value}'"
    raise invalid_parameter(
        f"1 validation error detected: {shown} at '{name}' failed to satisfy constraint: {constraint}"
    )


def _provider(account: str, issuer: str) -> Provider | None:
    """The account's provider for exactly this issuer, its trailing slash included."""
    if not issuer.startswith("https://"):
        return None
    arn = f"arn:aws:iam::{account}:oidc-provider/{issuer.removeprefix('https://')}"
    record = part("_oidc_providers").get_scoped(account, None, arn)
    return Provider(arn, frozenset(record["ClientIDList"])) if record else None


def _check_role(request: AssumeRoleRequest, identity: WebIdentity) -> None:
    role = part("_roles").get_scoped(request.account, None, request.role_arn.rpartition("/")[2])
    if role is None or role["Arn"] != request.role_arn:
        raise not_authorized()
    document = role["AssumeRolePolicyDocument"]
    policy = document if isinstance(document, str) else json.dumps(document)
    if not trust_policy.allows(policy, identity, role_arn=request.role_arn, session_name=request.session_name):
        raise not_authorized()
    if request.duration_seconds > int(role.get("MaxSessionDuration", 3600)):
        raise invalid_parameter("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _success(request: AssumeRoleRequest, identity: WebIdentity, speaks_json: bool, lasts_seconds: int) -> Response:
    """Register the session with ministack and answer with its credentials."""
    policies, malformed = part("_session_policies")(request.parameters, request.account)
    if malformed:
        return malformed  # type: ignore[no-any-return]
    assumed_arn, _ = part("_assumed_role_arn")(request.role_arn, request.session_name)
    user_id = f"{part('_role_id')(request.role_arn)}:{request.session_name}"
    access_key, secret, session_token = (
        part(name)() for name in ("_gen_session_access_key", "_gen_secret", "_gen_session_token")
    )
    expiration = time.time() + lasts_seconds
    part("register_session")(
        access_key,
        {
            "Arn": assumed_arn,
            "UserId": user_id,
            "SecretAccessKey": secret,
            "SessionToken": session_token,
            "Expiration": expiration,
            "AccountId": request.account,
            "PrincipalType": "AssumedRole",
            "SessionTags": [{"Key": key, "Value": value} for key, value in identity.tags.values.items()],
            "SessionPolicies": policies if any(policies.values()) else None,
            "SourceIdentity": identity.source_identity,
            "FederatedProvider": identity.provider_arn,
        },
    )
    result: dict[str, Any] = {
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": secret,
            "SessionToken": session_token,
            "Expiration": int(expiration) if speaks_json else part("_future")(lasts_seconds),
        },
        "AssumedRoleUser": {"AssumedRoleId": user_id, "Arn": assumed_arn},
        "SubjectFromWebIdentityToken": identity.subject,
        "Audience": identity.audience,
        "Provider": identity.provider_arn,
        "PackedPolicySize": packed_policy_size(identity),
    }
    if identity.source_identity is not None:
        result["SourceIdentity"] = identity.source_identity
    answer: Response = (
        part("json_response")(result)
        if speaks_json
        else part("_xml")(200, f"{ACTION}Response", f"<{ACTION}Result>{_xml(result)}</{ACTION}Result>", ns="sts")
    )
    return answer


def packed_policy_size(identity: WebIdentity) -> int:
    """An estimate, in percent, that agrees with every size observed; AWS publishes no formula."""
    characters = len(identity.subject) + sum(len(key) + len(value) for key, value in identity.tags.values.items())
    if identity.source_identity is not None:
        characters += len(identity.source_identity) + 8
    return 24 + (characters + 29) // 31


def _xml(members: dict[str, Any]) -> str:
    return "".join(
        f"<{name}>{_xml(value) if isinstance(value, dict) else escape(str(value))}</{name}>"
        for name, value in members.items()
    )
