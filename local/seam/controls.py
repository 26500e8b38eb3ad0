"""What tests and demonstrations may turn in the local STS: its clock, how long it keeps a JWK Set, and its sessions.

`GET` and `POST` of `/_jobpass/sts/clock` (`{"offset_seconds": n}`), `/_jobpass/sts/jwks-cache` (`{"seconds": n}`) and
`/_jobpass/sts/session` (`{"seconds": n}`), on the emulator's own address. The clock moves the judgement of tokens and
the age of kept JWK Sets, nothing else. Sessions of web identities last as long as is said here, where that is not 0,
whatever is asked for: AWS makes none of less than 900 s, and nobody waits that long to see one end.
"""

import json
import os
import time
from dataclasses import dataclass
from typing import Any

from local.seam.ministack_parts import part, replace

CACHE_VARIABLE = "JOBPASS_LOCAL_JWKS_CACHE_SECONDS"

_PREFIX = "/_jobpass/"
_TEN_YEARS_SECONDS = 10 * 366 * 86400

Response = tuple[int, dict[str, str], bytes]


class ControlError(Exception):
    """A control is set to something that it cannot be."""


@dataclass
class Controls:
    """How the local STS is set."""

    clock_offset_seconds: int = 0
    jwks_cache_seconds: int = 0
    session_seconds: int = 0

    def now(self) -> float:
        """The STS's clock, in Unix seconds."""
        return time.time() + self.clock_offset_seconds


def from_environment() -> Controls:
    """Controls as the environment sets them at the start; raises ControlError for a cache time that is none."""
    text = os.environ.get(CACHE_VARIABLE, "0")
    seconds = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= seconds <= _TEN_YEARS_SECONDS:
        raise ControlError(f"{CACHE_VARIABLE} must be a whole number of seconds, not negative: {text!r}")
    return Controls(jwks_cache_seconds=seconds)


def install(controls: Controls) -> None:
    """Answer the control addresses before ministack routes the request to a service."""
    shortcuts = part("_handle_post_body_shortcuts")

    async def answer(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Response | None:
        if path.startswith(_PREFIX):
            return respond(controls, method, path, body)
        passed_on: Response | None = await shortcuts(method, path, headers, body, query, request_id)
        return passed_on

    replace("_handle_post_body_shortcuts", answer)


def respond(controls: Controls, method: str, path: str, body: bytes) -> Response:
    """Show or change one control; a body that is not exactly one whole number under its name changes nothing."""
    knobs = {
        f"{_PREFIX}sts/clock": ("clock_offset_seconds", "offset_seconds", -_TEN_YEARS_SECONDS),
        f"{_PREFIX}sts/jwks-cache": ("jwks_cache_seconds", "seconds", 0),
        f"{_PREFIX}sts/session": ("session_seconds", "seconds", 0),
    }
    if path not in knobs:
        return _json(404, {"error": f"no such control; there are: {', '.join(knobs)}"})
    attribute, name, least = knobs[path]
    if method == "POST":
        value = _whole_number(body, name)
        if value is None or not least <= value <= _TEN_YEARS_SECONDS:
            return _json(400, {"error": f'send {{"{name}": n}} with a whole number of seconds, {least} or more'})
        setattr(controls, attribute, value)
    elif method != "GET":
        return _json(405, {"error": "GET shows the control, POST changes it"})
    return _json(200, {name: getattr(controls, attribute)})


def _whole_number(body: bytes, name: str) -> int | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    value = document.get(name) if isinstance(document, dict) and len(document) == 1 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _json(status: int, document: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()
