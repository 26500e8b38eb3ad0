"""Records every management call that the emulator answers, by its true caller."""

import copy
import logging
import uuid
from collections.abc import Callable
from typing import Any

from local.seam.cloudtrail import caller, event, operation, sessions
from local.seam.cloudtrail.call import Call, Response, request_id
from local.seam.cloudtrail.caller import UserIdentity
from local.seam.cloudtrail.event import Circumstances, Event
from local.seam.controls import Controls
from local.seam.ministack_parts import part
from local.seam.web_identity_call import WebIdentityCall

Receiver = Callable[[Event, float], None]

_WEB_IDENTITY = "AssumeRoleWithWebIdentity"
# Services of no Region, whose events all stand in one.
_GLOBAL = frozenset({"iam", "cloudfront", "route53", "organizations"})
GLOBAL_REGION = "us-east-1"
GLOBAL_SOURCES = frozenset(f"{service}.amazonaws.com" for service in _GLOBAL)
# What AWS writes where a trust policy refuses a session: the event tells less than the answer.
_UNKNOWN = "An unknown error occurred"
_NOT_AUTHENTICATED = frozenset(
    {
        "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidClientTokenId",
        "UnrecognizedClientException", "InvalidToken", "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId",
    }
)  # fmt: skip

_log = logging.getLogger("jobpass.cloudtrail")


class Recorder:
    """Makes events of calls, and hands each to all who receive them."""

    def __init__(self, controls: Controls, receivers: list[Receiver]) -> None:
        self._controls = controls
        self._receivers = receivers

    def answered(
        self,
        request: tuple[str, str, dict[str, str], bytes, dict[str, Any]],
        response: Response,
        proven: list[WebIdentityCall],
    ) -> None:
        """Record one request and its answer, whose caller may have `proven` a web identity; never fails the call."""
        try:
            self._record(request, response, proven)
        except Exception:  # noqa: BLE001 - a call is answered whatever becomes of its record
            _log.exception("a call is missing from CloudTrail")

    def session_of_service(self, service: str, access_key_id: str, session: dict[str, Any]) -> None:
        """Record the session with which a service begins to act as a role."""
        _, _, _, _, account, resource = session["Arn"].split(":", 5)
        _, role_name, session_name = resource.split("/", 2)
        role = part("_roles").get_scoped(account, None, role_name)
        if role is None:
            return
        seconds = self._controls.now()
        here = Circumstances(account, part("get_region")(), seconds, service, service, str(uuid.uuid4()))
        made = event.skeleton(operation.named("sts", "AssumeRole"), caller.of_service(service), here)
        made["requestParameters"] = {"roleArn": role["Arn"], "roleSessionName": session_name}
        made["responseElements"] = {
            "credentials": {"accessKeyId": access_key_id},
            "assumedRoleUser": {"assumedRoleId": f"{role['RoleId']}:{session_name}", "arn": session["Arn"]},
        }
        made["resources"] = [{"accountId": account, "type": "AWS::IAM::Role", "ARN": role["Arn"]}]
        self._hand_out(made, seconds)

    def _record(
        self,
        request: tuple[str, str, dict[str, str], bytes, dict[str, Any]],
        response: Response,
        proven: list[WebIdentityCall],
    ) -> None:
        method, path, headers, body, query = request
        if path.startswith("/_") or not isinstance(response[2], bytes):
            return
        service = part("detect_service")(method, path, headers, part("_routing_params")(*request))
        asked = operation.of_request(service, *request)
        if asked is None or not asked.management:
            return
        call = Call(asked, method, path, headers, body, query, response)
        if service == "sts" and asked.event_name == _WEB_IDENTITY:
            for web_identity in proven:
                self._web_identity(call, web_identity)
            return
        key = part("extract_access_key_id")(headers, query)
        refusal = call.refusal
        if not key or (refusal is not None and refusal.code in _NOT_AUTHENTICATED):
            return
        identity = caller.of_access_key(key, part("get_account_id")())
        if identity is not None:
            self._by_caller(call, identity)

    def _by_caller(self, call: Call, identity: UserIdentity) -> None:
        here = self._circumstances(call, part("get_account_id")())
        if call.operation.event_name == "AssumeRole":
            _pass_source_identity_on(call, identity)
        made = event.of_call(call, identity, here)
        roles_account = _account_of_role(call)
        if roles_account not in (None, here.account):
            # The role's account has an event of its own, which names the caller's account and no more.
            made["sharedEventID"] = str(uuid.uuid4())
            theirs = copy.deepcopy(made) | {
                "userIdentity": caller.seen_from_elsewhere(identity),
                "eventID": str(uuid.uuid4()),
                "recipientAccountId": roles_account,
            }
            self._hand_out(theirs, here.seconds)
        self._hand_out(made, here.seconds)

    def _web_identity(self, call: Call, proven: WebIdentityCall) -> None:
        """A token that proves nothing leaves no event: AWS was observed to write those of trust policies alone."""
        identity, asked = sessions.of_web_identity(proven)
        here = self._circumstances(call, proven.account)
        made = event.of_call(call, identity, here)
        made["requestParameters"] = asked
        made["resources"] = [{"accountId": proven.account, "type": "AWS::IAM::Role", "ARN": proven.role_arn}]
        if made.get("errorCode") == "AccessDenied":
            made["errorMessage"] = _UNKNOWN
        self._hand_out(made, here.seconds)

    def _circumstances(self, call: Call, account: str) -> Circumstances:
        region = GLOBAL_REGION if call.operation.service in _GLOBAL else part("get_region")()
        return Circumstances(
            account,
            region,
            self._controls.now(),
            part("get_request_client_ip")(),
            call.headers.get("user-agent", ""),
            request_id(call.response),
        )

    def _hand_out(self, made: Event, seconds: float) -> None:
        for receive in self._receivers:
            receive(made, seconds)


def _account_of_role(call: Call) -> str | None:
    if call.operation.event_name != "AssumeRole" or call.refusal is not None:
        return None
    role = str(call.parameters.get("RoleArn", ""))
    return role.split(":")[4] if role.count(":") >= 5 else None


def _pass_source_identity_on(call: Call, identity: UserIdentity) -> None:
    """A session's source identity stays with whoever it becomes (IAM User Guide, "Monitor and control actions").

    Ministack drops it at the first step.
    """
    inherited = identity.get("sessionContext", {}).get("sourceIdentity") or call.parameters.get("SourceIdentity")
    session = part("_sessions").get(call.result.get("Credentials", {}).get("AccessKeyId"))
    if inherited and session is not None:
        session["SourceIdentity"] = inherited
