"""What tests and demonstrations may turn: the clock, how long STS keeps a JWK Set, and how CloudTrail is looked up.

`GET` and `POST`, on the emulator's own address, of

- `/_jobpass/sts/clock` (`{"offset_seconds": n}`): moves the judgement of tokens and the age of kept JWK Sets, the time
  of events, log lines and metrics, and the evaluation of alarms; nothing else;
- `/_jobpass/sts/jwks-cache` (`{"seconds": n}`);
- `/_jobpass/sts/session` (`{"seconds": n}`): how long sessions of web identities last, whatever is asked for, where it
  is not 0, as at first; AWS makes none of less than 900 s, and nobody waits that long to see one end;
- `/_jobpass/cloudtrail/delay` (`{"seconds": n}`): how old an event is before LookupEvents shows it, at first 0;
- `/_jobpass/cloudtrail/lookup-rate` (`{"calls_per_second": n}`): AWS allows 2, at first there is no limit (0).

`/_jobpass/faults` lets calls fail: see `local.seam.faults`.

`GET` of `/_jobpass/calls` answers with the last calls that the emulator answered, newest first, those on data included,
which CloudTrail's event history does not have: `{"calls": [{"id", "service", "name", "parameters"}]}`.
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
    """How the emulator is set."""

    clock_offset_seconds: int = 0
    jwks_cache_seconds: int = 0
    session_seconds: int = 0
    trail_delay_seconds: int = 0
    lookup_calls_per_second: int = 0

    def now(self) -> float:
        """The emulator's clock, in Unix seconds."""
        return time.time() + self.clock_offset_seconds

    def moved(self, seconds: float) -> float:
        """A time as the emulator's clock has it: one that is nearer to the machine's present is moved with it."""
        offset, present = self.clock_offset_seconds, time.time()
        by_machine = abs(seconds - present) <= abs(seconds - present - offset)
        return seconds + offset if offset and by_machine else seconds


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
        f"{_PREFIX}cloudtrail/delay": ("trail_delay_seconds", "seconds", 0),
        f"{_PREFIX}cloudtrail/lookup-rate": ("lookup_calls_per_second", "calls_per_second", 0),
    }
    if path == f"{_PREFIX}calls" and method == "GET":
        return _json(200, {"calls": _calls()})
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


def _calls() -> list[dict[str, Any]]:
    """Ministack's own record of what it answered, in the account of the request."""
    return [
        {
            "id": call["EventId"],
            "service": call["EventSource"].partition(".")[0],
            "name": call["EventName"],
            "parameters": json.loads(call["CloudTrailEvent"])["requestParameters"],
        }
        for call in reversed(part("_get_event_queue")())
    ]


def _whole_number(body: bytes, name: str) -> int | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    value = document.get(name) if isinstance(document, dict) and len(document) == 1 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _json(status: int, document: dict[str, Any]) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()
