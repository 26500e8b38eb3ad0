"""A request to a container's credentials server, judged by its head, and the answers to it. Pure.

Whoever runs on the same machine may connect, and a browser there may be made to: so there is a secret, the path is one
that nobody can guess, and the server goes by its address alone (a name that was made to lead here is none of its).
"""

from __future__ import annotations

import json
from hmac import compare_digest

from jobpass.errors import JobpassError, RefusedError
from jobpass.job.credentials import Credentials

LONGEST_HEAD_BYTES = 8192
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Door:
    """What lets a request in. `repr` hides the path and the secret."""

    def __init__(self, port: int, path: str, authorization: str) -> None:
        self._host = f"127.0.0.1:{port}"
        self._path = f"/{path}"
        self.authorization = authorization

    @property
    def uri(self) -> str:
        """Where credentials are asked for."""
        return f"http://{self._host}{self._path}"

    def refusal(self, head: bytes) -> bytes | None:
        """Return the answer to a request that gets nothing, None for one that gets credentials.

        `head` is what came until the blank line, or more than a head may have. A body is not read: a GET has none.
        """
        head, complete, _ = head.partition(b"\r\n\r\n")
        if not complete or len(head) > LONGEST_HEAD_BYTES:
            return _refused(431, "head_too_large", f"a request has at most {LONGEST_HEAD_BYTES} bytes")
        try:
            line, *fields = head.decode("ascii").split("\r\n")
            method, target, version = line.split(" ")
            pairs = [field.partition(":") for field in fields]
        except ValueError:
            return _refused(400, "malformed", "this is no HTTP request")
        headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        # Before the path, so that it says nothing to those who try some.
        if [value for name, value in headers if name == "host"] != [self._host]:
            return _refused(403, "host_unknown", "this server answers to its own address alone")
        given = [value for name, value in headers if name == "authorization"]
        if len(given) != 1 or not compare_digest(given[0], self.authorization):
            return _refused(401, "unauthorized", "send AWS_CONTAINER_AUTHORIZATION_TOKEN as `Authorization`")
        if not compare_digest(target, self._path):
            return _refused(404, "not_found", "ask for AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            return _refused(400, "malformed", "speak HTTP/1.1")
        return None if method == "GET" else _refused(405, "method_not_allowed", "credentials are had by GET")


def good_answer(credentials: Credentials, role_arn: str) -> bytes:
    """Return the answer with credentials."""
    return _answer(
        200,
        {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "Token": credentials.session_token,
            "Expiration": credentials.expiration,
            "AccountId": role_arn.split(":")[4],
            "RoleArn": role_arn,
        },
    )


def error_answer(error: JobpassError) -> bytes:
    """Return the answer when there are none; `Code` and `Message` are what SDKs show. What may pass has 503."""
    return _refused(403 if isinstance(error, RefusedError) else 503, error.code, f"{error.message}; {error.remedy}")


def _refused(status: int, code: str, message: str) -> bytes:
    return _answer(status, {"Code": code, "Message": message})


def _answer(status: int, document: dict[str, str]) -> bytes:
    body = json.dumps(document).encode("ascii")
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
