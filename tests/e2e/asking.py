"""How these tests ask the deployed API, and what every answer and refusal of it must look like."""

import base64
import http.client
import json
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from local.deployment import Deployment
from local.registration import Registration
from local.web import Answer, Web

QUERY = "audience=sts.amazonaws.com"
Headers = Iterable[tuple[str, str]]


def bearer(registration: Registration) -> list[tuple[str, str]]:
    """The header by which a job shows its request token."""
    return [("Authorization", f"Bearer {registration.request_token}")]


def ask_for_token(deployment: Deployment, query: str, headers: Headers) -> Answer:
    """GET /v1/token with exactly this query and these headers, repeated ones too."""
    return request(deployment.web, "GET", f"{deployment.output('ApiUrl')}/v1/token?{query}", headers)


def request(web: Web, method: str, url: str, headers: Headers, body: bytes | None = None) -> Answer:
    """Send a request whose headers may be repeated, and nothing but them."""
    parts = urlsplit(url)
    trust = ssl.create_default_context(cafile=str(web.authority))
    connection = http.client.HTTPSConnection("127.0.0.1", web.proxy_port, timeout=30, context=trust)
    connection.set_tunnel(str(parts.hostname), parts.port or 443)
    try:
        connection.putrequest(method, url.split(parts.netloc, 1)[1], skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def token_of(answer: Answer) -> str:
    """The ID token of a grant, which must be in GitHub's shape and kept by nobody."""
    assert answer.status == 200, answer.body
    _check_headers(answer)
    document = json.loads(answer.body)
    assert set(document) == {"count", "value"}
    assert document["count"] == len(document["value"])
    return str(document["value"])


def error_of(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The error of a refusal by a function, which must have this status and code and the shape of all errors."""
    assert answer.status == status, answer.body
    _check_headers(answer)
    document: dict[str, Any] = json.loads(answer.body)
    assert document["error"] == code, document
    assert set(document) - {"problems"} == {"error", "error_description", "request_id"}
    assert document["error_description"]
    assert document["request_id"]
    challenge = answer.headers.get("WWW-Authenticate")
    assert challenge == ('Bearer realm="jobpass", error="invalid_token"' if status == 401 else None)
    return document


def problems_of(error: dict[str, Any]) -> list[str]:
    """Where the mistakes are that an error names."""
    return [problem["field"] for problem in error.get("problems", [])]


def _check_headers(answer: Answer) -> None:
    assert answer.headers.get_all("Content-Type") == ["application/json"]
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert "Set-Cookie" not in answer.headers


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, unproven (RFC 7515, section 3.1)."""
    header, claims, _ = token.split(".")
    return _decoded(header), _decoded(claims)


def _decoded(part: str) -> dict[str, Any]:
    assert "=" not in part
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document
