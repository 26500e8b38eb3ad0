"""One call that was answered: what was asked, by whom, and what was said."""

import json
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import unescape

from local.seam.cloudtrail import members
from local.seam.cloudtrail.operation import Operation

Response = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Refusal:
    """Why a call was refused, in the service's words."""

    code: str
    message: str


@dataclass(frozen=True)
class Call:
    """A request to AWS and its answer."""

    operation: Operation
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, Any]
    response: Response

    @property
    def parameters(self) -> dict[str, Any]:
        """What was asked, in the API's own spelling."""
        if "json" in self.headers.get("content-type", "") or self.operation.service == "lambda":
            return members.of_json(self.body)
        if self.operation.service == "s3":
            return {}
        return members.of_form(self.body, self.query)

    @property
    def result(self) -> dict[str, Any]:
        """What was answered, in the API's own spelling; nothing where the call was refused."""
        status, headers, body = self.response
        if status >= 400 or not isinstance(body, bytes):
            return {}
        is_xml = "xml" in _header(headers, "content-type")
        return members.of_xml_result(body) if is_xml else members.of_json(body)

    @property
    def refusal(self) -> Refusal | None:
        """Why it was refused; None for one that was granted."""
        status, headers, body = self.response
        if status < 400 or not isinstance(body, bytes):
            return None
        text = body.decode(errors="replace")
        try:
            told = json.loads(text)
            code = str(told.get("__type") or told.get("Code") or _header(headers, "x-amzn-errortype"))
            message = str(told.get("message") or told.get("Message") or "")
        except (ValueError, AttributeError):
            code, message = _xml_text(text, "Code"), _xml_text(text, "Message")
        code = code.rpartition("#")[2].partition(":")[0] or str(status)
        # What an SDK is told as AccessDeniedException is AccessDenied in every event.
        return Refusal({"AccessDeniedException": "AccessDenied"}.get(code, code), message)


def request_id(response: Response) -> str:
    """The ID of the request that the answer tells the caller: an SDK reads the one in the body where there is one."""
    _status, headers, body = response
    if isinstance(body, bytes) and "xml" in _header(headers, "content-type"):
        found = _xml_text(body.decode(errors="replace"), "RequestId")
        if found:
            return found
    return _header(headers, "x-amzn-requestid") or _header(headers, "x-amz-request-id")


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _xml_text(text: str, element: str) -> str:
    found = re.search(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
    return unescape(found.group(1)) if found else ""
