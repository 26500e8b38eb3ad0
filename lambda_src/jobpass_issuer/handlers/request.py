"""What an HTTP API request says, taken apart strictly (API Gateway developer guide, payload format version 2.0)."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from jobpass_issuer.domain import strict_json
from jobpass_issuer.domain.errors import InvalidRequestError, Problem, shown
from jobpass_issuer.domain.issuance_record import Origin

MAX_BODY_BYTES = 65_536
MAX_QUERY_LENGTH = 4_096
MAX_PARAMETERS = 16

Event = Mapping[str, Any]


def origin(event: Event) -> Origin:
    """Return where a request came from, as the gateway says; what it leaves out is empty."""
    said = event.get("requestContext") or {}
    found = ((said.get("http") or {}).get("sourceIp"), said.get("requestId"))
    return Origin(*(each if isinstance(each, str) else "" for each in found))


def query(event: Event, permitted: tuple[str, ...]) -> dict[str, str]:
    """Return the query's parameters, each decoded once.

    Reads `rawQueryString`: the gateway joins a repeated parameter with a comma, and two audiences would pass for one.

    Raises:
        InvalidRequestError: a parameter is repeated or unknown, or is not UTF-8.
    """
    raw = event.get("rawQueryString", "")
    if len(raw) > MAX_QUERY_LENGTH:
        raise InvalidRequestError(f"the query is longer than {MAX_QUERY_LENGTH} characters")
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise InvalidRequestError("the query is not UTF-8: percent-encode its values from UTF-8") from None
    except ValueError:
        raise InvalidRequestError(f"the query has more than {MAX_PARAMETERS} parameters") from None
    problems = []
    values: dict[str, str] = {}
    known = ", ".join(permitted) or "none"
    for name, value in pairs:
        if name not in permitted:
            problems.append(Problem(shown(name), f"is no parameter of this request; it takes {known}"))
        elif name in values:
            problems.append(Problem(name, "is given twice: send it once"))
        values[name] = value
    if problems:
        raise InvalidRequestError.of(problems)
    return values


def header(event: Event, name: str) -> str | None:
    """Return a header by its name in lower case, which is how the gateway passes them on, or None."""
    value = event.get("headers", {}).get(name)
    return value if isinstance(value, str) else None


def json_body(event: Event) -> Any:
    """Return the body's JSON.

    Raises:
        InvalidRequestError: it is absent, too large, not UTF-8, not JSON, or names a member twice.
    """
    media_type = (header(event, "content-type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InvalidRequestError("send the body as JSON, with `Content-Type: application/json`")
    try:
        return strict_json.loads(_body_text(event))
    except json.JSONDecodeError as error:
        text = f"the body is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
    except (ValueError, RecursionError) as error:
        text = f"the body is not plain JSON: {error}"
    raise InvalidRequestError(text)


def _body_text(event: Event) -> str:
    body = event.get("body") or ""
    try:
        data = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        if len(data) > MAX_BODY_BYTES:
            raise InvalidRequestError(f"the body is longer than {MAX_BODY_BYTES} bytes")
        return data.decode("utf-8")
    except (UnicodeError, binascii.Error):
        raise InvalidRequestError("the body is not UTF-8 text") from None
