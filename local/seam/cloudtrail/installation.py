"""CloudTrail sewn into ministack: every answer passes by the recorder, and its own actions look into its records."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from local.seam import web_identity_call
from local.seam.cloudtrail import caller, event_delivery, trail_actions, trail_resource
from local.seam.cloudtrail.call import Response
from local.seam.cloudtrail.event_history import EventHistory
from local.seam.cloudtrail.log_files import LogFiles
from local.seam.cloudtrail.lookup_events import LookupEvents
from local.seam.cloudtrail.recorder import Recorder
from local.seam.controls import Controls
from local.seam.ministack_parts import part, replace

_REQUEST_ID = re.compile(rb"(<RequestId>)[^<]*(</RequestId>)")


def install(controls: Controls) -> None:
    """Record calls from now on, and answer LookupEvents from the records."""
    history, files = EventHistory(), LogFiles(controls)
    recorder = Recorder(controls, [history.add, files.receive, event_delivery.deliver])
    part("_DISPATCH")["LookupEvents"] = LookupEvents(history, controls)
    trail_actions.install(files)
    trail_resource.install()
    _record_requests(recorder)
    _record_sessions_of_functions(recorder)


def _record_requests(recorder: Recorder) -> None:
    dispatch: Callable[..., Awaitable[Response]] = part("_dispatch_service_request")

    async def dispatch_and_record(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Response:
        proven = web_identity_call.begin()
        response = _under_one_id(await dispatch(method, path, headers, body, query, request_id), request_id)
        recorder.answered((method, path, headers, body, query), response, proven)
        return response

    replace("_dispatch_service_request", dispatch_and_record)


def _under_one_id(response: Response, request_id: str) -> Response:
    """The answer with one ID in header and body: ministack makes up another for a body, and none for a refusal."""
    status, headers, body = response
    if "x-amzn-requestid" not in {name.lower() for name in headers}:
        headers = {**headers, "x-amzn-requestid": request_id}
    if isinstance(body, bytes) and b"<RequestId>" in body:
        body = _REQUEST_ID.sub(rb"\g<1>" + request_id.encode() + rb"\g<2>", body)
    return status, headers, body


def _record_sessions_of_functions(recorder: Recorder) -> None:
    register: Callable[[str, dict[str, Any]], None] = part("register_session")

    def register_and_record(access_key_id: str, session: dict[str, Any]) -> None:
        known = access_key_id in part("_sessions")
        register(access_key_id, session)
        if caller.is_of_function(session) and not known:
            recorder.session_of_service("lambda.amazonaws.com", access_key_id, session)

    replace("register_session", register_and_record)
