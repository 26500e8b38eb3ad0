"""Answers to HTTP API requests; the one place where an error becomes a status."""

import json
from collections.abc import Mapping
from typing import Any

from jobpass_issuer.domain.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidRequestError,
    InvalidTargetError,
    InvalidTokenError,
    IssuerError,
    NotFoundError,
    TemporarilyUnavailableError,
)

# A secret or a token is in most of these answers: nobody may keep them.
_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_STATUS: dict[type[IssuerError], int] = {
    InvalidRequestError: 400,
    InvalidTargetError: 400,
    InvalidTokenError: 401,
    InvalidClientError: 401,
    AccessDeniedError: 403,
    NotFoundError: 404,
    TemporarilyUnavailableError: 503,
}
Response = dict[str, Any]


def success(body: Mapping[str, Any], status: int = 200) -> Response:
    """Return a success with a JSON body."""
    # ASCII alone: what a caller sent may come back in a problem, and half a surrogate pair has no UTF-8.
    return {"statusCode": status, "headers": dict(_HEADERS), "body": json.dumps(body)}


def plain_text(body: str) -> Response:
    """Return a success whose body is a text in ASCII."""
    return {"statusCode": 200, "headers": {**_HEADERS, "Content-Type": "text/plain; charset=utf-8"}, "body": body}


def failure(error: IssuerError, request_id: str, members: Mapping[str, str] | None = None) -> Response:
    """Return an error as RFC 6749, section 5.2 shapes it, with every problem it has and the request's identifier.

    `members` are those that the clients of a route read beside.
    """
    body: dict[str, Any] = {
        "error": error.code,
        "error_description": error.description,
        "request_id": request_id,
        **(members or {}),
    }
    if error.problems:
        body["problems"] = [{"field": problem.path, "problem": problem.message} for problem in error.problems]
    response = success(body, status_of(error))
    if isinstance(error, InvalidTokenError | InvalidClientError):
        response["headers"]["WWW-Authenticate"] = f'Bearer realm="jobpass", error="{error.code}"'
    if isinstance(error, TemporarilyUnavailableError):
        response["headers"]["Retry-After"] = str(error.retry_after_seconds)
    return response


def status_of(error: IssuerError) -> int:
    """Return the HTTP status of an error, by its type; what no type foresees is a fault of ours."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
